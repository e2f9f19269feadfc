"""The catalogue: every contract has its cassette, and a byte or a line that is not as it was turns it red."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.contracts.legal import case_named

from azure_openai_contracts import cassette, catalogue, checks
from azure_openai_contracts.case import Case
from azure_openai_contracts.target import Target

FILES = sorted(path.stem for path in catalogue.contracts().glob("test_*.py"))
CASES = [
    f"{file}.{found[1]}"
    for file in FILES
    for found in re.finditer(r"^def (test_\w+)\(client\b", (catalogue.contracts() / f"{file}.py").read_text(), re.M)
]
SURFACE = [
    "auth",
    "background",
    "branching",
    "chaining",
    "deletion",
    "errors",
    "expiry",
    "gating",
    "headers",
    "pagination",
    "resume",
    "streaming",
    "structured",
]
ROOT = Path(__file__).parents[2]
NOTHING_SET = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}


def launched(module: str, *arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**NOTHING_SET, "PYTHONPATH": os.pathsep.join([str(ROOT / "mockserver"), str(ROOT / "contracts")])}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def contracts(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command, as a person runs it."""
    return launched("azure_openai_mock", "contracts", *arguments, folder=folder)


def test_the_whole_surface_has_its_file() -> None:
    assert {f"test_{subject}" for subject in SURFACE} <= set(FILES)


@pytest.mark.parametrize("name", CASES)
def test_every_contract_that_a_cassette_can_hold_has_one(name: str) -> None:
    case: Case = case_named(name)
    path = catalogue.cassettes() / f"{name}.yaml"
    if case.missing(Target("cassette")):
        assert not path.exists()
        return
    held = cassette.load(path)
    assert held.provenance.source == "mock"
    assert held.provenance.seal
    assert [str(one) for one in checks.judge(held.exchanges, set(checks.FAMILIES) - {"client"})] == []


def test_no_cassette_is_left_of_a_contract_that_is_gone() -> None:
    assert {path.stem for path in catalogue.cassettes().glob("*.yaml")} <= set(CASES)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A cassette in a folder of its own."""
    name = "test_branching.test_two_turns_continue_the_same_parent.yaml"
    shutil.copy(catalogue.cassettes() / name, tmp_path / name)
    return tmp_path / name


ONE = ("-k", "test_two_turns_continue_the_same_parent", "--driver", "openai")


def test_a_whole_cassette_is_green_and_what_it_cannot_hold_says_why(copied: Path) -> None:
    done = contracts("--cassettes", str(copied.parent), "-k", f"{ONE[1]} or test_a_cut_is_seen or test_events_come_as", "--driver", "raw")
    assert done.returncode == 0, done.stdout
    assert "a cassette has no connection that could break" in done.stdout
    assert "a cassette does not know when bytes came" in done.stdout
    assert "evidence: 1 cassettes recorded from the mock: that it has not changed, nothing about Azure" in done.stdout


def test_one_changed_byte_of_a_cassette_turns_it_red(copied: Path) -> None:
    text = copied.read_text()
    at = text.index("Name a colour.")
    copied.write_text(text[:at] + "n" + text[at + 1 :])
    done = contracts("--cassettes", str(copied.parent), *ONE)
    assert done.returncode == 1
    assert "seal is broken" in done.stdout


def test_one_broken_line_of_a_client_turns_it_red(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "forgetful.py").write_text(
        "from azure_openai_contracts.drive import OpenAI\n"
        "import openai\n"
        "def call(connection, ask):\n"
        "    body = {name: value for name, value in (ask.body or {}).items() if name != 'previous_response_id'}\n"
        "    return openai.OpenAI(base_url=connection.root, api_key='x', max_retries=0).responses.create(**body)\n"
    )
    done = contracts("--cassettes", str(copied.parent), *ONE[:2], "--driver", "forgetful:call", folder=tmp_path)
    assert done.returncode == 1, done.stdout


def test_a_contract_that_fails_leaves_its_cassette_as_it_was(copied: Path) -> None:
    before = copied.read_bytes()
    file = copied.parent / "test_branching.py"
    file.write_text("def test_two_turns_continue_the_same_parent(client):\n    assert client.create(input='hi').status == 500\n")
    done = launched("pytest", str(file), "-p", "azure_openai_contracts.plugin", "--target=mock", "--record", f"--cassettes={copied.parent}")
    assert done.returncode == 1, done.stdout
    assert copied.read_bytes() == before


def test_a_missing_cassette_is_an_error(tmp_path: Path) -> None:
    done = contracts("--cassettes", str(tmp_path), *ONE)
    assert done.returncode == 1
    assert "there is no such cassette" in done.stdout


def test_azure_refuses_to_start_without_consent_and_says_what_it_would_cost() -> None:
    done = contracts("--target", "azure", "--base-url", "https://example.openai.azure.com", "--api-key", "none")
    assert done.returncode == 2
    assert "--accept-costs" in done.stdout + done.stderr
    assert re.search(r"about \d+ calls with \d+ input and \d+ output tokens .*: \d+\.\d+ US dollars", done.stdout + done.stderr)


def test_a_mock_is_started_and_held_beside_the_cassettes() -> None:
    done = contracts("--target", "mock", *ONE)
    assert done.returncode == 0, done.stdout
    assert "says how the mock is, not how Azure is" in done.stdout
