"""Chunks: nothing is lost, none is too long, neighbours overlap."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.engine import tokens
from azure_openai_mock.search.chunking import chunks


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["harbour", " ", "wall ", "\n", "9", "ä"]), max_size=300).map("".join), st.integers(2, 40), st.data())
def test_every_token_stands_in_a_chunk_and_no_chunk_is_too_long(text: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size // 2))
    found = chunks(text, size=size, overlap=overlap)
    assert all(chunk in text and chunk.strip() for chunk in found)
    assert all(len(tokens.split(chunk)) <= size + 2 for chunk in found)
    rest = text
    for chunk in found:
        at = rest.find(chunk)
        assert at >= 0
        rest = rest[at:]
    assert bool(found) == bool(text.strip())


def test_neighbours_overlap() -> None:
    text = " ".join(f"word{number}" for number in range(400))
    first, second, *_ = chunks(text, size=100, overlap=50)
    assert second[:40] in first
