"""What the service says about schemas, in its words."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies_schema import general_schemas, strict_schemas

from azure_openai_mock.engine import schema
from azure_openai_mock.world import Dice

AT = "tools[0].parameters"


def closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False, **more}


def said(drawn: Any, *, strict: bool = True) -> str:
    with pytest.raises(schema.SchemaProblem) as caught:
        (schema.check_strict if strict else schema.check_loose)(drawn, at=AT)
    assert caught.value.at == AT
    assert caught.value.key in schema.PROBLEMS
    return caught.value.message


TEXT = {"type": "string"}
REQUIRED = "'required' is required to be supplied and to be an array including every key in properties."


@pytest.mark.parametrize(
    "drawn, words",
    [
        ({"type": "object", "properties": {}}, "In context=(), 'additionalProperties' is required to be supplied and to be false."),
        (
            closed({"a": {"type": "object", "properties": {}}}),
            "In context=('properties', 'a'), 'additionalProperties' is required to be supplied and to be false.",
        ),
        (closed({"file": TEXT}, required=[]), f"In context=(), {REQUIRED} Missing 'file'."),
        (closed({"a": closed({"file": TEXT}, required=[])}), f"In context=('properties', 'a'), {REQUIRED} Missing 'file'."),
        (closed({"file": TEXT}, required=["file", "x"]), f"In context=(), {REQUIRED} Extra required key 'x' supplied."),
        (closed({"a": {"oneOf": [TEXT]}}), "In context=('properties', 'a'), 'oneOf' is not permitted."),
        (
            closed({"a": {"type": "array", "items": TEXT, "uniqueItems": True}}),
            "In context=('properties', 'a'), 'uniqueItems' is not permitted.",
        ),
        (closed({"a": {}}), "In context=('properties', 'a'), schema must have a 'type' key."),
        (closed({"a": {"anyOf": [{}, TEXT]}}), "In context=('properties', 'a', 'anyOf', '0'), schema must have a 'type' key."),
        (closed({"a": {"type": "string", "format": "uri"}}), "In context=('properties', 'a'), 'uri' is not a valid format."),
        (closed({"a": {"type": "string", "pattern": "("}}), "'(' is not a 'regex'."),
        (
            closed({"a": {"$ref": "#/$defs/a", "description": "x"}}, **{"$defs": {"a": TEXT}}),
            "context=('properties', 'a'), $ref cannot have keywords {'description'}.",
        ),
        (
            closed({"a": {"$ref": "#/$defs/b"}}),
            "In context=('properties', 'a'), reference to component '#/$defs/b' which was not found in the schema.",
        ),
        (
            {**closed({}), "anyOf": [closed({})]},
            "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.",
        ),
    ],
)
def test_the_strict_subset(drawn: Any, words: str) -> None:
    assert said(drawn) == words


@pytest.mark.parametrize(
    "drawn, words",
    [
        ({"type": "array", "items": TEXT}, """schema must be a JSON Schema of 'type: "object"', got 'type: "array"'."""),
        ({"properties": {}}, """schema must be a JSON Schema of 'type: "object"', got 'type: "None"'."""),
        ([], "[] is not of type 'object', 'boolean'."),
        (None, "None is not of type 'object', 'boolean'."),
        ({"type": "object", "properties": {"a": 5}}, "5 is not of type 'object', 'boolean'."),
        ({"type": "object", "properties": {"a": {"type": "str"}}}, "'str' is not valid under any of the given schemas."),
        ({"type": "object", "properties": {"a": TEXT}, "required": None}, "None is not of type 'array'."),
        ({"type": "object", "properties": {"a": TEXT}, "required": True}, "True is not of type 'array'."),
        ({"type": "object", "properties": {"a": {"type": "array"}}}, "In context=('properties', 'a'), array schema missing items."),
        ({"type": "object"}, "In context=(), object schema missing properties."),
        ({"type": "object", "properties": {"a": {"type": "string", "minLength": -1}}}, "-1 is less than the minimum of 0."),
        (
            {"type": "object", "properties": {"a": {"$ref": "https://example.com/x"}}},
            "In context=('properties', 'a'), reference to component 'https://example.com/x' which was not found in the schema.",
        ),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_any_schema(drawn: Any, words: str, *, strict: bool) -> None:
    assert said(drawn, strict=strict) == words


def nested(levels: int) -> dict[str, Any]:
    drawn = closed({"a": TEXT})
    for _ in range(levels - 1):
        drawn = closed({"a": drawn})
    return drawn


def test_the_documented_limits_are_kept_to_the_last() -> None:
    schema.check_strict(nested(10), at=AT)
    assert said(nested(11)) == "11 levels of nesting exceeds limit of 10."
    schema.check_strict(closed({f"p{i}": TEXT for i in range(5000)}), at=AT)
    assert said(closed({f"p{i}": TEXT for i in range(5001)})).startswith("Expected at most 5000 object properties total")
    schema.check_strict(closed({"a": {"type": "string", "enum": [f"{i}" for i in range(1000)]}}), at=AT)
    assert said(closed({"a": {"type": "string", "enum": [f"{i}" for i in range(1001)]}})) == (
        "Expected at most 1000 enum values in total within a single schema when using structured outputs, but received 1001. "
        "Consider reducing the number of enums, or use 'strict: false' to opt out of structured outputs."
    )
    assert "120000" in said(closed({"a" * 120_001: TEXT}))
    assert "15000" in said(closed({"a": {"type": "string", "enum": [f"{i:060}" for i in range(251)]}}))


@pytest.mark.parametrize(
    "drawn",
    [
        {},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"a": {}}, "required": []},
        {"type": "object", "properties": {"a": {"oneOf": [TEXT, {"type": "null"}]}}, "additionalProperties": True},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/x", "description": "d"}}, "$defs": {"x": TEXT}},
    ],
)
def test_without_strict_much_is_taken(drawn: Any) -> None:
    schema.check_loose(drawn, at=AT)


def test_what_the_strict_subset_has_is_taken() -> None:
    drawn = closed(
        {
            "id": {"type": ["string", "null"], "pattern": "^a+$", "description": "d", "title": "t", "default": "a"},
            "when": {"type": "string", "format": "date-time"},
            "n": {"type": "number", "minimum": 0, "exclusiveMaximum": 2, "multipleOf": 0.5},
            "list": {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1, "maxItems": 3},
            "one": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            "kind": {"type": "string", "enum": ["a"]},
            "self": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        },
        **{"$defs": {"node": closed({"child": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}})}},
    )
    schema.check_strict(drawn, at=AT)
    assert schema.validate(schema.sample(drawn, Dice(1)), drawn) is None


@settings(deadline=None)
@given(strict_schemas())
def test_a_strict_schema_is_left_as_it_is_by_normalisation(drawn: Any) -> None:
    assert json.dumps(schema.normalise_strict(drawn)) == json.dumps(drawn)


def test_normalisation_closes_objects_and_requires_every_property_in_order() -> None:
    given_schema = {
        "properties": {"location": TEXT, "unit": {"type": "object", "properties": {"x": TEXT}}},
        "required": ["location"],
        "type": "object",
    }
    before = json.dumps(given_schema)
    made = schema.normalise_strict(given_schema)
    assert json.dumps(given_schema) == before
    assert list(made) == ["properties", "required", "type", "additionalProperties"]
    assert made["required"] == ["location", "unit"]
    assert made["properties"]["unit"] == {"type": "object", "properties": {"x": TEXT}, "required": ["x"], "additionalProperties": False}
    assert list(made["properties"]["unit"])[-2:] == ["additionalProperties", "required"]
    schema.check_strict(made, at=AT)


def test_normalisation_says_that_nothing_is_required_where_there_is_nothing() -> None:
    made = schema.normalise_strict({"type": "object", "properties": {}})
    assert list(made.items()) == [("type", "object"), ("properties", {}), ("additionalProperties", False), ("required", [])]


@pytest.mark.parametrize("kind", ["integer", "number", ["integer", "null"]])
@pytest.mark.parametrize("form", ["int64", "uint8", "double", "uri"])
def test_a_number_may_have_any_format(kind: Any, form: str) -> None:
    drawn = closed({"n": {"type": kind, "format": form, "minimum": 1, "maximum": 9}})
    schema.check_strict(drawn, at=AT)
    assert schema.validate(schema.sample(drawn, Dice(1)), drawn) is None
    with pytest.raises(schema.SchemaProblem, match="is not a valid format"):
        schema.check_strict(closed({"n": {"type": ["number", "string"], "format": form}}), at=AT)


@given(
    st.lists(st.sampled_from(({"type": "string"}, {"type": "integer"}, {"type": "boolean"})), min_size=1, max_size=4), st.integers(0, 99)
)
def test_a_tuple_is_taken_and_filled_in_its_order(parts: list[Any], seed: int) -> None:
    tuple_of = {"type": "array", "prefixItems": parts, "items": {"anyOf": parts}, "minItems": len(parts), "maxItems": len(parts)}
    drawn = closed({"tuple": tuple_of})
    schema.check_strict(drawn, at=AT)
    value = schema.sample(drawn, Dice(seed))
    assert schema.validate(value, drawn) is None
    assert len(value["tuple"]) == len(parts)


_KEYWORDS = ("type", "properties", "items", "required", "enum", "anyOf", "$ref", "minLength", "pattern", "a")
_ANYTHING = st.recursive(
    st.none() | st.integers() | st.sampled_from(("object", "#", "(", "x")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYWORDS), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(general_schemas() | _ANYTHING)
def test_checking_any_json_says_something_or_nothing(drawn: Any) -> None:
    for check in (schema.check_strict, schema.check_loose):
        with contextlib.suppress(schema.SchemaProblem):
            check(drawn, at=AT)
    schema.normalise_strict(drawn)
    with contextlib.suppress(schema.Unsatisfiable):
        schema.sample(drawn, Dice(1))


def test_every_row_has_its_source_and_confidence() -> None:
    for row in schema.PROBLEMS.values():
        assert row.source
        assert row.confidence in ("recorded", "documented", "observed", "assumed")
        assert row.message.endswith(".")
