"""A chat request in the words of a Responses request: nothing that was said is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from azure_openai_mock.azure import inputs
from azure_openai_mock.service.chat.messages import choice_of, format_of, items_of, paired, request_of, tools_of
from azure_openai_mock.wire.refusal import Refusal


def asked(name: str, ident: str = "call_1") -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": ident, "type": "function", "function": {"name": name, "arguments": "{}"}}],
    }


def test_every_message_becomes_items_with_its_text() -> None:
    messages = [
        {"role": "developer", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            ],
        },
        {"role": "assistant", "content": "A cat.", "refusal": None},
        asked("look"),
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "a "}, {"type": "text", "text": "dog"}]},
    ]
    items = items_of(messages)
    assert [item["type"] for item in items] == ["message", "message", "message", "function_call", "function_call_output"]
    assert [inputs.text_of(item) for item in items[:3]] == ["Be brief.", "What is this?", "A cat."]
    assert items[1]["content"][1] == {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AA=="}
    assert (items[3]["call_id"], items[4]["call_id"], items[4]["output"]) == ("call_1", "call_1", "a dog")


def test_older_functions_are_tools_of_one_call() -> None:
    body = {"functions": [{"name": "look", "parameters": {"type": "object"}}], "function_call": {"name": "look"}}
    tools = tools_of(body)
    assert tools == [{"type": "function", "strict": False, "name": "look", "parameters": {"type": "object"}}]
    request = request_of(body, "gpt-4o", [], tools)
    assert request["tool_choice"] == {"type": "function", "name": "look"}
    assert request["parallel_tool_calls"] is False


def test_choices_and_formats_lose_their_nesting() -> None:
    assert choice_of({}) == "auto"
    assert choice_of({"tool_choice": {"type": "function", "function": {"name": "f"}}}) == {"type": "function", "name": "f"}
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "f"}}]}}
    assert choice_of({"tool_choice": allowed}) == {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "function", "name": "f"}],
    }
    given = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True}}
    assert format_of(given) == {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    grammar = {"type": "custom", "custom": {"name": "c", "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": "a+"}}}}
    assert tools_of({"tools": [grammar]}) == [
        {"type": "custom", "name": "c", "format": {"type": "grammar", "syntax": "regex", "definition": "a+"}}
    ]


def test_limits_and_stops_travel() -> None:
    request = request_of({"max_tokens": 5, "stop": "x", "reasoning_effort": "low", "verbosity": "low", "logprobs": True}, "m", [], [])
    assert (request["max_output_tokens"], request["stop"], request["reasoning"]) == (5, ["x"], {"effort": "low"})
    assert request["text"] == {"verbosity": "low"}
    assert request["include"] == ["message.output_text.logprobs"]
    assert request["store"] is False


ANSWER = {"role": "tool", "tool_call_id": "call_1", "content": "x"}


@pytest.mark.parametrize(
    ("messages", "key"),
    [
        ([ANSWER], "tool_message_without_call"),
        ([asked("f"), {**ANSWER, "tool_call_id": "call_2"}], "tool_message_without_call"),
        ([asked("f"), ANSWER, ANSWER], "tool_message_without_call"),
        ([asked("f")], "tool_calls_unanswered"),
        ([asked("f"), {"role": "user", "content": "and?"}, ANSWER], "tool_calls_unanswered"),
    ],
)
def test_calls_and_answers_belong_together(messages: list[dict[str, Any]], key: str) -> None:
    with pytest.raises(Refusal) as caught:
        paired(messages)
    assert caught.value.key == key


def test_a_call_and_its_answer_pass() -> None:
    paired([asked("f"), ANSWER, asked("g", "call_2"), {**ANSWER, "tool_call_id": "call_2"}])
