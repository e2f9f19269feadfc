"""What the page about the contracts shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from azure_openai_contracts import checks

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "contracts.md"
TEXT = PAGE.read_text("utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_the_page_holds(snippet: str) -> None:
    exec(compile(snippet, str(PAGE), "exec"), {})


def test_the_page_names_every_family() -> None:
    assert f"Families: {', '.join(checks.FAMILIES)}." in TEXT
