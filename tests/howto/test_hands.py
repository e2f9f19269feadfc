"""What the pages on tests, verification, state, commands, settings, CI and structured output show is so."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from azure_openai_mock.cli import COMMANDS
from azure_openai_mock.cli.serving import parser
from azure_openai_mock.settings import NAMES, gather
from azure_openai_mock.testing import Mock, MockServer

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "howto" / f"{name}.md" for name in ("pytest", "verify", "state", "exec", "configure", "ci", "structured-output")]
TESTS = {"pytest": 5, "verify": 4, "state": 1, "structured-output": 6}


def blocks(page: Path, kind: str) -> list[str]:
    found = re.findall(rf"^( *)```{kind}\n(.*?)^ *```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with MockServer(profile="ga") as handle:
        handle.client().responses.create(model="gpt-4o", input="hi")
        yield handle


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.stem)
def test_its_python_is_a_module_of_tests_that_pass(page: Path, tmp_path: Path) -> None:
    (tmp_path / "test_page.py").write_text("\n\n".join(blocks(page, "python")))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{TESTS[page.stem]} passed" in done.stdout


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "console")], ids=lambda page: page.stem)
def test_its_commands_succeed(page: Path, tmp_path: Path, mock: Mock) -> None:
    run_shell(page, tmp_path, mock)


def run_shell(page: Path, tmp_path: Path, mock: Mock) -> None:
    """Every command of the page succeeds, in an empty folder, beside that server."""
    path = os.pathsep.join([str(_shim(tmp_path)), str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {**os.environ, "PATH": path, "AZURE_OPENAI_MOCK_URL": mock.url}
    for line in (line[2:] for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")):
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def _shim(folder: Path) -> Path:
    place = folder / "bin"
    place.mkdir()
    (place / "azure-openai-mock").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m azure_openai_mock "$@"\n')
    (place / "azure-openai-mock").chmod(0o755)
    return place


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_that_it_names_are_there(page: Path) -> None:
    assert set(re.findall(r"azure-openai-mock ([a-z]+)\b", page.read_text("utf-8"))) <= {*COMMANDS}


def test_the_settings_that_are_shown_are_settings(tmp_path: Path) -> None:
    page = next(page for page in PAGES if page.stem == "configure")
    [project], [file] = blocks(page, "toml"), blocks(page, "yaml")
    tomllib.loads(project)
    (tmp_path / "pyproject.toml").write_text(project)
    (tmp_path / "azure-openai-mock.yaml").write_text(file)
    values, _ = gather({"seed": "9"}, environ={"AZURE_OPENAI_MOCK_SEED": "8"}, folder=tmp_path)
    assert (values["profile"], values["region"], values["seed"]) == ("ga", "swedencentral", 9)


def test_the_image_and_its_neighbours_are_started_with_flags_that_exist() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    [service] = compose["services"].values()
    built = re.search(r"^ENTRYPOINT (\[.*\])\nCMD (\[.*\])", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert built is not None
    assert yaml.safe_load(built[1]) == ["azure-openai-mock"]
    for command in (yaml.safe_load(built[2]), service["command"]):
        assert command[0] == "serve"
        parser("serve", "").parse_args(command[1:])


def test_the_action_is_composite_and_takes_settings() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    assert {name.replace("-", "_") for name in action["inputs"]} - {"version"} <= {*NAMES}
    for step in action["runs"]["steps"]:
        if "run" in step:
            assert step["shell"] == "bash"
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True, timeout=10)
