"""The built wheel alone, in an environment that has never seen this repository: what a user gets from `pip install`, offline."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SITE = Path(sysconfig.get_path("purelib"))
SHIPPED = ("mockserver", "contracts", "cassettes", "pyproject.toml", "README.md", "LICENSE")
OURS = ("azure_openai", "__editable__")
LONGEST = 10.0
"""Seconds of work that installing and a first test may take."""

THREE_LINES = """
def test_it_speaks(azure_openai):
    azure_openai.say("Hello from the rule.")
    assert azure_openai.client().responses.create(model="gpt-4o", input="hi").output_text == "Hello from the rule."
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the tree."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / name, copy / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(out),
        str(copy),
    ]
    subprocess.run(command, check=True, timeout=110)
    [built] = out.glob("*.whl")
    return built


@pytest.fixture
def python(tmp_path: Path, wheel: Path) -> Path:
    """An environment's Python, with the wheel and the packages that it depends on, and without this repository."""
    place = tmp_path / "environment"
    venv.create(place, with_pip=False, symlinks=True)
    made = place / "bin" / "python"
    others = place / "others"
    others.mkdir()
    for package in SITE.iterdir():
        if not package.name.startswith(OURS) and package.suffix != ".pth":
            (others / package.name).symlink_to(package)
    [site] = (place / "lib").glob("python*/site-packages")
    (site / "others.pth").write_text(f"{others}\n")
    command = [sys.executable, "-m", "pip", "--python", str(made), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(command, check=True, timeout=60)
    return made


def run(python: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "AZURE_OPENAI", "COV_"))}
    return subprocess.run([str(python), *command], cwd=folder, env=environ, capture_output=True, text=True, timeout=60)


def test_three_lines_in_an_empty_folder_are_green_at_once(python: Path, tmp_path: Path) -> None:
    used = _used()
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "test_mine.py").write_text(THREE_LINES)
    told = run(python, folder, "-m", "pytest", "-q")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "1 passed" in told.stdout
    assert _used() - used < LONGEST
    where = run(python, folder, "-c", "import azure_openai_mock; print(azure_openai_mock.__file__)").stdout
    assert str(ROOT) not in where


def _used() -> float:
    """Seconds of work of the processes that ended; unlike time on the wall, not those of the tests beside this one."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def test_a_repository_with_folders_of_the_same_names_is_left_in_peace(python: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for name in ("contracts", "cassettes", "tests"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("MINE = True\n")
    (folder / "mockserver.py").write_text("MINE = True\n")
    (folder / "azure.py").write_text("MINE = True\n")
    (folder / "tests" / "test_mine.py").write_text(
        f"import azure, cassettes, contracts, mockserver\n{THREE_LINES}\n"
        "def test_mine_are_mine():\n    assert azure.MINE and cassettes.MINE and contracts.MINE and mockserver.MINE\n"
    )
    for mode in ("prepend", "importlib"):
        told = run(python, folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode", mode)
        assert "2 passed" in told.stdout, told.stdout + told.stderr


@pytest.mark.parametrize("command", [["--version"], ["profiles"], ["errors", "rate_limited"], ["demo"], ["doctor"]], ids=" ".join)
def test_the_commands_work(python: Path, tmp_path: Path, command: list[str]) -> None:
    told = run(python, tmp_path, "-m", "azure_openai_mock", *command)
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_run_that_does_not_use_the_fixture_hardly_notices_the_plugin(python: Path, tmp_path: Path) -> None:
    code = (
        "import time, sys, pytest; began = time.perf_counter(); import azure_openai_mock.pytest_plugin; took = time.perf_counter() - began;"
        "print(took); print(*sorted(name for name in sys.modules if name.startswith('azure_openai_mock')))"
    )
    best = min((run(python, tmp_path, "-c", code).stdout.split("\n") for _ in range(3)), key=lambda told: float(told[0]))
    assert best[1] == "azure_openai_mock azure_openai_mock.pytest_plugin"
    assert float(best[0]) < 0.030


def test_the_readme_leads_to_a_passing_contract_test_of_ones_own_client(python: Path, tmp_path: Path) -> None:
    """README names the page, the page shows the client's function and the command."""
    readme = (ROOT / "README.md").read_text("utf-8")
    [place] = set(re.findall(r"\]\((docs/howto/contracts\.md)\)", readme))
    shown = re.findall(r"^```python\n(.*?)^```", (ROOT / place).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (tmp_path / "mine.py").write_text(next(block for block in shown if "def call(" in block))
    command = [
        "-m",
        "azure_openai_mock",
        "contracts",
        "--target",
        "mock",
        "--driver",
        "mine:call",
        "-k",
        "unknown_parent_is_refused and not before",
    ]
    told = run(python, tmp_path, *command)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "1 passed" in told.stdout
