"""WebSocket mode, through the real client's own connection."""

from __future__ import annotations

from typing import Any

import pytest
import websockets

from .conftest import Mock

pytestmark = pytest.mark.filterwarnings("ignore:connect\\(\\) must be used:DeprecationWarning")  # how the openai package opens it


def turn(ws: Any, **request: Any) -> list[Any]:
    """Send one `response.create` and collect its events."""
    ws.send({"type": "response.create", "model": "gpt-4o", **request})
    events = []
    for event in ws:
        events.append(event)
        if event.type in ("response.completed", "response.failed", "error"):
            return events
    raise AssertionError("the connection ended")


def test_the_same_events_come_as_text_frames(ga: Mock) -> None:
    with ga.client().responses.connect() as ws:
        events = turn(ws, input="Count.")
    assert events[0].type == "response.created"
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_the_connection_remembers_its_last_response_that_was_not_stored(ga: Mock) -> None:
    with ga.client().responses.connect() as ws:
        first = turn(ws, input="My name is Alice.", store=False)[-1].response
        second = turn(ws, input="Who am I?", store=False, previous_response_id=first.id)[-1].response
        assert "Alice" in second.output_text
        assert turn(ws, input="x", previous_response_id=first.id)[-1].type == "error", "only the last is remembered"
        assert turn(ws, input="x", previous_response_id=second.id)[-1].type == "error", "a failed turn forgets it"
        assert turn(ws, input="still here")[-1].type == "response.completed"


def test_a_stored_response_takes_the_place_of_the_one_that_is_remembered(ga: Mock) -> None:
    with ga.client().responses.connect() as ws:
        first = turn(ws, input="My name is Alice.", store=False)[-1].response
        stored = turn(ws, input="Something else.")[-1].response
        assert turn(ws, input="x", previous_response_id=first.id)[-1].error.code == "previous_response_not_found"
        assert turn(ws, input="x", previous_response_id=stored.id)[-1].type == "response.completed"


def test_an_error_is_a_frame_and_the_socket_stays_usable(ga: Mock) -> None:
    with ga.client().responses.connect() as ws:
        assert turn(ws, input=5)[-1].type == "error"
        assert turn(ws, input="fine")[-1].type == "response.completed"


def test_after_sixty_minutes_on_the_scope_s_clock_the_connection_is_over(ga: Mock) -> None:
    with ga.client().responses.connect() as ws:
        assert turn(ws, input="fine")[-1].type == "response.completed"
        ga.advance("61m")
        assert next(iter(ws)).type == "error"


def test_a_turn_is_in_the_journal_like_any_other(ga: Mock) -> None:
    ga.rule(when={"input__contains": "Count"}, say="One.", name="counts")
    with ga.client().responses.connect() as ws:
        first = turn(ws, input="Count.", store=False)[-1].response
        turn(ws, input=5)
    told, refused = [entry for entry in ga.control("GET", "/requests")["data"] if entry["operation"] == "responses.create"]
    assert (told["status"], told["response_id"], told["rule"]) == (200, first.id, "counts")
    assert told["body"] == {"model": "gpt-4o", "input": "Count.", "store": False, "stream": True}
    assert refused["status"] == 400


def test_faults_strike_a_turn_too(ga: Mock) -> None:
    with ga.client().responses.connect() as ws:
        ga.rule(fault=[{"refuse": "rate_limited"}], times=1)
        refused = turn(ws, input="x")[-1]
        assert (refused.type, refused.status) == ("error", 429)
        assert refused.error.code == "RateLimitReached"
        ga.rule(fault=[{"error_event": {"after": 3, "key": "server_error"}}], times=1)
        assert [event.type for event in turn(ws, input="x")][-1] == "error"
        ga.rule(fault=[{"drop": {"event": "response.in_progress"}}], times=1)
        assert [event.type for event in turn(ws, input="x")][:2] == ["response.created", "response.output_item.added"]


def test_a_cut_ends_the_connection(ga: Mock) -> None:
    ga.rule(fault=[{"cut": {"after": 2}}], times=1)
    with ga.client().responses.connect() as ws:
        ws.send({"type": "response.create", "model": "gpt-4o", "input": "x"})
        assert [ws.recv().type for _ in range(2)] == ["response.created", "response.in_progress"]
        with pytest.raises(websockets.exceptions.ConnectionClosedError) as closed:
            ws.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011


def test_a_warm_up_says_nothing_and_is_continued(ga: Mock) -> None:
    ga.rule(when={"turn": 1}, say="First.")
    with ga.client().responses.connect() as ws:
        warm = turn(ws, input="My name is Alice.", store=False, generate=False)
        assert [event.type for event in warm] == ["response.created", "response.in_progress", "response.completed"]
        assert warm[-1].response.output == []
        assert warm[-1].response.usage.output_tokens == 0
        said = turn(ws, input="Who am I?", store=False, previous_response_id=warm[-1].response.id)[-1].response
        assert said.output_text == "First.", "a warm-up is no turn"
        assert turn(ws, input="x", generate="no")[-1].error.param == "generate"


def test_in_preview_there_is_no_websocket(preview: Mock) -> None:
    with pytest.raises(Exception, match=r"404|403|rejected"), preview.azure().responses.connect() as ws:
        turn(ws, input="hi")


def test_turns_are_answered_one_after_the_other(ga: Mock) -> None:
    with ga.client().responses.connect() as ws:
        for word in ("one", "two", "three"):
            ws.send({"type": "response.create", "model": "gpt-4o", "input": word})
        seen: list[Any] = []
        for event in ws:
            seen.append(event)
            if sum(one.type == "response.completed" for one in seen) == 3:
                break
    turns = [event.response.id for event in seen if event.type in ("response.created", "response.completed")]
    assert [turns[0], turns[2], turns[4]] == [turns[1], turns[3], turns[5]]
    starts = [index for index, event in enumerate(seen) if event.type == "response.created"]
    ends = [index for index, event in enumerate(seen) if event.type == "response.completed"]
    assert starts == [0, *(end + 1 for end in ends[:-1])]


def test_a_long_answer_does_not_outlive_the_connection_s_time(ga: Mock) -> None:
    ga.control("POST", "/clock", {"freeze": True})
    ga.rule(say="one two three", pace={"per_token": "1h"})
    with ga.client().responses.connect() as ws:
        ws.send({"type": "response.create", "model": "gpt-4o", "input": "Count."})
        events = iter(ws)
        assert next(events).type == "response.created"
        ga.advance("61m")
        kinds = [event.type for event in events]
    assert kinds[-1] == "error"
    assert "response.completed" not in kinds


def test_a_frame_of_more_than_sixteen_mebibytes_ends_the_connection(ga: Mock) -> None:
    """As observed at the service, to the byte."""
    with ga.client().responses.connect() as ws, pytest.raises(websockets.exceptions.ConnectionClosedError) as closed:
        turn(ws, input=["x" * 2**24])
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
