"""Our validator says what an independent one says, and never takes long."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies_schema import general_schemas, judged_valid, mutated, strict_schemas

from azure_openai_mock.engine import schema
from azure_openai_mock.world import Dice

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from((0.5, 2.0)) | st.text("abfoo1@", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("city", "a", "b", "x_1", "id")), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.data(), strict_schemas(formats=False))
def test_valid_and_mutated_values_are_judged_like_an_independent_validator_judges_them(data: Any, drawn: Any) -> None:
    value = schema.sample(drawn, Dice(1))
    for _ in range(3):
        value = data.draw(mutated(value))
        assert (schema.validate(value, drawn) is None) == judged_valid(value, drawn)


@settings(deadline=None)
@given(general_schemas(), VALUES)
def test_any_value_against_any_schema_is_judged_alike(drawn: Any, value: Any) -> None:
    assert (schema.validate(value, drawn) is None) == judged_valid(value, drawn)


@pytest.mark.parametrize(
    "value, drawn, said",
    [
        (9, {"maximum": 7}, "$: 9 is greater than the maximum of 7"),
        ({"days": 0}, {"properties": {"days": {"exclusiveMinimum": 0}}}, "$.days: 0 is not greater than the exclusive minimum of 0"),
        ({}, {"required": ["city"]}, "$: 'city' is a required property"),
        ({"b": 1}, {"properties": {}, "additionalProperties": False}, "$: additional properties are not allowed ('b' was unexpected)"),
        (["x"], {"items": {"type": "integer"}}, "$[0]: 'x' is not of type 'integer'"),
        ([1, 1.0], {"uniqueItems": True}, "$: the array has non-unique elements"),
        ("a", {"enum": ["b"]}, "$: 'a' is not one of the allowed values"),
        ("a", {"pattern": "^b$"}, "$: 'a' does not match '^b$'"),
        ("2025-02-30", {"format": "date"}, "$: '2025-02-30' is not a 'date'"),
        (True, {"type": "integer"}, "$: True is not of type 'integer'"),
        (1, {"const": True}, "$: 1 is not True"),
        (3, {"oneOf": [{"minimum": 1}, {"minimum": 2}]}, "$: 3 is valid under 2 of the given schemas, not under one"),
        (1, {"$ref": "https://example.com/s"}, "$: the reference 'https://example.com/s' cannot be resolved"),
    ],
)
def test_the_first_violation_is_named_with_its_place(value: Any, drawn: Any, said: str) -> None:
    assert schema.validate(value, drawn) == said


@pytest.mark.parametrize("value", [1.0, 3, -(10**30)])
def test_whole_numbers_are_integers_however_written(value: float) -> None:
    assert schema.validate(value, {"type": "integer"}) is None


def test_decimals_are_multiples_as_they_are_written() -> None:
    assert schema.validate(0.3, {"multipleOf": 0.1}) is None
    assert schema.validate(0.35, {"multipleOf": 0.1}) is not None


def test_a_schema_that_refers_to_itself_is_judged() -> None:
    tree = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "additionalProperties": False}
    value: Any = None
    for _ in range(25):
        value = {"next": value}
    assert schema.validate(value, tree) is None
    assert schema.validate({"next": {"nxt": None}}, tree) is not None
    assert schema.validate(1, {"$ref": "#"}) is None
    assert schema.validate(1, {"anyOf": [{"$ref": "#"}]}) is None


@pytest.mark.timeout(20)
def test_hostile_schemas_are_judged_soon() -> None:
    bomb: Any = {"type": "string"}
    for _ in range(60):
        bomb = {"anyOf": [bomb, {"allOf": [bomb, bomb]}, bomb]}
    assert schema.validate(1, bomb) is not None
    assert schema.validate("a" * 200_000 + "!", {"pattern": "^(a+)+$"}) is not None
    deep: Any = {}
    for _ in range(400):
        deep = {"allOf": [deep]}
    assert schema.validate(1, deep) is not None


@pytest.mark.parametrize("drawn", [None, 5, "x", [], {"type": 5}, {"properties": 3}, {"items": "x"}, {"enum": "abc"}, {"minLength": "x"}])
def test_malformed_schemas_do_not_break_it(drawn: Any) -> None:
    for value in (None, "abc", 1, [1], {"a": 1}):
        schema.validate(value, drawn)
