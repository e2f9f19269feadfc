"""The body is what the events amount to, and no broken stream passes as a whole one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies_items import ITEMS as DRAWN
from tests.strategies_items import LAW, turn_of, turns

from azure_openai_mock.engine.fold import Fold, fold
from azure_openai_mock.engine.grammar import ADDED, DONE, IllegalEvent
from azure_openai_mock.engine.play import play
from azure_openai_mock.engine.turn import Ending, Turn
from azure_openai_mock.tools import ITEMS
from azure_openai_mock.wire.types import Event

OPTIONAL = ("response.image_generation_call.partial_image", "response.output_text.annotation.added", "response.compaction.compacting")
"""Events that an item may have any number of: a stream without one is as legal as the stream with it."""


def events_of(turn: Turn) -> list[Event]:
    return [event for _, event in play(turn, ITEMS).entries]


def renumbered(events: list[Event]) -> list[Event]:
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


@LAW
@given(turns())
def test_the_body_is_the_fold_of_the_stream(turn: Turn) -> None:
    log = play(turn, ITEMS)
    events = [event for _, event in log.entries]
    assert fold(events) == events[-1]["response"] == log.response


@LAW
@given(turns())
def test_what_was_done_is_what_the_body_shows(turn: Turn) -> None:
    events = events_of(turn)
    assert events[-1]["response"]["output"] == [event["item"] for event in events if event["type"] == DONE]


@LAW
@given(turns(), st.data())
def test_a_dropped_doubled_or_swapped_event_is_caught(turn: Turn, data: st.DataObject) -> None:
    events = events_of(turn)
    at = data.draw(st.integers(0, len(events) - 1))
    other = data.draw(st.integers(0, len(events) - 1).filter(lambda index: index != at))
    swapped = events.copy()
    swapped[at], swapped[other] = swapped[other], swapped[at]
    for broken in (
        events[:at] + events[at + 1 :] if at < len(events) - 1 else None,
        [*events[: at + 1], events[at], *events[at + 1 :]],
        swapped,
    ):
        if broken is not None:
            with pytest.raises(IllegalEvent):
                fold(broken)


@LAW
@given(turns(), st.data())
def test_a_dropped_event_is_caught_even_where_the_numbers_were_mended(turn: Turn, data: st.DataObject) -> None:
    """Of turns that end well: one that breaks off may do so anywhere."""
    turn = replace(turn, ending=Ending())
    events = events_of(turn)
    at = data.draw(st.integers(0, len(events) - 2))
    dropped = events[at]
    silent = "" in (dropped.get("delta"), dropped.get("diff")) or isinstance(dropped.get("delta"), dict)
    if silent or dropped["type"] in (*OPTIONAL, "response.queued", "error"):
        return
    with pytest.raises(IllegalEvent):
        fold(renumbered(events[:at] + events[at + 1 :]))


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_a_stream_that_stops_early_has_not_ended(kind: str) -> None:
    events = events_of(turn_of({"type": kind, "name": "f", "content": "hello", "arguments": "{}"}))
    state = Fold()
    for event in events[:-1]:
        state.feed(event)
        assert not state.ended
    state.feed(events[-1])
    assert state.ended


def test_an_illegal_event_changes_nothing() -> None:
    events = events_of(turn_of({"type": "message", "content": "hello"}))
    state = Fold()
    for event in events:
        with pytest.raises(IllegalEvent):
            state.feed({**events[-1], "type": "response.nonsense", "sequence_number": state.next})
        state.feed(event)
    assert state.response == events[-1]["response"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sequence_number": 9}, "sequence number"),
        ({"output_index": 3}, "output_index"),
    ],
)
def test_the_message_says_what_is_wrong(change: dict[str, Any], words: str) -> None:
    events = events_of(turn_of({"type": "message", "content": "hello"}))
    at = next(index for index, event in enumerate(events) if event["type"] == ADDED)
    with pytest.raises(IllegalEvent, match=words):
        fold([*events[:at], {**events[at], **change}])


def test_a_search_that_completed_says_so() -> None:
    events = events_of(turn_of({"type": "web_search_call", "status": "searching"}))
    done = next(event for event in events if event["type"] == DONE)
    with pytest.raises(IllegalEvent, match="completed"):
        fold([{**event, "item": {**event["item"], "status": "completed"}} if event is done else event for event in events])


def test_keepalives_take_a_number_and_change_nothing() -> None:
    events = events_of(turn_of({"type": "message", "content": "hello"}))
    with_one = renumbered([*events[:2], {"type": "keepalive"}, *events[2:]])
    assert fold(with_one) == events[-1]["response"]
