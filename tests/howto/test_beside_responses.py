"""What the page about files, search, chats and embeddings shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "beside-responses.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_the_page_holds(snippet: str) -> None:
    exec(compile(snippet, str(PAGE), "exec"), {})


def test_the_page_shows_something() -> None:
    assert len(SNIPPETS) == 3
