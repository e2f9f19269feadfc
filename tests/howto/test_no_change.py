"""What the page about unchanged applications shows is so: its Python is one module of tests, run in a project of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from azure_openai_mock.cli import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "no-change.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_page_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_TOKEN_CREDENTIALS", raising=False)
    (tmp_path / "test_page.py").write_text("\n\n".join(SNIPPETS))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_what_it_has_the_shell_run_is_there() -> None:
    commands = set(re.findall(r"azure-openai-mock ([a-z]+)", PAGE.read_text("utf-8")))
    assert commands <= COMMANDS.keys()
