"""Each extra brings what its feature needs and nothing else; without it the server serves, and who asks for the feature is told its name.

Every run is in an environment that holds the core's packages, by their metadata, and those of the extras that it names: no others are seen.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
OURS = "azure-openai-mock"
SERVER, KIT = ROOT / "mockserver", ROOT / "contracts"
IMPORTED_AS = {
    "python-multipart": "python_multipart",
    "pyyaml": "yaml",
    "vcrpy": "vcr",
    "bpe-openai": "bpe_openai",
    "azure-identity": "azure",
}
BY_NAME = {"uvloop", "httptools", "wsproto"}
"""Packages that the HTTP server loads itself when it is told their names."""

SERVES = """
import json, urllib.request
from azure_openai_mock.testing import MockServer
with MockServer(profile="ga") as server:
    body = json.dumps({"model": "gpt-4o", "input": "hi"}).encode()
    for path, body in (("/openai/v1/responses", body), ("/_mock/openapi.json", None), ("/_mock/health", None)):
        request = urllib.request.Request(server.url + path, body, {"api-key": "k", "content-type": "application/json"})
        assert json.load(urllib.request.urlopen(request))
"""
FEATURES: Mapping[str, str] = {
    "redis": "from azure_openai_mock.store.redis import open_redis; open_redis('redis://127.0.0.1:1/0', shared=False)",
    "intercept": "from azure_openai_mock.intercept.place import certificate; print(certificate())",
    "contracts": """
from azure_openai_mock.cli import main
assert main(["contracts", "-k", "unknown_parent_is_refused and openai-async"]) == 0
""",
    "tokens": """
from azure_openai_mock.cli import main
from azure_openai_mock.engine.tokens import exact
main(["doctor"])
assert exact()
""",
    "azure": """
import os
from azure_openai_contracts.target import azure_from_environment
from azure_openai_mock.testing import MockServer
with MockServer(profile="ga") as server:
    os.environ.update(IDENTITY_ENDPOINT=server.url + "/msi/token", IDENTITY_HEADER="x")
    assert azure_from_environment("https://contoso.openai.azure.com", accepted=True).bearer
""",
}
"""Extra -> code that works with it and fails without it."""


def requirements(extra: str = "") -> list[Requirement]:
    """What the package itself requires: the core, or what an extra adds."""
    told = [Requirement(text) for text in metadata.requires(OURS) or ()]
    return [one for one in told if (_extra_of(one) or "") == extra]


def _extra_of(requirement: Requirement) -> str | None:
    found = re.search(r'extra == "([\w-]+)"', str(requirement.marker or ""))
    return found[1] if found else None


def packages(wanted: list[Requirement]) -> set[str]:
    """The names of all packages that an installer would bring for these, here."""
    found: set[tuple[str, str]] = set()
    left = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": _extra_of(one) or ""})]
    while left:
        requirement = left.pop()
        for extra in ("", *requirement.extras):
            if (requirement.name.lower(), extra) in found:
                continue
            found.add((requirement.name.lower(), extra))
            for text in metadata.requires(requirement.name) or ():
                one = Requirement(text)
                if one.marker is None or one.marker.evaluate({"extra": extra}):
                    left.append(one)
    return {name for name, _ in found}


def environment(folder: Path, *extras: str) -> Path:
    """A folder that holds the core and these extras, as links to what is installed."""
    folder.mkdir()
    wanted = [one for extra in ("", *extras) for one in requirements(extra)]
    for name in packages(wanted):
        for file in metadata.files(name) or ():
            top, link = file.parts[0], folder / file.parts[0]
            if top not in ("..", "__pycache__") and not link.exists():
                link.symlink_to(Path(str(metadata.distribution(name).locate_file(top))))
    return folder


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code that sees our sources and that folder, and nothing else that is installed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AZURE", "COV_", "IDENTITY"))}
    environ |= {"PYTHONPATH": os.pathsep.join(map(str, (SERVER, KIT, folder))), "XDG_STATE_HOME": str(folder.parent)}
    return subprocess.run([sys.executable, "-S", "-c", code], cwd=folder.parent, env=environ, capture_output=True, text=True, timeout=100)


def imports(*folders: Path) -> Iterator[str]:
    """The first names of all absolute imports, and all strings that are a name."""
    for folder in folders:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    yield from (alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    yield node.module.split(".")[0]
                elif isinstance(node, ast.Call) and ast.unparse(node.func) == "find_spec" and isinstance(node.args[0], ast.Constant):
                    yield str(node.args[0].value)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("core") / "packages")


def test_the_core_alone_serves(core: Path) -> None:
    done = run(core, SERVES)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in core.iterdir()} & {"openai", "redis", "vcr", "cryptography", "pytest", "httpx", "bpe_openai"} == set()


@pytest.mark.parametrize("extra", FEATURES)
def test_who_lacks_an_extra_is_told_its_name(core: Path, extra: str) -> None:
    done = run(core, FEATURES[extra])
    assert done.returncode != 0
    assert f"pip install 'azure-openai-mock[{extra}]'" in done.stdout + done.stderr


@pytest.mark.parametrize("extra", FEATURES)
def test_the_extra_is_all_that_its_feature_needs(extra: str, tmp_path: Path) -> None:
    done = run(environment(tmp_path / "packages", extra), FEATURES[extra])
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_extra_has_its_feature() -> None:
    assert set(metadata.metadata(OURS).get_all("Provides-Extra") or ()) == set(FEATURES)


def test_nothing_is_required_that_nothing_imports() -> None:
    used = set(imports(SERVER, KIT)) | BY_NAME
    named = [IMPORTED_AS.get(one.name.lower(), one.name.lower()) for extra in ("", *FEATURES) for one in requirements(extra)]
    assert [name for name in named if name not in used] == []


def test_the_server_imports_nothing_of_an_extra_where_it_is_loaded(core: Path) -> None:
    """What is imported beyond the core is imported where the feature is used, never at the head of a module that serving loads."""
    code = "import sys\n" + SERVES + "\nprint(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = run(core, code)
    assert done.returncode == 0, done.stderr
    extras = {IMPORTED_AS.get(one.name.lower(), one.name.lower()) for extra in FEATURES for one in requirements(extra)}
    assert set(done.stdout.split()) & extras == set()
