"""The floors: imports only go down, rooms on one floor are blind to each other, and time and chance are in one file."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "mockserver" / "azure_openai_mock"
KIT = ROOT / "contracts"

FLOORS: list[set[str]] = [
    {"wire", "world", "private"},
    {"azure", "engine", "store"},
    {"tools", "faults", "search"},
    {"behaviour"},
    {"service"},
    {"entra"},
    {"http", "settings", "requestlog"},
    {"app", "intercept"},
    {"cli", "serve", "workers", "process", "screen", "testing", "apart", "har", "remote", "verification", "pytest_plugin"},
]
"""Lower may not see higher; names on one floor may not see each other."""

WITHIN = {
    ("serve", "screen"),
    ("serve", "process"),
    ("serve", "workers"),
    ("workers", "process"),
    ("cli", "process"),
    ("cli", "serve"),
    ("cli", "remote"),
    ("cli", "testing"),
    ("testing", "serve"),
    ("cli", "har"),
    ("testing", "apart"),
    ("testing", "har"),
    ("testing", "remote"),
    ("testing", "verification"),
    ("apart", "serve"),
    ("pytest_plugin", "apart"),
    ("pytest_plugin", "testing"),
}
"""Doors that open into one another on the top floor."""
CHANCE = {"time", "datetime", "random", "secrets", "uuid"}


def room_of(path: Path) -> str:
    return path.relative_to(SERVER).parts[0].removesuffix(".py")


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def sources(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "__pycache__" not in path.parts]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Absolute dotted names of what a file imports, with lines."""
    parts = ["azure_openai_mock", *path.relative_to(SERVER).with_suffix("").parts] if SERVER in path.parents else []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = parts[: len(parts) - node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            yield base, node.lineno
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in sources(SERVER)} - {"__init__", "__main__"}
    assert rooms == set().union(*FLOORS)


@pytest.mark.parametrize("path", sources(SERVER), ids=lambda path: str(path.relative_to(SERVER)))
def test_imports_only_go_down(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    rooms = set().union(*FLOORS)
    for name, line in imports(path):
        parts = name.split(".")
        if parts[0] != "azure_openai_mock" or len(parts) < 2 or parts[1] not in rooms or parts[1] == room:
            continue
        allowed = floor_of(parts[1]) < floor_of(room) or (room, parts[1]) in WITHIN
        assert allowed, f"{path.name}:{line}: {room} may not see {parts[1]}"


@pytest.mark.parametrize("path", sources(SERVER), ids=lambda path: str(path.relative_to(SERVER)))
def test_only_the_world_knows_time_and_chance(path: Path) -> None:
    if path.name == "world.py":
        return
    for name, line in imports(path):
        assert name.split(".")[0] not in CHANCE, f"{path.name}:{line} imports {name}"


@pytest.mark.parametrize("path", sources(KIT), ids=lambda path: str(path.relative_to(KIT)))
def test_the_kit_knows_nothing_of_the_server(path: Path) -> None:
    for name, line in imports(path):
        assert not name.startswith("azure_openai_mock"), f"{path.name}:{line} imports {name}"


def test_serving_imports_no_http_client_no_framework_and_no_yaml() -> None:
    code = (
        "import sys, azure_openai_mock.serve, azure_openai_mock.app\n"
        "bad = {'httpx', 'httpx2', 'requests', 'aiohttp', 'http.client', 'urllib.request', 'fastapi', 'starlette', 'pydantic', 'openai',"
        " 'vcr', 'yaml', 'redis'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    path = f"{ROOT / 'mockserver'}"
    subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r})\n{code}"], check=True, timeout=60)
