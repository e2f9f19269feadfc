"""Parameters: what is taken, what is refused, in which order, and what a model cannot do."""

from __future__ import annotations

import json
import typing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

from azure_openai_mock.azure import errors, models, params, profiles, tables
from azure_openai_mock.wire.refusal import Refusal

GA = profiles.load("ga")
PREVIEW = profiles.load("preview")
OLDEST = profiles.load("dated-2025-03")
ROW = models.ModelRow("chatty", ("1",), 1000, 100, "this test", "assumed", retentions=("in_memory",))
CHATTY = ROW
THINKER = replace(
    ROW,
    name="thinker",
    effort="medium",
    efforts=("low", "medium", "high"),
    summaries=("auto", "detailed"),
    verbosities=("low", "medium", "high"),
    retentions=("24h",),
)
SILENT = replace(THINKER, name="silent", effort="none", efforts=("none", "low"), retentions=("in_memory", "24h"))


def ask(**body: Any) -> Any:
    return {"model": "m", "input": "hi", **body}


def refused(body: Any, model: models.ModelRow = CHATTY, profile: profiles.Profile = GA) -> Refusal:
    with pytest.raises(Refusal) as caught:
        params.check(body, model=model, profile=profile)
    return caught.value


@pytest.mark.parametrize("name", sorted(tables.load("params")["parameters"]))
def test_every_row_says_where_it_is_from(name: str) -> None:
    row = tables.load("params")["parameters"][name]
    assert row["source"]
    assert row["confidence"] in {"recorded", "documented", "observed", "assumed"}


def test_every_parameter_of_the_client_library_has_a_row() -> None:
    sent = typing.get_type_hints(ResponseCreateParamsStreaming)
    assert set(sent) <= set(tables.load("params")["parameters"])


@pytest.mark.parametrize(
    "body",
    [
        ask(),
        ask(stream=True, stream_options={"include_obfuscation": False}),
        ask(store=False, include=["reasoning.encrypted_content"]),
        ask(temperature=0, top_p=1, max_output_tokens=16, max_tool_calls=1, top_logprobs=20),
        ask(metadata={str(number): "v" for number in range(16)}),
        ask(metadata={"k" * 64: "v" * 512}),
        ask(tools=[{"type": "function", "name": "f"}], tool_choice="required", parallel_tool_calls=False),
        ask(tool_choice={"type": "function", "name": "f"}),
        ask(text={"format": {"type": "json_schema", "name": "n", "schema": {}}, "verbosity": "medium"}),
        ask(text={"format": {"type": "json_object"}}),
        ask(service_tier="priority", truncation="auto", user="u", safety_identifier="s", prompt_cache_key="k"),
        ask(context_management=[{"type": "compaction", "compact_threshold": 1000}]),
        ask(client_metadata={"any": ["thing"]}),
        ask(moderation={"model": "omni-moderation-latest", "policy": {"input": {"mode": "block"}}}),
        ask(prompt_cache_options={"mode": "explicit", "ttl": "30m"}),
        ask(conversation="conv_1"),
        ask(conversation={"id": "conv_1"}),
        ask(previous_response_id="resp_1"),
        ask(presence_penalty=-2, frequency_penalty=2),
        {"prompt": {"id": "pmpt_1", "version": "2", "variables": {"a": "b"}}},
    ],
)
def test_what_the_table_takes_passes(body: Any) -> None:
    params.check(body, model=CHATTY, profile=GA)


@pytest.mark.parametrize("name", sorted(tables.load("params")["parameters"].keys() - {"model", "input"}))
def test_null_is_the_same_as_leaving_it_out(name: str) -> None:
    if name not in params.rules_of(GA.month).later:
        params.check(ask(**{name: None}), model=THINKER, profile=GA)


@pytest.mark.parametrize(
    ("body", "message", "param", "code"),
    [
        ({"input": "hi"}, "Missing required parameter: 'model'.", "model", "missing_required_parameter"),
        (ask(model=None), "Invalid type for 'model': expected a string, but got an object instead.", "model", "invalid_type"),
        ({"model": "m"}, "Missing required parameter: 'input'.", "input", "missing_required_parameter"),
        (
            {"model": "m", "messages": []},
            "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'. "
            "Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.",
            None,
            "unsupported_parameter",
        ),
        (ask(apiMode=1), "Unknown parameter: 'apiMode'.", "apiMode", "unknown_parameter"),
        (
            ask(temperature=-1),
            "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
            "temperature",
            "decimal_below_min_value",
        ),
        (
            ask(temperature="hot"),
            "Invalid type for 'temperature': expected a decimal, but got a string instead.",
            "temperature",
            "invalid_type",
        ),
        (
            ask(max_output_tokens=1),
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
            "max_output_tokens",
            "integer_below_min_value",
        ),
        (ask(truncation="x"), "Invalid value: 'x'. Supported values are: 'auto' and 'disabled'.", "truncation", "invalid_value"),
        (
            ask(truncation={}),
            "Invalid type for 'truncation': expected one of 'auto' or 'disabled', but got an object instead.",
            "truncation",
            "invalid_type",
        ),
        (ask(tools=7), "Invalid type for 'tools': expected an array of tools, but got an integer instead.", "tools", "invalid_type"),
        (ask(tools=[{}]), "Missing required parameter: 'tools[0].type'.", "tools[0].type", "missing_required_parameter"),
        (ask(tool_choice="x"), "Invalid value: 'x'. Supported values are: 'none', 'auto', and 'required'.", "tool_choice", "invalid_value"),
        (
            ask(metadata={"k": 1}),
            "Invalid type for 'metadata.k': expected a string, but got an integer instead.",
            "metadata.k",
            "invalid_type",
        ),
        (
            ask(text={"format": {"type": "x"}}),
            "Invalid value: 'x'. Supported values are: 'json_object', 'text', and 'json_schema'.",
            "text.format.type",
            "invalid_value",
        ),
        (
            ask(text={"format": {"type": "json_schema"}}),
            "Missing required parameter: 'text.format.name'.",
            "text.format.name",
            "missing_required_parameter",
        ),
        (
            ask(text={"format": "x"}),
            "Invalid type for 'text.format': expected a text format, but got a string instead.",
            "text.format",
            "invalid_type",
        ),
        (
            ask(stream_options={"include_usage": True}),
            "Unknown parameter: 'stream_options.include_usage'.",
            "stream_options.include_usage",
            "unknown_parameter",
        ),
        (
            ask(prompt_cache_key="k" * 65),
            "Invalid 'prompt_cache_key': string too long. Expected a string with maximum "
            "length 64, but got a string with length 65 instead.",
            "prompt_cache_key",
            "string_above_max_length",
        ),
        (
            ask(previous_response_id="abc"),
            "Invalid 'previous_response_id': 'abc'. Expected an ID that begins with 'resp'.",
            "previous_response_id",
            "invalid_value",
        ),
        (
            ask(metadata={str(number): "v" for number in range(17)}),
            "Invalid 'metadata': too many properties. Expected an object with at most 16 "
            "properties, but got an object with 17 properties instead.",
            "metadata",
            "object_above_max_properties",
        ),
        (
            ask(messages=[]),
            "Unsupported parameter: 'messages'. In the Responses API, this parameter has "
            "moved to 'input'. Try again with the new parameter. "
            "See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.",
            None,
            "unsupported_parameter",
        ),
    ],
)
def test_a_wrong_parameter_is_refused_in_the_services_words(body: Any, message: str, param: str | None, code: str) -> None:
    said = errors.render(refused(body))
    assert errors_of(said) == {"message": message, "type": "invalid_request_error", "param": param, "code": code}


def errors_of(said: errors.Rendered) -> Any:
    assert said.status == errors.row("bad_request").status
    return json.loads(said.body)["error"]


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ({"zzz": 1}, "model"),
        ({"model": "m", "zzz": 1, "truncation": "x"}, "input"),
        (ask(truncation="x", zzz=1), "zzz"),
        (ask(truncation="x", tools=7), "tools"),
        (ask(context_management="x", text={"verbosity": "x"}), "text.verbosity"),
        (ask(store="x", instructions=7, truncation="x"), "truncation"),
        (ask(temperature="x", top_logprobs="x"), "temperature"),
    ],
)
def test_of_several_defects_the_service_reports_the_one_it_looks_at_first(body: Any, first: str) -> None:
    assert refused(body, THINKER).param == first


def test_what_the_model_cannot_do_comes_last() -> None:
    assert refused(ask(temperature=0.5, service_tier="x"), THINKER).param == "service_tier"


def test_two_kinds_of_history_exclude_each_other() -> None:
    assert refused(ask(previous_response_id="resp_1", conversation="conv_1")).key == "conversation_and_previous_response"


def test_an_empty_input_needs_stored_state() -> None:
    for empty in ("", []):
        params.check(ask(input=empty), model=CHATTY, profile=GA)
        with pytest.raises(Refusal) as caught:
            params.provided(ask(input=empty))
        assert caught.value.key == "input_required"
        params.provided(ask(input=empty, previous_response_id="resp_1"))
    params.provided(ask())


# ---- profiles ----


@pytest.mark.parametrize("name", ["conversation", "prompt_cache_retention", "context_management", "moderation", "prompt_cache_options"])
def test_an_older_profile_does_not_know_later_parameters_and_hints_at_a_newer_one(name: str) -> None:
    refusal = refused(ask(**{name: None}), profile=PREVIEW)
    assert (refusal.key, refusal.param) == ("unknown_parameter", name)
    assert refusal.hint is not None
    assert tables.load("params")["parameters"][name]["since"] in refusal.hint


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (ask(tool_choice="auto"), "tool_choice"),
        (ask(text={"format": {"type": "json_schema", "name": "n", "schema": {}}}), "text.format.type"),
    ],
)
def test_the_oldest_previews_lack_tool_choice_and_structured_outputs(body: Any, param: str) -> None:
    assert refused(body, profile=OLDEST).param == param
    params.check(body, model=CHATTY, profile=PREVIEW)


def test_a_list_of_summaries_leaves_auto_out() -> None:
    assert refused(ask(reasoning={"summary": "concise"}), THINKER).fields["supported"] == ("detailed",)


def test_a_real_unknown_parameter_has_no_hint() -> None:
    assert refused(ask(zzz=1), profile=PREVIEW).hint is None


# ---- models ----


@pytest.mark.parametrize(
    ("parameter", "value", "key", "param"),
    [
        ("temperature", 0.5, "sampling_unsupported", "temperature"),
        ("top_p", 1, "sampling_unsupported", "top_p"),
        ("presence_penalty", 0.5, "sampling_unsupported", "presence_penalty"),
        ("top_logprobs", 1, "logprobs_with_reasoning", "top_logprobs"),
        ("include", ["message.output_text.logprobs"], "logprobs_with_reasoning", "include"),
        ("reasoning", {"effort": "minimal"}, "unsupported_value_with_model", "reasoning.effort"),
        ("reasoning", {"summary": "concise"}, "unsupported_value_with_model", "reasoning.summary"),
        ("prompt_cache_retention", "in_memory", "retention_24h_only", "prompt_cache_retention"),
    ],
)
def test_a_model_that_reasons_refuses_what_it_cannot_do(parameter: str, value: Any, key: str, param: str) -> None:
    refusal = refused(ask(**{parameter: value}), THINKER)
    assert (refusal.key, refusal.param) == (key, param)


@pytest.mark.parametrize(
    ("parameter", "value", "key", "param"),
    [
        ("reasoning", {"effort": "low"}, "unsupported_with_model", "reasoning.effort"),
        ("reasoning", {"summary": "auto"}, "unsupported_with_model", "reasoning.summary"),
        ("text", {"verbosity": "low"}, "unsupported_value_with_model", "text.verbosity"),
        ("prompt_cache_retention", "24h", "retention_not_supported", "prompt_cache_retention"),
    ],
)
def test_a_model_that_does_not_reason_refuses_reasoning(parameter: str, value: Any, key: str, param: str) -> None:
    refusal = refused(ask(**{parameter: value}), CHATTY)
    assert (refusal.key, refusal.param) == (key, param)


def test_a_model_that_is_told_not_to_reason_takes_sampling() -> None:
    params.check(ask(temperature=0.5, top_p=0.5, top_logprobs=3), model=SILENT, profile=GA)
    assert refused(ask(temperature=0.5, reasoning={"effort": "low"}), SILENT).key == "sampling_unsupported"


def test_the_default_temperature_is_never_refused() -> None:
    params.check(ask(temperature=1), model=THINKER, profile=GA)


# ---- any JSON at all ----

NAMES = st.sampled_from([*tables.load("params")["parameters"], "messages", "odd"])
MEMBERS = st.sampled_from(["effort", "summary", "format", "type", "name", "schema", "id", "mode", "verbosity", "model", "odd"])
VALUES = st.sampled_from(["auto", "none", "json_schema", "text", "compaction", "24h", "resp_1", "conv_1", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200)
@given(st.dictionaries(NAMES, JSON, max_size=6), st.sampled_from([CHATTY, THINKER, SILENT]), st.sampled_from([GA, PREVIEW]))
def test_any_json_is_taken_or_refused_by_a_known_row_at_a_path_of_the_request(body: Any, model: Any, profile: Any) -> None:
    try:
        params.check(body, model=model, profile=profile)
        params.provided(body)
    except Refusal as refusal:
        key, path = refusal.key, refusal.param or "model"
    else:
        key, path = "unknown_parameter", "model"
    assert errors.known(key)
    root = path.split(".")[0].split("[")[0]
    assert root in body or root in {"model", "input"}
