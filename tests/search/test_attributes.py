"""Filters over attributes."""

from __future__ import annotations

from typing import Any

import pytest

from azure_openai_mock.search.attributes import check, matches
from azure_openai_mock.wire.refusal import Refusal

FILE = {"kind": "letter", "year": 2024, "open": True}


@pytest.mark.parametrize(
    ("type_", "key", "value", "passes"),
    [
        ("eq", "kind", "letter", True),
        ("eq", "open", 1, False),
        ("eq", "nothing", "letter", False),
        ("ne", "kind", "bill", True),
        ("ne", "nothing", "bill", True),
        ("gt", "year", 2023, True),
        ("gt", "year", 2024, False),
        ("gte", "year", 2024, True),
        ("lt", "year", 2025.5, True),
        ("lte", "kind", 3, False),
        ("gt", "nothing", 3, False),
        ("in", "year", [2023, 2024], True),
        ("nin", "kind", ["letter"], False),
    ],
)
def test_a_comparison_holds(type_: str, key: str, value: Any, passes: bool) -> None:
    given = {"type": type_, "key": key, "value": value}
    check(given, "filters")
    assert matches(given, FILE) is passes


def test_compounds_hold_where_all_or_any_do() -> None:
    letter, old = {"type": "eq", "key": "kind", "value": "letter"}, {"type": "lt", "key": "year", "value": 2000}
    assert matches({"type": "or", "filters": [letter, old]}, FILE)
    assert not matches({"type": "and", "filters": [letter, {"type": "or", "filters": [old]}]}, FILE)
    assert matches(None, FILE)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ("x", "filters"),
        ({"type": "like", "key": "a", "value": "b"}, "filters.type"),
        ({"type": "eq", "key": "a"}, "filters.value"),
        ({"type": "eq", "key": 1, "value": 1}, "filters.key"),
        ({"type": "in", "key": "a", "value": 1}, "filters.value"),
        ({"type": "eq", "key": "a", "value": {}}, "filters.value"),
        ({"type": {}, "key": "a", "value": 1}, "filters.type"),
        ({"key": "a", "value": 1}, "filters.type"),
        ({"type": "and"}, "filters.filters"),
        ({"type": "and", "filters": [{"type": "eq", "value": 1}]}, "filters.filters[0].key"),
    ],
)
def test_what_is_no_filter_is_refused_where_it_stands(given: Any, param: str) -> None:
    with pytest.raises(Refusal) as caught:
        check(given, "filters")
    assert caught.value.param == param


def test_filters_do_not_nest_without_end() -> None:
    given: Any = {"type": "eq", "key": "a", "value": 1}
    for _ in range(50):
        given = {"type": "and", "filters": [given]}
    with pytest.raises(Refusal):
        check(given, "filters")
