"""Chaining: a turn that names its parent continues it."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case

DUNE = "Summarise the plot of Dune in a single sentence."
MISSING = "resp_" + "0" * 50


def said_in(items: list[dict[str, object]]) -> list[object]:
    return [part["text"] for item in items if item["type"] == "message" for part in item["content"]]  # type: ignore[attr-defined]


def test_a_second_turn_continues_the_first(client: Client) -> None:
    first = client.create(input=DUNE)
    second = client.create(previous_response_id=first.id, input=[{"role": "user", "content": "Why is spice so valuable?"}])
    assert second.body["previous_response_id"] == first.id
    assert second.body["usage"]["input_tokens"] > first.body["usage"]["input_tokens"], "the whole chain is counted"
    context = client.input_items(second.id).body["data"]
    assert said_in(context)[-1] == DUNE
    assert first.text in said_in(context), "what was answered is context of what follows"


def test_a_chain_goes_on_from_a_streamed_turn(client: Client) -> None:
    first = client.stream(input=DUNE)
    second = client.stream(input="And who wrote it?", previous_response_id=first.id)
    assert second.body["previous_response_id"] == first.id


def test_a_third_turn_has_the_whole_chain_as_context(client: Client) -> None:
    last = client.create(input="one")
    for word in ("two", "three"):
        last = client.create(input=word, previous_response_id=last.id)
    asked = [item for item in client.input_items(last.id, order="asc").body["data"] if item["role"] == "user"]
    assert said_in(asked) == ["one", "two", "three"]


def test_instructions_do_not_carry_over(client: Client) -> None:
    first = client.create(input="hello", instructions="Answer in Norwegian.")
    second = client.create(input="hello again", previous_response_id=first.id)
    assert first.body["instructions"] == "Answer in Norwegian."
    assert second.body["instructions"] is None


def test_an_unknown_parent_is_refused(client: Client) -> None:
    refused = client.create(input="x", previous_response_id=MISSING)
    assert refused.status == 400
    assert refused.error["code"] == "previous_response_not_found"
    assert refused.error["message"] == f"Previous response with id '{MISSING}' not found."


def test_an_unknown_parent_is_refused_before_a_stream_begins(client: Client) -> None:
    refused = client.stream(input="x", previous_response_id=MISSING)
    assert refused.status == 400
    assert refused.error["param"] == "previous_response_id"


def test_what_is_not_stored_can_neither_be_read_nor_continued(client: Client) -> None:
    loose = client.create(input="forget me", store=False)
    assert loose.body["store"] is False
    assert client.retrieve(loose.id).status == 404
    assert client.create(input="x", previous_response_id=loose.id).error["code"] == "previous_response_not_found"


@case(needs=("rules",))
def test_a_tool_is_answered_by_a_further_turn(client: Client) -> None:
    client.control.rule(when={"turn": 1}, say=[{"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}])
    tools = [
        {
            "type": "function",
            "name": "get_weather",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        }
    ]
    asked = client.create(input="weather in Oslo?", tools=tools)
    call = next(item for item in asked.body["output"] if item["type"] == "function_call")
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "rain"}
    answered = client.create(previous_response_id=asked.id, input=[output], tools=tools)
    assert answered.body["status"] == "completed"


@case(needs=("rules",))
def test_a_call_that_stays_unanswered_is_refused(client: Client) -> None:
    client.control.rule(when={"turn": 1}, say=[{"type": "function_call", "name": "get_weather", "arguments": {}}])
    tools = [{"type": "function", "name": "get_weather", "strict": False, "parameters": {"type": "object", "properties": {}}}]
    asked = client.create(input="weather?", tools=tools)
    call = next(item for item in asked.body["output"] if item["type"] == "function_call")
    refused = client.create(previous_response_id=asked.id, input="never mind", tools=tools)
    assert refused.status == 400
    assert refused.error["message"] == f"No tool output found for function call {call['call_id']}."


def test_an_output_without_its_call_is_refused(client: Client) -> None:
    refused = client.create(input=[{"type": "function_call_output", "call_id": "call_of_nobody", "output": "rain"}])
    assert refused.status == 400
    assert refused.error["message"] == "No tool call found for function call output with call_id call_of_nobody."
    assert refused.error["param"] == "input"
