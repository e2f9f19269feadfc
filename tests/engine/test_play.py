"""A turn is told as a log of events, and the body is its fold."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.engine.fold import fold
from azure_openai_mock.engine.play import play
from azure_openai_mock.engine.turn import Ending, Pace, Turn
from azure_openai_mock.tools import ITEMS
from azure_openai_mock.wire import json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SAID = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "message", "content": text}, TEXT),
        st.builds(lambda texts: {"type": "reasoning", "summary": texts}, st.lists(TEXT, max_size=2)),
        st.builds(lambda text: {"type": "function_call", "name": "f", "arguments": {"a": text}}, TEXT),
        st.just({"type": "web_search_call", "action": {"type": "search", "query": "x"}}),
        st.builds(lambda text: {"type": "code_interpreter_call", "code": text}, TEXT),
        st.builds(lambda text: {"type": "message", "content": [{"type": "refusal", "refusal": text}]}, TEXT),
    ),
    max_size=4,
)
ENVELOPE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "in_progress",
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "output": [],
    "usage": None,
}
TURNS = st.builds(
    lambda said, background, obfuscate, pace, ending: Turn(
        {**ENVELOPE, "status": "queued" if background else "in_progress"},
        tuple(said),
        "0" * 16,
        b"s" * 16,
        1_754_000_000.0,
        closing={"usage": {"total_tokens": 1}},
        ending=ending,
        pace=pace,
        background=background,
        obfuscate=obfuscate,
    ),
    SAID,
    st.booleans(),
    st.booleans(),
    st.sampled_from([Pace(), Pace(first_token=0.3, per_token=0.01), Pace(queued=0.05, total=0.5)]),
    st.sampled_from([Ending(), Ending(incomplete="max_output_tokens"), Ending(failed=True, event={"message": "x"}, error=None, after=4)]),
)


@settings(deadline=None)
@given(TURNS)
def test_the_body_is_the_fold_of_the_stream(turn: Turn) -> None:
    log = play(turn, ITEMS)
    events = [event for _, event in log.entries]
    assert fold(events) == events[-1]["response"] == log.response
    assert fold([json.loads(json.compact(event)) for event in events]) == json.loads(json.compact(log.response))
    assert play(turn, ITEMS, coarse=True).response == log.response


@settings(deadline=None)
@given(TURNS)
def test_numbers_are_contiguous_and_times_never_run_back(turn: Turn) -> None:
    log = play(turn, ITEMS)
    assert [event["sequence_number"] for _, event in log.entries] == list(range(len(log.entries)))
    due = [due for due, _ in log.entries]
    assert due == sorted(due)


@settings(deadline=None)
@given(TURNS)
def test_resume_at_every_cut_point_gives_exactly_the_rest(turn: Turn) -> None:
    log = play(turn, ITEMS)
    for number in range(-1, len(log.entries)):
        assert [*log.entries[: number + 1], *log.after(number)] == list(log.entries)


@settings(deadline=None)
@given(TURNS)
def test_a_run_that_is_under_way_shows_no_output(turn: Turn) -> None:
    log = play(turn, ITEMS)
    for due, _ in log.entries:
        body = log.body(log.started + due)
        assert body == log.response or (body["output"] == [] and body["status"] in ("queued", "in_progress"))
