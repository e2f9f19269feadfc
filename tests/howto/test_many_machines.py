"""What the page about many machines shows is so."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from tests.redis_engine import Engine

from azure_openai_mock.cli.serving import parser
from azure_openai_mock.settings import NAMES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "howto" / "many-machines.md").read_text("utf-8")
[SNIPPET] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
[CONSOLE] = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)


def test_the_page_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(tmp_path)
    monkeypatch.setenv("REDIS_URL", engine.url)
    try:
        exec(compile(SNIPPET, "many-machines.md", "exec"), {})
    finally:
        engine.stop()


def test_its_commands_are_there() -> None:
    install, export, serve = (shlex.split(line.removeprefix("$ ")) for line in CONSOLE.splitlines())
    extra = re.findall(r"\[(\w+)\]", install[-1])[0]
    assert extra in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert export[1].partition("=")[0] == NAMES["store"].variable
    assert parser("serve", "").parse_args(serve[2:]).host == "0.0.0.0"
