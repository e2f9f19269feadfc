"""The response object: its keys, their order, the defaults and the echo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from azure_openai_mock.azure import envelope, models, profiles, tables

GA = profiles.load("ga")
PREVIEW = profiles.load("preview")
OLDEST = profiles.load("dated-2025-03")
ROW = models.ModelRow("row", ("1",), 1000, 100, "this test", "assumed")
CHATTY = models.deployment("my chat", ROW)
THINKER = models.deployment("my thinker", replace(ROW, effort="medium", top_p=0.98, retention="24h", context="all_turns"))
KEYS = """
    id object created_at status background completed_at content_filters error frequency_penalty incomplete_details instructions
    max_output_tokens max_tool_calls model moderation output parallel_tool_calls presence_penalty previous_response_id prompt_cache_key
    prompt_cache_retention reasoning safety_identifier service_tier store temperature text tool_choice tool_usage tools top_logprobs
    top_p truncation usage user metadata
"""


def of(body: Any, deployment: models.Deployment = CHATTY, profile: profiles.Profile = GA, **more: Any) -> Any:
    return envelope.of({"model": "m", "input": "hi", **body}, deployment=deployment, profile=profile, id="resp_1", created_at=7, **more)


def test_the_keys_are_in_the_recorded_order() -> None:
    assert list(of({})) == KEYS.split()


def test_a_silent_request_gets_the_defaults() -> None:
    response = of({})
    assert (response["id"], response["created_at"], response["model"], response["status"]) == ("resp_1", 7, "my chat", "in_progress")
    assert (response["output"], response["usage"], response["content_filters"]) == ([], None, None)
    assert (response["temperature"], response["top_p"], response["top_logprobs"]) == (1.0, 1.0, 0)
    assert response["text"] == {"format": {"type": "text"}, "verbosity": "medium"}
    assert response["reasoning"] == {"context": None, "effort": None, "summary": None}
    assert (response["service_tier"], response["tool_choice"], response["truncation"]) == ("auto", "auto", "disabled")
    assert (response["store"], response["parallel_tool_calls"], response["background"], response["metadata"]) == (True, True, False, {})


def test_defaults_depend_on_the_model() -> None:
    response = of({}, THINKER)
    assert (response["top_p"], response["prompt_cache_retention"]) == (0.98, "24h")
    assert response["reasoning"] == {"context": "all_turns", "effort": "medium", "mode": "standard", "summary": None}


def test_older_profiles_lack_later_keys() -> None:
    august, march = of({}, profile=PREVIEW), of({}, profile=OLDEST)
    assert "prompt_cache_retention" not in august
    assert "tool_usage" not in august
    assert august["text"] == {"format": {"type": "text"}}
    assert august["reasoning"] == {"effort": None, "summary": None}
    assert march["reasoning"] == {"effort": None, "generate_summary": None}
    assert "background" not in march


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ({"temperature": 0}, {"temperature": 0.0}),
        ({"top_p": 1}, {"top_p": 1.0}),
        ({"instructions": "x", "max_output_tokens": 16, "user": "u"}, {"instructions": "x", "max_output_tokens": 16, "user": "u"}),
        ({"store": False, "metadata": {"a": "b"}}, {"store": False, "metadata": {"a": "b"}}),
        ({"metadata": None, "store": None}, {"metadata": {}, "store": True}),
        ({"tool_choice": {"type": "function", "name": "f"}}, {"tool_choice": {"type": "function", "name": "f"}}),
        ({"conversation": "conv_1"}, {"conversation": {"id": "conv_1"}}),
        ({"conversation": {"id": "conv_1"}}, {"conversation": {"id": "conv_1"}}),
        ({"prompt_cache_options": {"mode": "explicit"}}, {"prompt_cache_options": {"mode": "explicit"}}),
        ({"service_tier": "priority"}, {"service_tier": "priority"}),
        ({"text": {"verbosity": "low"}}, {"text": {"format": {"type": "text"}, "verbosity": "low"}}),
        ({"background": True}, {"background": True, "status": "queued"}),
        (
            {"prompt": {"id": "pmpt_1", "variables": {"a": "b"}}},
            {"prompt": {"id": "pmpt_1", "variables": {"a": {"type": "input_text", "text": "b"}}, "version": None}},
        ),
    ],
)
def test_what_was_sent_is_echoed_as_recorded(sent: Any, echoed: Any) -> None:
    response = of(sent)
    assert {name: response[name] for name in echoed} == echoed
    assert [type(response[name]) for name in echoed] == [type(value) for value in echoed.values()]


def test_a_schema_format_is_completed_and_ordered() -> None:
    response = of({"text": {"format": {"schema": {"z": 1, "a": 2}, "name": "n", "type": "json_schema"}}})
    assert list(response["text"]["format"].items()) == [
        ("type", "json_schema"),
        ("description", None),
        ("name", "n"),
        ("schema", {"z": 1, "a": 2}),
        ("strict", True),
    ]


@pytest.mark.parametrize(("summary", "echoed"), [("auto", "detailed"), ("concise", "concise"), (None, None)])
def test_an_automatic_summary_is_a_detailed_one(summary: str | None, echoed: str | None) -> None:
    assert of({"reasoning": {"effort": "high", "summary": summary}}, THINKER)["reasoning"] == {
        "context": "all_turns",
        "effort": "high",
        "mode": "standard",
        "summary": echoed,
    }


def test_what_is_never_echoed_is_not_there() -> None:
    sent = {"include": [], "stream": True, "stream_options": {}, "context_management": [], "client_metadata": {}}
    assert list(of(sent)) == list(of({}))


def test_later_keys_stand_in_alphabetical_order_too() -> None:
    keys = list(of({"conversation": "conv_1", "prompt": {"id": "pmpt_1"}, "prompt_cache_options": {}}))
    assert keys[:4] == ["id", "object", "created_at", "status"]
    assert keys[4:-2] == sorted(keys[4:-2])
    assert keys[-2:] == ["user", "metadata"]


def test_tools_and_the_parent_are_given_in_echoed_form() -> None:
    response = of(
        {"tools": [{"type": "x"}], "previous_response_id": "resp_0"}, tools_echo=[{"type": "x", "more": 1}], previous_response_id="resp_0"
    )
    assert (response["tools"], response["previous_response_id"]) == ([{"type": "x", "more": 1}], "resp_0")


def test_a_row_keeps_only_what_differs() -> None:
    silent = {"model": "m", "input": "hi", "temperature": 1, "store": True, "metadata": {}, "tool_choice": "auto", "stream": True}
    assert envelope.overrides(silent, deployment=CHATTY, profile=GA) == {}
    assert envelope.overrides({**silent, "store": False}, deployment=CHATTY, profile=GA) == {"store": False}


def test_two_responses_do_not_share_their_output() -> None:
    first, second = of({}), of({})
    first["output"].append({})
    assert second["output"] == []


def test_a_tier_that_nobody_asked_for_is_the_default_one() -> None:
    tiers = {"auto": "default", "default": "default", "flex": "flex", "fast": "priority", "priority": "priority"}
    assert {tier: envelope.final_tier(of({"service_tier": tier})) for tier in tiers} == tiers
    assert envelope.final_tier(of({})) == "default"


def test_fast_is_priority_from_the_first() -> None:
    assert of({"service_tier": "fast"})["service_tier"] == "priority"
    assert of({"service_tier": "auto"})["service_tier"] == "auto"


@pytest.mark.parametrize("strict", [True, None, False])
def test_the_dialect_of_a_format_is_not_echoed(strict: bool | None) -> None:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}}
    shown = of({"text": {"format": {"type": "json_schema", "name": "n", "schema": schema, "strict": strict}}})["text"]["format"]
    assert shown["schema"] == {"type": "object", "properties": {}}
    assert shown["strict"] is (strict is not False)
    assert "$schema" in schema


@pytest.mark.parametrize("name", sorted(tables.load("params")["answered"]))
def test_every_key_of_the_response_says_where_it_is_from(name: str) -> None:
    assert tables.load("params")["answered"][name]["source"]
