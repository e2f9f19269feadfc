"""A client that does what one should: it streams, chains, bounds its tools, has a timeout, and knows a whole answer from a part of one."""

from __future__ import annotations

import json
from typing import Any

import openai

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
    "strict": True,
}
ROUNDS = 5


class Unanswered(Exception):
    """No whole answer could be had."""


def chat() -> list[str]:
    """Two turns, the second built on the first."""
    client = openai.OpenAI(timeout=4, max_retries=3)
    first = turn(client, "Name a port.")
    second = turn(client, "And what is it known for?", first.id)
    return [first.output_text, second.output_text]


def turn(client: openai.OpenAI, text: str, after: str | None = None) -> Any:
    """One turn with all its tool calls."""
    given: Any = text
    for _ in range(ROUNDS):
        response = streamed(client, given, after)
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response
        given = [{"type": "function_call_output", "call_id": call.call_id, "output": use(call)} for call in calls]
        after = response.id
    raise Unanswered("the model wants nothing but tools")


def use(call: Any) -> str:
    """A tool's output; one that there is not is told so."""
    if call.name != TOOL["name"]:
        return json.dumps({"error": f"there is no tool {call.name}"})
    return json.dumps({"city": json.loads(call.arguments)["city"], "sky": "clear"})


def streamed(client: openai.OpenAI, given: Any, after: str | None) -> Any:
    """The response at the end of the stream; a stream that broke off is asked for once more."""
    for attempt in (1, 2):
        try:
            last = None
            options = {"previous_response_id": after} if after else {}
            with client.responses.create(model="gpt-4o", input=given, tools=[TOOL], tool_choice="auto", stream=True, **options) as events:
                for event in events:
                    last = event
            if last is not None and last.type == "response.completed":
                return whole(last.response)
            if last is None or last.type not in ("response.incomplete", "response.failed"):
                raise openai.APIConnectionError(message="the stream broke off", request=None)  # type: ignore[arg-type]
            raise Unanswered(last.type)
        except openai.APIConnectionError:
            if attempt == 2:
                raise
    raise AssertionError


def whole(response: Any) -> Any:
    """The response, where the model did not refuse."""
    for item in response.output:
        for part in getattr(item, "content", None) or []:
            if part.type == "refusal":
                raise Unanswered(part.refusal)
    return response
