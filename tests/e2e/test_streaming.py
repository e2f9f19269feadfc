"""Streams stream: the events, their order and their numbers as the client sees them, and resume at every cut point."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from .conftest import Mock

pytestmark = pytest.mark.everywhere


def frames(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(block.split(b"data: ", 1)[1]) for block in raw.split(b"\n\n") if block]


def test_a_stream_begins_with_created_and_ends_with_completed_and_its_numbers_are_contiguous(mock: Mock) -> None:
    events = list(mock.azure().responses.create(model="gpt-4o", input="Count to five.", stream=True))
    kinds = [event.type for event in events]
    assert kinds[:4] == ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"]
    assert kinds[-4:] == ["response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"]
    assert [event.sequence_number for event in events] == list(range(len(events)))  # type: ignore[union-attr]


def test_the_body_is_the_fold_of_the_stream(mock: Mock) -> None:
    client = mock.azure()
    events = list(client.responses.create(model="gpt-4o", input="Count to five.", stream=True))
    final = events[-1].response  # type: ignore[union-attr]
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert deltas == final.output_text
    assert client.responses.retrieve(final.id) == final


def test_the_helper_builds_the_same_text(mock: Mock) -> None:
    with mock.azure().responses.stream(model="gpt-4o", input="Count to five.") as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        assert text == stream.get_final_response().output_text


def test_it_streams_asynchronously(mock: Mock) -> None:
    async def main() -> None:
        async with mock.async_azure() as client:
            kinds = [event.type async for event in await client.responses.create(model="gpt-4o", input="Count.", stream=True)]
            assert kinds[-1] == "response.completed"

    asyncio.run(main())


def test_frames_are_as_recorded(ga: Mock) -> None:
    status, headers, raw = ga.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"hi","stream":true}')
    assert status == 200
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert b"\r" not in raw
    assert b"[DONE]" not in raw
    for block in raw.decode().split("\n\n")[:-1]:
        event, data = block.split("\n")
        parsed = json.loads(data.removeprefix("data: "))
        assert event == f"event: {parsed['type']}"
        assert next(iter(parsed)) == "type"
        if parsed["type"] == "response.output_text.delta":
            assert list(parsed)[1:] == sorted(list(parsed)[1:])
            assert (len(parsed["delta"]) + len(parsed["obfuscation"])) % 16 == 0


def test_obfuscation_can_be_turned_off(ga: Mock) -> None:
    _, _, raw = ga.raw(
        "POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"hi","stream":true,"stream_options":{"include_obfuscation":false}}'
    )
    assert b"obfuscation" not in raw


def test_resume_gives_exactly_the_rest_at_every_cut_point(ga: Mock) -> None:
    client = ga.client()
    ga.rule(say=[{"type": "reasoning", "summary": ["Thinking."]}, {"type": "function_call", "name": "f", "arguments": {"a": 1}}, "Done."])
    made = client.responses.create(model="gpt-4o", input="go", background=True, stream=True)
    whole = [event.to_dict() for event in made]
    response_id: str = whole[0]["response"]["id"]  # type: ignore[index,assignment,call-overload]
    assert [event["type"] for event in whole[:3]] == ["response.created", "response.queued", "response.in_progress"]
    for number in range(-1, len(whole)):
        rest = [event.to_dict() for event in client.responses.retrieve(response_id, stream=True, starting_after=number)]
        assert rest == whole[number + 1 :], f"after event {number}"


def test_a_stream_in_real_time_keeps_its_pace(ga: Mock) -> None:
    ga.rule(say="one two three", pace={"first_token": "30ms", "per_token": "10ms"})
    client = ga.client()
    ga.control("POST", "/clock", {"freeze": True})
    stream = client.responses.create(model="gpt-4o", input="go", stream=True)
    first = [next(stream).type, next(stream).type]
    assert first == ["response.created", "response.in_progress"], "on a frozen clock what is due is sent and the rest waits"
    ga.advance("1s")
    assert list(stream)[-1].type == "response.completed"


def test_a_dropped_stream_leaves_the_server_healthy_and_the_response_stored(ga: Mock) -> None:
    client = ga.client()
    ga.rule(say="a long answer " * 50, pace={"per_token": "50ms"})
    stream = client.responses.create(model="gpt-4o", input="go", stream=True)
    created = next(stream)
    stream.close()
    assert client.responses.retrieve(created.response.id).status in ("in_progress", "completed")  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/openai/v1/responses?api-version=preview", "/openai/responses?api-version=2025-04-01-preview"])
def test_streams_work_on_both_paths(mock: Mock, path: str) -> None:
    status, _, raw = mock.raw("POST", path, b'{"model":"gpt-4o","input":"hi","stream":true}')
    assert status == 200
    assert frames(raw)[-1]["type"] == "response.completed"
