"""The floors: imports only go down, rooms on one floor are blind to each other, and time and chance are in one file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "mockserver" / "azure_openai_mock"
KIT = ROOT / "contracts"

FLOORS: list[set[str]] = [
    {"wire", "world", "private", "extras"},
    {"azure", "engine", "store"},
    {"tools", "faults", "search"},
    {"behaviour"},
    {"service"},
    {"entra", "inspector"},
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
    ("pytest_plugin", "remote"),
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


def test_contributors_are_shown_the_floors_as_they_are() -> None:
    [drawn] = re.findall(r"^```\n(8 .*?)^```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    shown: list[set[str]] = [set() for _ in FLOORS]
    floor = 0
    for line in drawn.splitlines():
        floor = int(line[0]) if line[0].isdigit() else floor
        shown[floor] |= set(re.split(r" {2,}", line[3:])[0].split(" | "))
    assert shown == FLOORS


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
        " 'vcr', 'yaml', 'redis', 'azure_openai_contracts'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    path = f"{ROOT / 'mockserver'}"
    subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r})\n{code}"], check=True, timeout=60)


def statuses(path: Path) -> Iterator[tuple[int, int]]:
    """HTTP statuses written as numbers: compared with, given as or kept under a name that says status. With lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        pairs: list[tuple[ast.AST, ast.AST]] = []
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            pairs = [(node.left, node.comparators[0]), (node.comparators[0], node.left)]
        elif isinstance(node, ast.Dict):
            pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        elif isinstance(node, ast.Call):
            pairs = [(ast.Name(keyword.arg), keyword.value) for keyword in node.keywords if keyword.arg]
        for name, value in pairs:
            if isinstance(value, ast.Constant) and type(value.value) is int and 100 <= value.value < 600 and "status" in ast.unparse(name):
                yield value.value, node.lineno


SPEAKS_HTTP = {"azure/errors.py", "http/respond.py", "remote.py", "requestlog.py"}
"""The table's renderer, the one that answers, a client, and the one that colours."""


@pytest.mark.parametrize("path", sources(SERVER), ids=lambda path: str(path.relative_to(SERVER)))
def test_statuses_are_in_the_table(path: Path) -> None:
    if str(path.relative_to(SERVER)) in SPEAKS_HTTP:
        return
    assert list(statuses(path)) == []


PURE = ("wire", "azure", "engine", "tools")


@pytest.mark.parametrize("path", [path for room in PURE for path in sources(SERVER / room)], ids=lambda path: str(path.relative_to(SERVER)))
def test_what_is_pure_is_synchronous(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, (ast.AsyncFunctionDef, ast.Await))]


CALLS_OUT = {"http.client", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "httpx2", "aiohttp", "websockets"}
MAY_CALL = {"remote.py"}
"""What speaks to a running server from outside."""


@pytest.mark.parametrize("path", sources(SERVER), ids=lambda path: str(path.relative_to(SERVER)))
def test_nothing_calls_out(path: Path) -> None:
    if str(path.relative_to(SERVER)) in MAY_CALL:
        return
    for name, line in imports(path):
        assert name not in CALLS_OUT, f"{path.name}:{line} imports {name}"
