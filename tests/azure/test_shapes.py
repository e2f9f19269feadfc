"""Checks compiled from rows: what passes, what is refused, and where the path points."""

from __future__ import annotations

import pytest

from azure_openai_mock.azure.shapes import Shapes, alternatives, rooted
from azure_openai_mock.wire.refusal import Refusal


def refused(row: object, value: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        Shapes().compile(row)(value)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"type": "string"}, ""),
        ({"type": "integer", "min": "1"}, 1),
        ({"type": "number", "max": "2"}, 2),
        ({"type": "number"}, 0.5),
        ({"type": "boolean"}, False),
        ({"enum": ["a", "b"]}, "b"),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "object", "fields": {"a": {"type": "string"}}}, {"a": None}),
        ({"type": "object", "values": {"type": "string"}}, {"any": "thing"}),
        ({"expected": "x", "either": [{"type": "string"}, {"type": "object", "fields": {}}]}, {}),
        ({"variants": {"v": {"type": "object", "fields": {"type": {"type": "any"}}}}}, {"type": "v"}),
    ],
)
def test_a_right_value_passes(row: object, value: object) -> None:
    Shapes().compile(row)(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "value", "key", "fields"),
    [
        ({"type": "string"}, 1, "invalid_type", {"expected": "a string", "got": "an integer"}),
        ({"type": "string"}, None, "invalid_type", {"expected": "a string", "got": "null"}),
        ({"type": "integer"}, 1.0, "invalid_type", {"expected": "an integer", "got": "a decimal number"}),
        ({"type": "integer"}, True, "invalid_type", {"expected": "an integer", "got": "a boolean"}),
        ({"type": "number"}, "hot", "invalid_type", {"expected": "a decimal", "got": "a string"}),
        ({"type": "number"}, False, "invalid_type", {"expected": "a decimal", "got": "a boolean"}),
        ({"type": "integer", "min": "16"}, 15, "integer_below_min_value", {"minimum": 16, "got": 15}),
        ({"type": "integer", "max": "20"}, 21, "integer_above_max_value", {"maximum": 20, "got": 21}),
        ({"type": "number", "min": "0"}, -1, "decimal_below_min_value", {"minimum": 0, "got": -1}),
        ({"type": "number", "max": "2"}, 2.5, "decimal_above_max_value", {"maximum": 2, "got": 2.5}),
        ({"type": "string", "max_length": "2"}, "abc", "string_above_max_length", {"maximum": 2, "length": 3}),
        ({"type": "string", "min_length": "1"}, "", "empty_string", {"minimum": 1}),
        ({"type": "string", "prefix": "fc"}, "x", "invalid_id_prefix", {"got": "x", "prefix": "fc"}),
        ({"type": "string", "prefix": "fc"}, "fc_1.2", "invalid_id_characters", {"got": "fc_1.2"}),
        ({"enum": ["a", "b"]}, "c", "invalid_value", {"got": "c", "supported": ("a", "b")}),
        ({"enum": ["a", "b"]}, {}, "invalid_type", {"expected": "one of 'a' or 'b'", "got": "an object"}),
        ({"type": "array", "items": {"type": "object"}}, "x", "invalid_type", {"expected": "an array of objects", "got": "a string"}),
        ({"type": "array", "max_items": "1"}, [1, 2], "array_above_max_length", {"maximum": 1, "length": 2}),
        ({"type": "object", "max_properties": "1"}, {"a": 1, "b": 2}, "object_above_max_properties", {"maximum": 1, "length": 2}),
    ],
)
def test_a_wrong_value_is_refused_by_the_row_of_its_defect(row: object, value: object, key: str, fields: dict[str, object]) -> None:
    refusal = refused(row, value)
    assert (refusal.key, refusal.fields) == (key, fields)


NESTED = {
    "type": "object",
    "required": ["type"],
    "fields": {
        "type": {"type": "string"},
        "parts": {
            "type": "array",
            "items": {"variants": {"text": {"type": "object", "required": ["text"], "fields": {"type": {}, "text": {"type": "string"}}}}},
        },
    },
}


@pytest.mark.parametrize(
    ("value", "param"),
    [
        ({}, "input[3].type"),
        ({"type": "x", "odd": 1}, "input[3].odd"),
        ({"type": "x", "parts": [{"type": "text", "text": "a"}, {"type": "text"}]}, "input[3].parts[1].text"),
        ({"type": "x", "parts": [{"type": "sound"}]}, "input[3].parts[0].type"),
        ({"type": "x", "parts": [None]}, "input[3].parts[0]"),
        ({"type": "x", "parts": [{"type": "text", "text": 7}]}, "input[3].parts[0].text"),
        ({"type": None}, "input[3].type"),
    ],
)
def test_the_path_is_put_together_on_the_way_out(value: object, param: str) -> None:
    assert rooted(refused(NESTED, value), "input[3]").param == param


def test_null_stands_for_an_omitted_member_but_not_for_a_required_one() -> None:
    row = {"type": "object", "required": ["must"], "fields": {"must": {"type": "string"}, "may": {"type": "string"}}}
    Shapes().compile(row)({"must": "x", "may": None})
    assert refused(row, {"must": None, "may": None}).fields == {"expected": "a string", "got": "null"}


def test_alternatives_are_spelled_as_the_service_spells_them() -> None:
    assert alternatives(["a", "b"]) == "one of 'a' or 'b'"
    assert alternatives(["a", "b", "c"]) == "one of 'a', 'b', or 'c'"


def test_an_unknown_type_in_a_row_is_an_error_of_the_table() -> None:
    with pytest.raises(ValueError, match="unknown type"):
        Shapes().compile({"type": "decimal"})
