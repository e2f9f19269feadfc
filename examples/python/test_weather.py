"""An agent with one tool, in two turns, and what it does when it is told to wait. Needs the profile ga."""

import json

import pytest
from openai import OpenAI

TOOL = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
}


def weather(client: OpenAI, question: str) -> str:
    """The agent under test."""
    asked = client.responses.create(model="gpt-4o", input=question, tools=[TOOL])
    [call] = [item for item in asked.output if item.type == "function_call"]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": f"sunny in {json.loads(call.arguments)['city']}"}
    return client.responses.create(model="gpt-4o", previous_response_id=asked.id, input=[result], tools=[TOOL]).output_text


@pytest.mark.azure_openai(profile="ga")
def test_it_asks_the_tool_and_tells_what_it_said(azure_openai):
    azure_openai.say({"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}, when={"turn": 1})
    azure_openai.say("It is sunny in Oslo.", when={"turn": 2})
    azure_openai.expect({"$.input[0].output": "sunny in Oslo"}, times=1)
    assert weather(azure_openai.client(), "What is the weather in Oslo?") == "It is sunny in Oslo."


@pytest.mark.azure_openai(profile="ga")
def test_it_waits_when_it_is_told_to(azure_openai):
    azure_openai.say({"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}, when={"turn": 1})
    azure_openai.fault("rate_limited", retry_after=0)
    weather(azure_openai.client(max_retries=1), "What is the weather in Oslo?")
    assert azure_openai.requests.each("status") == [429, 200, 200]
