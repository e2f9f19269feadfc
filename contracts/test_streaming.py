"""Streaming: the events tell the whole response, in order, without a gap."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.needs("profiles")


def test_a_stream_tells_the_response_that_is_stored(service: Any) -> None:
    service.control.settings(profile="ga")
    client = service.client()
    events = list(client.responses.create(model="gpt-4o", input="Count to five.", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1].type == "response.completed"
    final = events[-1].response
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == final.output_text
    assert client.responses.retrieve(final.id).output_text == final.output_text


@pytest.mark.needs("rules")
def test_a_tool_call_streams_its_arguments(service: Any) -> None:
    service.control.settings(profile="ga")
    service.control.rule(say=[{"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}])
    events = list(service.client().responses.create(model="gpt-4o", input="weather in Oslo?", stream=True))
    done = [event.item for event in events if event.type == "response.output_item.done"]
    deltas = "".join(event.delta for event in events if event.type == "response.function_call_arguments.delta")
    assert deltas == done[0].arguments == '{"city":"Oslo"}'
