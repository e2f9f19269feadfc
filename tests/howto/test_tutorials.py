"""What the tutorials show is so: their Python is modules of tests that pass, their commands succeed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from azure_openai_mock.testing import Mock, MockServer

from .test_hands import ROOT, blocks, run_shell

PAGES = [*sorted((ROOT / "docs" / "tutorials").glob("*.md")), ROOT / "docs" / "migration.md"]


def test_their_python_is_modules_of_tests_that_pass(tmp_path: Path) -> None:
    expected = 0
    for page in PAGES:
        source = "\n\n".join(blocks(page, "python"))
        expected += len(re.findall(r"^def test_", source, re.MULTILINE))
        (tmp_path / f"test_{page.stem.replace('-', '_')}.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{expected} passed" in done.stdout


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "console")], ids=lambda page: page.stem)
def test_their_commands_succeed(page: Path, tmp_path: Path) -> None:
    with MockServer() as mock:
        assert isinstance(mock, Mock)
        run_shell(page, tmp_path, mock)
