"""Streaming: the events tell the whole response, in order, without a gap."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
}


def deltas(events: list[dict[str, object]], kind: str) -> str:
    return "".join(str(event["delta"]) for event in events if event["type"] == f"response.{kind}.delta")


def test_a_stream_tells_the_response_that_is_stored(client: Client) -> None:
    told = client.stream(input="Count to five.")
    assert [event["type"] for event in told.events[:2]] == ["response.created", "response.in_progress"]
    assert told.events[-1]["type"] == "response.completed"
    assert deltas(told.events, "output_text") == told.text
    assert client.retrieve(told.id).text == told.text


def test_every_delta_is_padded(client: Client) -> None:
    for event in client.stream(input="Count to five.").events:
        if event["type"] == "response.output_text.delta":
            assert (len(event["delta"]) + len(event["obfuscation"])) % 16 == 0


def test_padding_can_be_declined(client: Client) -> None:
    told = client.stream(input="Count to five.", stream_options={"include_obfuscation": False})
    assert not [event for event in told.events if "obfuscation" in event]


@case(needs=("rules",))
def test_a_tool_call_streams_its_arguments(client: Client) -> None:
    client.control.rule(say=[{"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}])
    told = client.stream(input="weather in Oslo?", tools=[WEATHER])
    done = [event["item"] for event in told.events if event["type"] == "response.output_item.done"]
    assert deltas(told.events, "function_call_arguments") == done[0]["arguments"] == '{"city":"Oslo"}'


@case(needs=("rules",))
def test_items_are_told_one_after_the_other(client: Client) -> None:
    client.control.rule(
        say=[
            {"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}},
            {"type": "function_call", "name": "get_weather", "arguments": {"city": "Bergen"}},
        ]
    )
    told = client.stream(input="weather in both?", tools=[WEATHER])
    marks = [(event["type"], event["output_index"]) for event in told.events if "output_item" in event["type"]]
    added, done = "response.output_item.added", "response.output_item.done"
    assert marks == [(added, 0), (done, 0), (added, 1), (done, 1)]


@case(needs=("rules",))
def test_reasoning_is_summarised_before_the_answer(client: Client) -> None:
    client.control.rule(say=[{"type": "reasoning", "summary": ["Thinking of spice."]}, {"type": "message", "content": "Because of spice."}])
    told = client.stream(model="o4-mini", input="Why Arrakis?", reasoning={"summary": "detailed"})
    assert [item["type"] for item in told.body["output"]] == ["reasoning", "message"]
    assert deltas(told.events, "reasoning_summary_text") == "Thinking of spice."


@case(needs=("rules",))
def test_a_refusal_is_told_as_a_refusal(client: Client) -> None:
    client.control.rule(outcome={"refusal": "I can't help with that."})
    told = client.stream(input="something bad")
    assert deltas(told.events, "refusal") == "I can't help with that."
    assert told.body["output"][0]["content"] == [{"type": "refusal", "refusal": "I can't help with that."}]


@case(needs=("rules",))
def test_a_failure_ends_the_stream_with_response_failed(client: Client) -> None:
    client.control.rule(say="never heard to its end", outcome={"failed": "server_error"})
    told = client.stream(input="x")
    last = told.events[-1]
    assert last["type"] == "response.failed"
    assert last["response"]["error"]["code"] == "server_error"


@case(needs=("rules",))
def test_what_was_cut_short_is_incomplete(client: Client) -> None:
    client.control.rule(say="a long story", outcome={"incomplete": "max_output_tokens"})
    told = client.stream(input="tell me")
    assert told.events[-1]["type"] == "response.incomplete"
    assert told.body["incomplete_details"] == {"reason": "max_output_tokens"}


@case(needs=("timing", "rules"))
def test_events_come_as_they_are_said(client: Client) -> None:
    client.control.rule(say="one two three four five six", pace={"first_token": "50ms", "per_token": "40ms"})
    told = client.stream(input="count")
    times = [frame.at for frame in told.answer.frames if frame.at is not None]
    assert times[-1] - times[0] > 0.15, "the first event came well before the last"


@case(needs=("socket", "faults"), claims=("errors", "headers"))
def test_a_cut_is_seen(client: Client) -> None:
    client.control.rule(fault=[{"cut": {"after": 4}}])
    told = client.stream(input="hello")
    assert told.events[-1]["type"] != "response.completed"
    assert len(told.events) <= 4
