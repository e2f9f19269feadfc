"""Chat completions: the older way to ask, beside responses."""

from __future__ import annotations

from typing import Any

from azure_openai_contracts.case import Client, case

ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name a colour."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "strict": True,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
    },
}
PERSON = {
    "type": "json_schema",
    "json_schema": {
        "name": "person",
        "strict": True,
        "schema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": False},
    },
}


def choice(body: dict[str, Any], number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = body["choices"][number]
    return found


def said(chunks: list[dict[str, Any]]) -> str:
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def test_a_question_is_answered(client: Client) -> None:
    made = client.chat(messages=ASKED)
    assert choice(made.body)["finish_reason"] == "stop"
    assert choice(made.body)["message"]["content"]


def test_a_stream_tells_its_answer_in_pieces(client: Client) -> None:
    told = client.chat(messages=ASKED, stream=True)
    assert said(told.events)
    assert not [chunk for chunk in told.events if chunk.get("usage")]


def test_the_prompt_is_judged_before_anything_is_said(client: Client) -> None:
    first = client.chat(messages=ASKED, stream=True).events[0]
    assert first["choices"] == []
    assert [entry["prompt_index"] for entry in first["prompt_filter_results"]] == [0]


def test_a_stream_counts_at_its_end_where_it_is_asked_to(client: Client) -> None:
    told = client.chat(messages=ASKED, stream=True, stream_options={"include_usage": True})
    assert told.events[-1]["choices"] == []
    assert told.events[-1]["usage"]["total_tokens"] > 0


@case(needs=("rules",))
def test_words_come_back_to_the_letter(client: Client) -> None:
    client.control.rule(when={"operation": "chat.completions.create"}, say="Blue, like the eyes of Chani.")
    assert choice(client.chat(messages=ASKED).body)["message"]["content"] == "Blue, like the eyes of Chani."
    assert said(client.chat(messages=ASKED, stream=True).events) == "Blue, like the eyes of Chani."


def test_a_tool_is_called_and_answered(client: Client) -> None:
    question = {"role": "user", "content": "What is the weather in Oslo?"}
    made = client.chat(messages=[question], tools=[WEATHER], tool_choice="required")
    message = choice(made.body)["message"]
    [call] = message["tool_calls"]
    assert call["function"]["name"] == "get_weather"
    answer = {"role": "tool", "tool_call_id": call["id"], "content": "rain"}
    asked = {"role": "assistant", "content": None, "tool_calls": [call]}
    assert choice(client.chat(messages=[question, asked, answer], tools=[WEATHER]).body)["finish_reason"] == "stop"


@case(needs=("rules",))
def test_a_tool_call_streams_its_arguments(client: Client) -> None:
    client.control.rule(
        when={"operation": "chat.completions.create"}, say=[{"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}]
    )
    told = client.chat(messages=ASKED, tools=[WEATHER], stream=True)
    calls = [call for chunk in told.events for one in chunk["choices"] for call in one["delta"].get("tool_calls") or []]
    assert "".join(call["function"].get("arguments", "") for call in calls) == '{"city":"Oslo"}'
    assert told.events[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_a_call_that_stays_unanswered_is_refused(client: Client) -> None:
    call = {"id": "call_000000000000000000000001", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    refused = client.chat(messages=[{"role": "assistant", "content": None, "tool_calls": [call]}, ASKED[1]])
    assert refused.status == 400
    assert refused.error["type"] == "invalid_request_error"


def test_a_text_satisfies_its_schema(client: Client) -> None:
    assert choice(client.chat(messages=ASKED, response_format=PERSON).body)["finish_reason"] == "stop"


def test_several_choices_can_be_had(client: Client) -> None:
    assert [one["index"] for one in client.chat(messages=ASKED, n=2).body["choices"]] == [0, 1]


def test_what_is_too_long_is_cut(client: Client) -> None:
    made = client.chat(messages=ASKED, max_tokens=1)
    assert choice(made.body)["finish_reason"] == "length"


def test_a_parameter_of_responses_is_unknown_here(client: Client) -> None:
    refused = client.chat(messages=ASKED, previous_response_id="resp_" + "0" * 50)
    assert refused.status == 400
    assert "previous_response_id" in refused.error["message"]


@case(needs=("rules",))
def test_a_filtered_prompt_is_refused_in_the_shape_of_chats(client: Client) -> None:
    client.control.rule(when={"operation": "chat.completions.create"}, outcome={"content_filter": "prompt"})
    refused = client.chat(messages=ASKED)
    assert refused.status == 400
    assert (refused.error["code"], refused.error["param"]) == ("content_filter", "prompt")
    assert refused.error["innererror"]["code"] == "ResponsibleAIPolicyViolation"


@case(needs=("rules",))
def test_a_filtered_answer_ends_by_its_filter(client: Client) -> None:
    client.control.rule(when={"operation": "chat.completions.create"}, say="something bad", outcome={"content_filter": "completion"})
    made = client.chat(messages=ASKED)
    assert choice(made.body)["finish_reason"] == "content_filter"
    assert any(entry.get("filtered") for entry in choice(made.body)["content_filter_results"].values())
