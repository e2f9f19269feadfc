"""Vectors are deterministic, of length one, and nearer where texts share words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.engine.embedding import of_text, of_tokens

FULL = 1536


def near(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.integers(1, FULL))
def test_a_vector_has_length_one_and_as_many_numbers_as_were_asked_for(text: str, dimensions: int) -> None:
    vector = of_text(text, dimensions, full=FULL)
    assert len(vector) == dimensions
    assert math.isclose(near(vector, vector), 1.0, rel_tol=1e-9)
    assert vector == of_text(text, dimensions, full=FULL)


@pytest.mark.parametrize("dimensions", [256, 512, FULL])
def test_what_is_about_the_same_is_nearer(dimensions: int) -> None:
    query, answer, other = (
        of_text(text, dimensions, full=FULL)
        for text in ("How do I renew my passport?", "Passports are renewed at the town hall.", "The soup needs more salt.")
    )
    assert near(query, answer) > near(query, other) + 0.1


def test_a_shorter_vector_is_the_beginning_of_the_longer_one() -> None:
    long, short = of_text("one and the same", FULL, full=FULL), of_text("one and the same", 400, full=FULL)
    scale = math.sqrt(sum(number * number for number in long[:400]))
    assert short == pytest.approx([number / scale for number in long[:400]])


@pytest.mark.parametrize("text", ["x", "", "The soup needs more salt."])
def test_no_number_is_zero_and_texts_without_a_shared_word_are_hardly_near(text: str) -> None:
    vector = of_text(text, FULL, full=FULL)
    assert all(vector)
    assert abs(near(vector, of_text("Passports renewed", FULL, full=FULL))) < 0.15


def test_tokens_are_words() -> None:
    assert near(of_tokens([1, 2, 3], FULL, full=FULL), of_tokens([3, 2, 1], FULL, full=FULL)) == pytest.approx(1.0)
    assert near(of_tokens([1, 2, 3], FULL, full=FULL), of_tokens([7, 8, 9], FULL, full=FULL)) < 0.3
