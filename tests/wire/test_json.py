"""JSON in and out."""

from __future__ import annotations

import json as stdlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.wire import json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(VALUES)
def test_bodies_are_indented_by_two_and_events_are_one_line(value: object) -> None:
    assert stdlib.loads(json.pretty(value)) == stdlib.loads(json.compact(value)) == value
    assert b"\n" not in json.compact(value)
    assert json.pretty(value) == stdlib.dumps(value, indent=2, ensure_ascii=False).encode() or b"\x7f" in json.pretty(value)


@given(VALUES, st.integers(0, 6))
def test_depth_is_judged_on_the_bytes_as_a_parser_would(value: object, limit: int) -> None:
    assert json.depth_exceeds(json.compact(value), limit) == (depth(value) > limit)


@pytest.mark.parametrize("text", [b'{"a": "[[[[[["}', b'"\\"[[[["', b'{"a\\\\": 1}'])
def test_brackets_inside_strings_do_not_count(text: bytes) -> None:
    assert not json.depth_exceeds(text, 1)


def test_a_bomb_is_seen_without_being_parsed() -> None:
    assert json.depth_exceeds(b"[" * 1_000_000)


@pytest.mark.parametrize("text", [b"NaN", b"[1,]", b"{'a': 1}", b"\xff", b'"\\ud800"', b"", b"1 2"])
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        json.loads(text)
