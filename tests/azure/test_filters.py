"""The content filter's annotations and canary words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.azure import filters, tables

TABLE = filters.table()


def found(text: str) -> list[tuple[str, str | bool, bool]]:
    return [(canary.name, canary.value, canary.answer) for canary in filters.canaries(text)]


def test_every_row_says_where_it_comes_from() -> None:
    given_ = tables.load("filters")
    rows = [given_["severities"], given_["blocklists"], *given_["categories"].values(), *given_["flags"].values()]
    assert all(row["source"] and row["confidence"] in ("recorded", "documented", "observed", "assumed") for row in rows)


@pytest.mark.parametrize(
    "word, said",
    [
        ("canary-hate-high", ("hate", "high", False)),
        ("canary-self-harm-low", ("self_harm", "low", False)),
        ("canary-self-harm", ("self_harm", "medium", False)),
        ("canary-jailbreak", ("jailbreak", True, False)),
        ("canary-answer-protected-material-code", ("protected_material_code", True, True)),
        ("canary-answer-violence-medium", ("violence", "medium", True)),
        ("canary-blocklist-rude-words", ("rude-words", True, False)),
    ],
)
def test_a_canary_stands_for_a_finding(word: str, said: tuple[str, str | bool, bool]) -> None:
    assert found(f"Please tell me of {word}, would you?") == [said]


@pytest.mark.parametrize("word", ["canary", "canary-", "canary-bird", "canary-hate-extreme", "canary-blocklist-", "canary-blocklist-hate"])
def test_other_words_stand_for_nothing(word: str) -> None:
    assert found(word) == []


@given(st.text())
def test_any_text_may_be_searched(text: str) -> None:
    assert all(canary.end <= len(text) for canary in filters.canaries(text))


def test_every_documented_word_is_one() -> None:
    for word in filters.canary_words():
        assert found(word.replace("SEVERITY", "high").replace("NAME", "mine")), word


@pytest.mark.parametrize("severity, filtered", [("safe", False), ("low", False), ("medium", True), ("high", True)])
@pytest.mark.parametrize("category", TABLE.categories)
def test_from_medium_on_a_category_is_filtered(category: str, severity: str, *, filtered: bool) -> None:
    entry = filters.entry("prompt", 5, {category: severity})
    assert entry["content_filter_results"][category] == {"filtered": filtered, "severity": severity}
    assert entry["blocked"] is filtered is filters.blocks({category: severity})


@pytest.mark.parametrize("source", filters.SOURCES)
@pytest.mark.parametrize("flag", TABLE.flags)
def test_a_flag_is_shown_where_it_was_detected(flag: str, source: str) -> None:
    entry = filters.entry(source, 5, {flag: True})
    assert entry["content_filter_results"][flag] == {"detected": True, "filtered": True}
    assert entry["blocked"]
    assert (flag in filters.entry(source, 5)["content_filter_results"]) is (source in TABLE.flags[flag])


def test_a_blocklist_goes_by_its_name() -> None:
    results = filters.entry("prompt", 5, {"mine": True})["content_filter_results"]
    assert results["custom_blocklists"] == {"filtered": True, "details": [{"filtered": True, "id": "mine"}]}
