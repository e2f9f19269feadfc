"""What the page about auditing a client shows is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from azure_openai_contracts.audit.verdicts import VERDICTS

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "audit-your-client.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_the_page_holds(snippet: str) -> None:
    exec(compile(snippet, str(PAGE), "exec"), {})


def test_every_finding_is_explained() -> None:
    rows = "".join(re.findall(r"^\| ([a-zA-Z, -]+) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert [kind for kind in VERDICTS if kind not in rows and kind != "cannot be called"] == []


@pytest.mark.parametrize("plugin", ["azure_openai_contracts.audit.fixture", "azure_openai_contracts.plugin"])
def test_the_fixture_audits(tmp_path: Path, plugin: str) -> None:
    (tmp_path / "mine.py").write_text("def answer():\n    raise ValueError('not today')\n")
    (tmp_path / "test_mine.py").write_text(
        "def test_mine(audit):\n    assert audit('mine:answer', only=['wire']).kinds == {'does not work'}\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", plugin, "-p", "no:cacheprovider", "test_mine.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
