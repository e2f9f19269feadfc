"""Declarations: every tool type of the client library has a row, defects are refused at their path, and echoes are laid out."""

from __future__ import annotations

import typing
from typing import Any

import pytest
from openai.types.responses import Tool

from azure_openai_mock.azure import profiles, tables
from azure_openai_mock.tools import TOOLS, declaration
from azure_openai_mock.wire.refusal import Refusal

GOOD: dict[str, dict[str, Any]] = {
    "function": {"name": "f", "parameters": {"type": "object", "properties": {}}},
    "custom": {"name": "f", "format": {"type": "grammar", "syntax": "regex", "definition": "a+"}},
    "web_search": {"filters": {"allowed_domains": ["example.com"]}},
    "web_search_2025_08_26": {},
    "web_search_preview": {"user_location": {"type": "approximate", "city": "Oslo"}},
    "web_search_preview_2025_03_11": {},
    "file_search": {"vector_store_ids": ["vs_1"]},
    "code_interpreter": {"container": {"type": "auto"}},
    "image_generation": {"size": "1536x1024", "partial_images": 2},
    "mcp": {"server_label": "s", "server_url": "https://example.com/mcp?key=1"},
    "computer_use_preview": {"display_width": 800, "display_height": 600, "environment": "browser"},
    "computer": {},
    "local_shell": {},
    "shell": {"environment": {"type": "local"}},
    "apply_patch": {},
    "tool_search": {},
    "namespace": {"name": "n", "description": "d", "tools": [{"type": "function", "name": "f", "parameters": None}]},
    "programmatic_tool_calling": {},
}


def spec(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **GOOD[kind], **fields}


def refused(given: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        TOOLS[given["type"]].check(given, "tools[3]")
    return caught.value


def library_types() -> set[str]:
    union = typing.get_args(typing.get_args(Tool)[0])
    return {name for model in union for name in typing.get_args(model.model_fields["type"].annotation)}


def test_every_tool_type_of_the_client_library_can_be_declared() -> None:
    assert library_types() == set(TOOLS) == set(declaration.rows()) == set(GOOD)


def test_every_tool_that_a_profile_serves_can_be_declared() -> None:
    for name in profiles.names():
        assert {kind for kind, row in profiles.load(name).tools.items() if row.state == "served"} <= set(TOOLS)


def test_every_row_has_a_source_and_a_confidence() -> None:
    for row in tables.load("declarations")["tools"].values():
        assert row["source"]
        assert row["confidence"] in ("recorded", "documented", "observed", "assumed")


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_a_good_declaration_passes_and_its_echo_is_type_then_the_alphabet(kind: str) -> None:
    given = spec(kind)
    before = repr(given)
    TOOLS[kind].check(given, "tools[0]")
    shown = TOOLS[kind].echo(given)
    assert repr(given) == before, "the request is not changed"
    assert next(iter(shown)) == "type"
    rest = [name for name in shown if name != "type"]
    assert rest == sorted(rest)


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_an_echo_can_be_declared_again_and_is_echoed_the_same(kind: str) -> None:
    shown = TOOLS[kind].echo(spec(kind))
    TOOLS[kind].check(shown, "tools[0]")
    assert TOOLS[kind].echo(shown) == shown


@pytest.mark.parametrize("kind", sorted(set(GOOD) - {"computer"}))
def test_a_member_that_the_tool_does_not_have_is_refused(kind: str) -> None:
    refusal = refused(spec(kind, colour="red"))
    assert (refusal.key, refusal.param) == ("unknown_parameter", "tools[3].colour")


@pytest.mark.parametrize(
    ("given", "key", "param"),
    [
        ({"type": "function", "function": {"name": "f"}}, "missing_required_parameter", "tools[3].name"),
        (spec("function", name=5), "invalid_type", "tools[3].name"),
        (spec("function", name=""), "empty_string", "tools[3].name"),
        (spec("function", name="a b"), "string_pattern_mismatch", "tools[3].name"),
        (spec("function", name="a" * 65), "string_above_max_length", "tools[3].name"),
        (spec("function", strict="yes"), "invalid_type", "tools[3].strict"),
        (spec("function", parameters=[]), "invalid_type", "tools[3].parameters"),
        (spec("function", parameters={"type": "string"}), "invalid_function_parameters", "tools[3].parameters"),
        (
            spec("function", strict=True, parameters={"type": "object", "properties": {"a": {}}}),
            "invalid_function_parameters",
            "tools[3].parameters",
        ),
        (spec("custom", format={"type": "yaml"}), "invalid_value", "tools[3].format.type"),
        (spec("custom", format={"type": "grammar", "syntax": "lark"}), "missing_required_parameter", "tools[3].format.definition"),
        (spec("web_search", search_context_size="huge"), "invalid_value", "tools[3].search_context_size"),
        (
            spec("web_search", filters={"allowed_domains": ["a.example"] * 101}),
            "array_above_max_length",
            "tools[3].filters.allowed_domains",
        ),
        ({"type": "file_search"}, "missing_required_parameter", "tools[3].vector_store_ids"),
        (spec("file_search", vector_store_ids=[]), "empty_array", "tools[3].vector_store_ids"),
        (spec("file_search", max_num_results=51), "integer_above_max_value", "tools[3].max_num_results"),
        (
            spec("file_search", ranking_options={"score_threshold": 2}),
            "decimal_above_max_value",
            "tools[3].ranking_options.score_threshold",
        ),
        ({"type": "code_interpreter"}, "missing_required_parameter", "tools[3].container"),
        (spec("code_interpreter", container=5), "invalid_type", "tools[3].container"),
        (spec("code_interpreter", container="x"), "invalid_id_prefix", "tools[3].container"),
        (spec("image_generation", size="wide"), "invalid_value", "tools[3].size"),
        (spec("image_generation", size="99999x1"), "invalid_value", "tools[3].size"),
        (spec("image_generation", partial_images=4), "integer_above_max_value", "tools[3].partial_images"),
        ({"type": "mcp", "server_label": "s"}, "missing_required_parameter", "tools[3].server_url"),
        ({"type": "mcp", "server_url": "https://example.com"}, "missing_required_parameter", "tools[3].server_label"),
        (spec("mcp", require_approval="sometimes"), "invalid_value", "tools[3].require_approval"),
        (spec("mcp", require_approval=7), "invalid_type", "tools[3].require_approval"),
        (spec("mcp", headers={"a": 1}), "invalid_type", "tools[3].headers.a"),
        (spec("computer_use_preview", environment="moon"), "invalid_value", "tools[3].environment"),
        (spec("computer_use_preview", display_width=-1), "integer_below_min_value", "tools[3].display_width"),
        (spec("shell", environment={"type": "cloud"}), "invalid_value", "tools[3].environment.type"),
        (spec("tool_search", execution="nobody"), "invalid_value", "tools[3].execution"),
        (spec("namespace", tools=[]), "empty_array", "tools[3].tools"),
        (spec("namespace", tools=[{"type": "mcp"}]), "invalid_value", "tools[3].tools[0].type"),
        (
            spec("namespace", tools=[{"type": "function", "name": "f", "parameters": {"type": "array"}}]),
            "invalid_function_parameters",
            "tools[3].tools[0].parameters",
        ),
    ],
)
def test_a_defect_is_refused_at_its_path(given: dict[str, Any], key: str, param: str) -> None:
    refusal = refused(given)
    assert (refusal.key, refusal.param) == (key, param)


def test_null_is_the_same_as_leaving_it_out() -> None:
    assert TOOLS["web_search"].echo(spec("web_search", user_location=None)) == TOOLS["web_search"].echo(spec("web_search"))


def test_an_omitted_strict_is_true_and_closes_the_schema() -> None:
    open_schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    shown = TOOLS["function"].echo(spec("function", parameters=open_schema))
    assert shown["strict"] is True
    assert shown["parameters"] == {**open_schema, "additionalProperties": False}
    assert TOOLS["function"].echo(spec("function", parameters=open_schema, strict=False))["parameters"] == open_schema


OPEN = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"a": {"type": "string"}}}


def test_strict_null_is_false_and_leaves_the_schema_alone() -> None:
    shown = TOOLS["function"].echo(spec("function", parameters=OPEN, strict=None))
    assert (shown["strict"], shown["parameters"]) == (False, OPEN)


@pytest.mark.parametrize("fields", [{}, {"strict": True}, {"strict": False}])
def test_the_dialect_of_a_function_s_schema_is_shown(fields: dict[str, Any]) -> None:
    assert "$schema" in TOOLS["function"].echo(spec("function", parameters=OPEN, **fields))["parameters"]


def test_a_location_is_whole_and_has_no_country_of_its_own() -> None:
    location = TOOLS["web_search"].echo(spec("web_search", user_location={"type": "approximate", "city": "Oslo"}))["user_location"]
    assert location == {"type": "approximate", "city": "Oslo", "country": None, "region": None, "timezone": None}
    assert TOOLS["web_search"].echo(spec("web_search"))["user_location"]["country"] == "US"


def test_secrets_and_paths_of_a_server_are_not_shown() -> None:
    shown = TOOLS["mcp"].echo(
        spec("mcp", headers={"authorization": "own"}, authorization="own", server_url="https://me:own@example.com/own")
    )
    assert "own" not in repr(shown)
    assert shown["server_url"] == "https://example.com/<redacted>"
    assert shown["headers"] == {"authorization": "<redacted>"}


def test_approval_rules_are_filled_in() -> None:
    shown = TOOLS["mcp"].echo(spec("mcp", require_approval={"always": {"tool_names": ["a"]}}))
    assert shown["require_approval"] == {"always": {"read_only": None, "tool_names": ["a"]}, "never": None}


def test_what_concerns_the_input_image_is_not_shown() -> None:
    shown = TOOLS["image_generation"].echo(spec("image_generation", input_fidelity="high", action="edit", model="gpt-image-1"))
    assert not {"input_fidelity", "action", "partial_images"} & set(shown)
    assert shown["model"] == "gpt-image-1"
