"""What is told of an answer that left."""

from __future__ import annotations

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.service.recording import ANSWER, Recording
from azure_openai_mock.wire import sse

EVENTS = [(b"content-type", b"text/event-stream; charset=utf-8")]
FIRST, SECOND = ({"type": "response.created", "sequence_number": 0}, {"type": "response.completed", "sequence_number": 1})


def recorded(*pieces: bytes, headers: list[tuple[bytes, bytes]] = EVENTS) -> Recording:
    """One piece a millisecond."""
    recording = Recording()
    recording.begin(0.0, 200, headers)
    for number, piece in enumerate(pieces, 1):
        recording.add(number / 1000, piece)
    return recording


@given(st.lists(st.integers(1, 40), max_size=8))
def test_events_are_the_same_however_the_bytes_were_cut_into_pieces(sizes: list[int]) -> None:
    data = sse.frame(FIRST) + sse.frame(SECOND)
    places = [0, *(place for place in accumulate(sizes) if place < len(data)), len(data)]
    told = recorded(*(data[a:b] for a, b in pairwise(places))).shown()["events"]
    assert [event["data"] for event in told] == [FIRST, SECOND]
    assert sum(event["bytes"] for event in told) == len(data)


def test_an_event_has_left_when_its_last_byte_has() -> None:
    data = sse.frame(FIRST)
    told = recorded(data[:10], data[10:], sse.frame(SECOND)).shown()["events"]
    assert [event["at_ms"] for event in told] == [2.0, 3.0]


def test_what_is_no_event_is_told_as_it_stands() -> None:
    told = recorded(b": ping\n\nevent: x\ndata: {no\n\n" + sse.frame(SECOND)[:-20]).shown()["events"]
    assert [(event["type"], event.get("broken", False)) for event in told] == [(None, False), ("x", False), ("response.completed", True)]
    assert told[0]["raw"] == ": ping"


def test_a_json_body_is_told_as_a_value_and_any_other_as_text() -> None:
    assert recorded(b'{"a":', b"1}", headers=[]).shown()["body"] == {"a": 1}
    assert recorded(b"<html>\xff", headers=[]).shown()["text"] == "<html>�"
    assert recorded(b'{"a":' * 900 + b"1" + b"}" * 900, headers=[]).shown()["text"].startswith('{"a":{"a":')


def test_of_a_long_answer_the_beginning_is_kept_and_all_is_counted() -> None:
    recording = recorded(b"x" * (ANSWER - 1), b"yy", b"zz", headers=[])
    told = recording.shown()
    assert (told["bytes"], told["bytes_kept"]) == (ANSWER + 3, ANSWER)
    assert told["text"].endswith("xy")


def test_the_first_word_on_how_an_answer_ended_counts() -> None:
    recording = recorded(b"x")
    recording.finish(0.5, "cut")
    recording.finish(0.6, "left")
    assert (recording.shown()["end"], recording.shown()["end_ms"]) == ("cut", 500.0)
