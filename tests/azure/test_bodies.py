"""The schemas of the OpenAPI description say what the checks do."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azure_openai_mock.azure import bodies, tables
from azure_openai_mock.azure.shapes import Shapes
from azure_openai_mock.http.routes import ROUTES
from azure_openai_mock.wire.refusal import Refusal

LEAVES = st.none() | st.booleans() | st.integers(-5, 200) | st.floats(-3, 3) | st.text(max_size=5)
WORDS = st.sampled_from(["type", "name", "id", "text", "auto", "static", "anchor", "days", "last_active_at", "file_id", "metadata"])
VALUES = st.recursive(LEAVES | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=8)

ROWS = {f"params.{name}": ({}, row["is"]) for name, row in tables.load("params")["parameters"].items()}
ROWS |= {f"files.{name}": (tables.load("files")["shapes"], row) for name, row in tables.load("files")["bodies"].items()}


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=VALUES.filter(lambda value: value is not None))
def test_what_a_row_takes_fits_its_schema_and_nothing_else_does(name: str, value: Any) -> None:
    named, row = ROWS[name]
    check, schema = Shapes(named).compile(row), bodies.Drawn(named).of(row)
    if isinstance(value, float) and value.is_integer():
        return  # JSON Schema calls 1.0 an integer, the service does not
    try:
        check(value)
    except Refusal:
        assert not jsonschema.Draft202012Validator(schema).is_valid(value)
    else:
        jsonschema.validate(value, schema)


@pytest.mark.parametrize("operation", sorted(set(ROUTES.values())))
def test_every_operation_has_a_sound_schema(operation: str) -> None:
    jsonschema.Draft202012Validator.check_schema(bodies.schema_of(operation))


@pytest.mark.parametrize(
    "body",
    [
        {"model": "gpt-4o", "input": "hi"},
        {"model": "gpt-4o", "input": [{"role": "user", "content": "hi"}], "temperature": None},
        {"model": "gpt-4o", "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}]},
        {"model": "gpt-4o", "input": "x", "tools": [{"type": "function", "name": "f", "parameters": {}}], "tool_choice": "auto"},
    ],
)
def test_ordinary_requests_fit(body: Any) -> None:
    jsonschema.validate(body, bodies.schema_of("responses.create"))


@pytest.mark.parametrize("body", [{}, {"model": "gpt-4o"}, {"model": "gpt-4o", "input": 5}, {"model": "gpt-4o", "input": "x", "other": 1}])
def test_wrong_requests_do_not(body: Any) -> None:
    assert not jsonschema.Draft202012Validator(bodies.schema_of("responses.create")).is_valid(body)


def test_a_row_is_drawn_to_the_letter() -> None:
    number = {"type": "number", "min": "0.5"}
    row = {"type": "array", "max_items": "3", "items": {"either": [{"enum": ["a"]}, {"type": "object", "fields": {"b": number}}]}}
    member = {"anyOf": [{"type": "number", "minimum": 0.5}, {"type": "null"}]}
    inner = {"type": "object", "properties": {"b": member}, "additionalProperties": False}
    assert bodies.Drawn().of(row) == {"type": "array", "maxItems": 3, "items": {"anyOf": [{"type": "string", "enum": ["a"]}, inner]}}
    assert bodies.Drawn().of({"type": "any"}) == {}
