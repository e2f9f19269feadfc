"""The search finds what a person would choose: in the first three results for at least nine of ten questions of a set of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from azure_openai_mock.search.chunking import chunks
from azure_openai_mock.search.index import Chunk, Index

SET: Any = yaml.safe_load((Path(__file__).parent / "labelled.yaml").read_text("utf-8"))


def index_of(size: int, overlap: int) -> Index:
    return Index(
        [Chunk(name, name, piece) for name, text in SET["documents"].items() for piece in chunks(text, size=size, overlap=overlap)]
    )


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("size", "overlap"), [(100, 50), (200, 60), (800, 400)])
def test_the_right_chunk_is_among_the_first_three_for_nine_of_ten_questions(size: int, overlap: int) -> None:
    index = index_of(size, overlap)
    missed = [
        question["ask"]
        for question in SET["questions"]
        if not any(question["answer"] in flat(index.chunks[hit.place].text) for hit in index.search(question["ask"], 3))
    ]
    assert len(SET["questions"]) >= 30
    assert len(missed) <= len(SET["questions"]) / 10, missed


def test_every_answer_stands_in_a_document() -> None:
    texts = [flat(text) for text in SET["documents"].values()]
    assert [question for question in SET["questions"] if not any(question["answer"] in text for text in texts)] == []
