"""A sample always satisfies its schema, reads well, and costs little whatever the schema."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies_schema import general_schemas, judged_valid, strict_schemas

from azure_openai_mock.engine import schema
from azure_openai_mock.world import Dice

WANTS: tuple[Any, ...] = ("typical", "smallest", "largest", "boundary")


@settings(deadline=None)
@given(strict_schemas(), st.sampled_from(WANTS), st.integers(0, 5), st.sampled_from(("", "Weather in Lima for 3 days?")))
def test_a_sample_of_a_strict_schema_is_valid_to_an_independent_judge(drawn: Any, want: Any, seed: int, hint: str) -> None:
    schema.check_strict(drawn, at="text.format.schema")
    value = schema.sample(drawn, Dice(seed), hint=hint, want=want)
    assert judged_valid(value, drawn)
    assert schema.validate(value, drawn) is None
    json.dumps(value)


@settings(deadline=None)
@given(general_schemas(), st.sampled_from(WANTS))
def test_a_sample_of_any_schema_is_valid_or_refused_with_its_place(drawn: Any, want: Any) -> None:
    try:
        value = schema.sample(drawn, Dice(1), want=want)
    except schema.Unsatisfiable:
        return
    assert judged_valid(value, drawn)


@settings(deadline=None)
@given(strict_schemas(), st.sampled_from(WANTS))
def test_the_same_dice_give_the_same_sample(drawn: Any, want: Any) -> None:
    assert schema.sample(drawn, Dice(7), want=want) == schema.sample(drawn, Dice(7), want=want)


def test_typical_values_follow_the_names_of_fields_and_what_was_said() -> None:
    weather = {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "days": {"type": "integer", "minimum": 1, "maximum": 14},
            "email": {"type": "string"},
            "start_date": {"type": "string"},
            "url": {"type": "string"},
            "name": {"type": "string"},
            "detailed": {"type": "boolean"},
            "query": {"type": "string"},
        },
    }
    said = schema.sample(weather, Dice(1), hint="What's the weather in Boston for 5 days from 2025-03-01?")
    assert said == {
        "city": "Boston",
        "unit": "celsius",
        "days": 5,
        "email": "user@example.com",
        "start_date": "2025-03-01",
        "url": "https://example.com/page",
        "name": "Ada Lovelace",
        "detailed": True,
        "query": "What's the weather in Boston for 5 days from 2025-03-01?",
    }
    assert schema.sample(weather, Dice(1))["city"] == "San Francisco, CA"
    assert schema.sample(weather, Dice(1), hint="in fahrenheit please")["unit"] == "fahrenheit"


def test_operands_are_taken_from_the_text_in_order() -> None:
    both = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}
    assert schema.sample(both, Dice(1), hint="add 2 and 3.5") == {"a": 2, "b": 3.5}


def test_a_journey_has_its_origin_and_its_destination() -> None:
    journey = {"type": "object", "properties": {"origin": {"type": "string"}, "destination": {"type": "string"}}}
    assert schema.sample(journey, Dice(1), hint="Fly from New York to Lima") == {"origin": "New York", "destination": "Lima"}


def test_a_default_or_an_example_is_used_where_it_is_valid_and_says_something() -> None:
    fields = {
        "a": {"type": "string", "default": "given"},
        "b": {"type": "string", "examples": ["shown"]},
        "c": {"type": "integer", "default": "not a number"},
        "d": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
    }
    value = schema.sample({"type": "object", "properties": fields}, Dice(1))
    assert (value["a"], value["b"]) == ("given", "shown")
    assert isinstance(value["c"], int)
    assert value["d"] is not None


def test_recursion_ends_after_a_turn() -> None:
    tree = {
        "type": "object",
        "properties": {"root": {"$ref": "#/$defs/node"}},
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                    "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                },
                "required": ["value", "children", "next"],
            }
        },
    }
    value = schema.sample(tree, Dice(1))
    assert value["root"]["children"][0]["children"] == []
    assert value["root"]["next"]["next"] is None
    assert len(json.dumps(schema.sample(tree, Dice(1), want="largest"))) < 20_000


@pytest.mark.parametrize("form", ["date-time", "date"])
@pytest.mark.parametrize("want", WANTS)
def test_dates_are_dates(form: str, want: Any) -> None:
    text = schema.sample({"type": "string", "format": form}, Dice(1), want=want)
    assert datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "drawn",
    [
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 3},
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 2},
        {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 5}, "uniqueItems": True, "minItems": 5},
        {"type": "array", "items": {"type": "string", "maxLength": 1}, "uniqueItems": True, "minItems": 40},
        {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}, "uniqueItems": True, "minItems": 30},
        {"type": "array", "items": {"type": "string", "format": "date"}, "uniqueItems": True, "minItems": 30},
        {"type": "array", "items": {"type": "string", "pattern": "^[a-c]{2}$"}, "uniqueItems": True, "minItems": 4},
        {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "uniqueItems": True,
            "minItems": 8,
        },
        {"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 0.2},
        {"type": "number", "multipleOf": 0.01, "minimum": 0.29},
        {"type": "integer", "multipleOf": 7, "minimum": 50, "maximum": 60},
        {"type": "integer", "minimum": 1e300},
        {"oneOf": [{"type": "integer"}, {"type": "integer", "minimum": 2}]},
        {
            "allOf": [
                {"properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"properties": {"a": {"maxLength": 2}, "b": {"type": "null"}}},
            ]
        },
        {"type": "object", "properties": {"kind": {"const": "x"}}, "if": {"required": ["kind"]}, "then": {"required": ["more"]}},
        {"type": "string", "format": "email", "maxLength": 5},
        {"type": "string", "format": "hostname", "minLength": 100},
        {"type": "string", "minLength": 25, "format": "date-time"},
        {"type": "string", "pattern": "^[A-Z]+$", "minLength": 12, "maxLength": 12},
        {"type": "string", "pattern": "b", "minLength": 9},
        {"type": "object", "minProperties": 4, "additionalProperties": {"type": "integer"}},
        {"type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "integer"}}, "additionalProperties": False, "minProperties": 2},
        {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"}, "minProperties": 2},
        {"type": "array", "contains": {"const": 5}, "minContains": 2, "items": {"type": "integer"}},
        {"not": {"type": "string"}},
    ],
)
@pytest.mark.parametrize("want", WANTS)
def test_hard_corners_are_met(drawn: Any, want: Any) -> None:
    value = schema.sample(drawn, Dice(3), want=want)
    assert judged_valid(value, drawn)


def test_the_smallest_is_no_larger_than_the_largest() -> None:
    drawn = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}, "maxItems": 5}, "b": {"type": "integer"}}}
    smallest, largest = (schema.sample(drawn, Dice(1), want=want) for want in ("smallest", "largest"))
    assert smallest == {}
    assert len(largest["a"]) == 5


NESTED: Any = {"type": "string"}
for _ in range(40):
    NESTED = {"anyOf": [NESTED, NESTED, {"type": "object", "properties": {"a": False}, "required": ["a"]}]}


@pytest.mark.parametrize(
    "drawn",
    [
        False,
        {"type": "array", "items": {"type": "string"}, "minItems": 10**9},
        {"type": "string", "minLength": 10**9},
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"$defs": {"n": {"type": "object", "required": ["c"], "properties": {"c": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/$defs/none"},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 4},
        {"type": "string", "pattern": "("},
        {"type": "string", "pattern": r"(a)\1"},
        {"type": "banana"},
        {"enum": []},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3},
        {"type": "array", "minItems": 5000, "items": {"type": "array", "minItems": 5000, "items": {"type": "null"}}},
        {"type": "array", "minItems": 100, "items": {"type": "string", "minLength": 50_000}},
        {"type": "object", "minProperties": 10**9},
        {"allOf": [{"anyOf": [{"type": "string", "const": f"{i}{j}"} for j in range(12)]} for i in range(12)]},
    ],
)
@pytest.mark.timeout(20)
def test_what_has_no_value_of_reasonable_size_is_refused(drawn: Any) -> None:
    with pytest.raises(schema.Unsatisfiable):
        schema.sample(drawn, Dice(1))


@pytest.mark.timeout(20)
def test_deep_unions_and_large_enums_are_sampled_all_the_same() -> None:
    assert isinstance(schema.sample(NESTED, Dice(1)), str)
    assert schema.sample({"enum": [f"v{i}" for i in range(100_000)]}, Dice(1)) == "v0"


def test_the_place_of_what_cannot_be_is_named() -> None:
    with pytest.raises(schema.Unsatisfiable) as caught:
        schema.sample({"type": "object", "properties": {"a": {"type": "array", "items": False, "minItems": 1}}, "required": ["a"]}, Dice(1))
    assert caught.value.path == "/a/0"
