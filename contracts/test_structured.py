"""Structured output: what a schema promises is kept."""

from __future__ import annotations

import json
from typing import Any

from azure_openai_contracts.case import Client

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "roles": {"type": "array", "items": {"type": "string", "enum": ["author", "editor", "reader"]}, "minItems": 1},
    },
    "required": ["name", "age", "roles"],
    "additionalProperties": False,
}


def schema(named: str = "person", **more: Any) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "name": named, "schema": PERSON, **more}}


def test_a_text_satisfies_its_schema(client: Client) -> None:
    made = client.create(input="Frank Herbert, as a person.", text=schema(strict=True))
    person = json.loads(made.text)
    assert set(person) == {"name", "age", "roles"}
    assert isinstance(person["age"], int)


def test_a_streamed_text_does_too(client: Client) -> None:
    told = client.stream(input="Frank Herbert, as a person.", text=schema(strict=True))
    assert set(json.loads(told.text)) == {"name", "age", "roles"}


def test_a_schema_is_strict_unless_one_says_otherwise(client: Client) -> None:
    made = client.create(input="Frank Herbert, as a person.", text=schema())
    assert made.body["text"]["format"]["strict"] is True
    assert made.body["text"]["format"]["description"] is None
    assert made.body["text"]["format"]["schema"] == PERSON


def test_json_mode_answers_with_an_object(client: Client) -> None:
    made = client.create(input="Frank Herbert, as JSON.", text={"format": {"type": "json_object"}})
    assert isinstance(json.loads(made.text), dict)


def test_a_strict_schema_must_require_everything(client: Client) -> None:
    loose = {**PERSON, "required": ["name"]}
    refused = client.create(input="x", text={"format": {"type": "json_schema", "name": "person", "schema": loose, "strict": True}})
    assert refused.status == 400
    assert refused.error["code"] == "invalid_json_schema"
    assert refused.error["param"] == "text.format.schema"


def test_a_strict_function_is_called_by_its_schema(client: Client) -> None:
    tool = {"type": "function", "name": "add_person", "parameters": PERSON, "strict": True}
    made = client.create(input="Add Frank Herbert.", tools=[tool], tool_choice={"type": "function", "name": "add_person"})
    call = next(item for item in made.body["output"] if item["type"] == "function_call")
    assert set(json.loads(call["arguments"])) == {"name", "age", "roles"}


def test_a_function_is_strict_unless_one_says_otherwise(client: Client) -> None:
    tool = {"type": "function", "name": "add_person", "parameters": PERSON}
    made = client.create(input="Add Frank Herbert.", tools=[tool])
    assert made.body["tools"][0]["strict"] is True
