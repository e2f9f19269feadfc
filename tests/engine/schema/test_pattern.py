"""Patterns of clients match as they should, in linear time, and give texts that match."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.strategies_schema import PATTERNS

from azure_openai_mock.engine.schema.pattern import PatternProblem, compiled
from azure_openai_mock.world import Dice

_atoms = st.sampled_from(("a", "b", "1", " ", "[ab]", "[^a]", r"\d", r"\w", r"\W", r"\s", ".", "(?:ab)", "(a|b1)", "[a-c1-3]", r"\.", "é"))
_counts = st.sampled_from(("", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"))
_looks = st.sampled_from(("", "", "", r"\b", r"\B", "(?=a)", "(?!b)", "(?=.*1)"))
_parts = st.lists(st.tuples(_looks, _atoms, _counts).map("".join), min_size=1, max_size=4).map("".join)


@st.composite
def regexes(draw: st.DrawFn) -> str:
    """Patterns that Python reads as JSON Schema does, over texts of plain letters without line ends."""
    body = "|".join(draw(st.lists(_parts, min_size=1, max_size=2)))
    return draw(st.sampled_from(("{}", "^{}", "{}$", "^(?:{})$"))).format(body)


@settings(deadline=None)
@given(regexes(), st.text("ab1 .é_", max_size=8))
def test_a_pattern_is_found_where_an_independent_matcher_finds_it(pattern: str, text: str) -> None:
    assume(text or r"\B" not in pattern)  # Python before 3.14 finds no inner place in an empty text
    assert compiled(pattern).found_in(text) == (re.search(pattern, text, re.ASCII) is not None)


@settings(deadline=None)
@given(regexes(), st.integers(0, 3), st.sampled_from((None, True, False)))
def test_a_sampled_text_matches(pattern: str, seed: int, long: bool | None) -> None:
    text = compiled(pattern).sample(Dice(seed).integer, long=long)
    if text:
        assert re.search(pattern, text, re.ASCII)


@settings(deadline=None)
@given(st.sampled_from(PATTERNS), st.integers(0, 20))
def test_a_sampled_text_keeps_its_length(pattern: str, seed: int) -> None:
    text = compiled(pattern).sample(Dice(seed).integer, least=3, most=6)
    if text is not None:
        assert 3 <= len(text) <= 6
        assert re.search(pattern, text, re.ASCII)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_everyday_patterns_always_give_a_text(pattern: str) -> None:
    assert compiled(pattern).sample(Dice(1).integer) is not None


@pytest.mark.parametrize("pattern", [r"\d", "^a$", r"\w"])
def test_classes_are_those_of_the_standard_not_of_python(pattern: str) -> None:
    assert not compiled(pattern).found_in("٣" if pattern == r"\d" else "a\n" if pattern == "^a$" else "é")


@pytest.mark.parametrize(
    "pattern, text", [(r"^\p{L}+$", "Åse"), (r"^\P{L}$", "1"), (r"^\u00e9\x41$", "éA"), ("^[\\d-]+$", "1-2"), ("a{,3}", "a{,3}")]
)
def test_the_standard_has_escapes_that_python_lacks(pattern: str, text: str) -> None:
    assert compiled(pattern).found_in(text)


@pytest.mark.parametrize("pattern", ["(", ")", "[", "[a-", "*a", "a**", "a{2}{3}", r"\q", "(?<n", "[z-a]", r"\x1", r"\p{Xx}x{", "a{3,2}"])
def test_malformed_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(PatternProblem):
        compiled(pattern)


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?<=a)b", "(a{1000}){1000}", "(?i)a", "a{9999999}", "(" * 50 + ")" * 50])
def test_what_is_not_regular_or_too_large_is_refused_as_such(pattern: str) -> None:
    with pytest.raises(PatternProblem) as caught:
        compiled(pattern)
    assert not caught.value.malformed


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(x+x+)+y", "(a|a)*b", "a?" * 100 + "a" * 100, "^(?:(?!ab).)*$", "(.*)*c"])
def test_the_worst_texts_are_matched_in_linear_time(pattern: str) -> None:
    def cost(size: int) -> float:
        machine = type(compiled(pattern))(pattern)
        began = perf_counter()
        machine.found_in("a" * size + "!")
        return perf_counter() - began

    small, large = min(cost(2_000) for _ in range(3)), min(cost(20_000) for _ in range(2))
    assert large < max(small, 0.001) * 40
