"""Structured output: what a schema promises, and the arguments of functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import Draft202012Validator

from ..exchange import Exchange
from .check import Check, each, short


def texts(response: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a finished response's messages; a refusal is none."""
    for item in response.get("output") or []:
        if item.get("type") == "message" and item.get("status") == "completed":
            yield from (part["text"] for part in item.get("content") or [] if part.get("type") == "output_text")


def problem_of(text: str, schema: Any) -> str | None:
    """Why the text is no JSON of that schema; None where it is, or where the schema itself cannot be used."""
    try:
        value = json.loads(text)
    except ValueError as problem:
        return f"{short(text)} is no JSON: {problem}"
    try:
        Draft202012Validator(schema).validate(value)
    except ValidationError as problem:
        return f"{short(value)} breaks the schema: {problem.message[:200]}"
    except SchemaError:
        return None
    return None


def _satisfied(exchange: Exchange) -> Iterator[str]:
    asked, response = exchange.request.json, exchange.response
    if exchange.operation != "responses.create" or not isinstance(asked, dict) or response is None or response.get("status") != "completed":
        return
    wanted = (asked.get("text") or {}).get("format") or {}
    schema = (
        wanted.get("schema") if wanted.get("type") == "json_schema" else {"type": "object"} if wanted.get("type") == "json_object" else None
    )
    if schema is None:
        return
    yield from (why for text in texts(response) if (why := problem_of(text, schema)))


def _called(exchange: Exchange) -> Iterator[str]:
    asked, response = exchange.request.json, exchange.response
    if exchange.operation != "responses.create" or not isinstance(asked, dict) or response is None:
        return
    declared = {tool.get("name"): tool for tool in asked.get("tools") or [] if isinstance(tool, dict) and tool.get("type") == "function"}
    for item in response.get("output") or []:
        if item.get("type") != "function_call" or item.get("status") != "completed" or item.get("namespace"):
            continue
        tool = declared.get(item.get("name"))
        if tool is None:
            if declared and not any(isinstance(tool, dict) and tool.get("type") == "tool_search" for tool in asked["tools"]):
                yield f"it calls {item.get('name')!r}, which was not declared"
        elif why := problem_of(str(item.get("arguments")), tool.get("parameters") or {}):
            yield f"the arguments of {item['name']}: {why}"


def _described(exchange: Exchange) -> Iterator[str]:
    asked, response = exchange.request.json, exchange.response
    if exchange.operation != "responses.create" or not isinstance(asked, dict) or response is None:
        return
    wanted, told = ((one.get("text") or {}).get("format") or {} for one in (asked, response))
    for name, value in wanted.items():
        if told.get(name) != value:
            yield f"text.format.{name} was {short(value)} and is {short(told.get(name))}"


CHECKS: Final[Mapping[str, Check]] = {
    "a text satisfies the schema that was asked for": each(_satisfied),
    "functions are called as they were declared": each(_called),
    "the format is echoed": each(_described),
}
