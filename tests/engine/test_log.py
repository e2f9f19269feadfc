"""Views of a log: resumed anywhere, read at any time, cut at any moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies_items import EACH, LAW, turns
from tests.strategies_items import ITEMS as DRAWN

from azure_openai_mock.engine.fold import Fold
from azure_openai_mock.engine.play import play
from azure_openai_mock.engine.turn import Turn
from azure_openai_mock.tools import ITEMS


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_every_cut_point_resumes_with_exactly_the_rest(kind: str) -> None:
    @EACH
    @given(turns(st.lists(DRAWN[kind], min_size=1, max_size=2)))
    def claim(turn: Turn) -> None:
        log = play(turn, ITEMS)
        for number in range(-1, len(log.entries)):
            heard = log.entries[: number + 1]
            rest = log.after(number)
            assert (*heard, *rest) == log.entries
            assert all(event["sequence_number"] > number for _, event in rest)

    claim()


@LAW
@given(turns())
def test_the_body_is_legal_at_every_due_time(turn: Turn) -> None:
    log = play(turn, ITEMS)
    seen = []
    for due, _ in log.entries:
        body = log.body(log.started + due)
        assert list(body) == list(turn.envelope)
        assert body["status"] in ("queued", "in_progress", "completed", "incomplete", "failed")
        if body["status"] in ("queued", "in_progress"):
            assert body["output"] == []
            assert body["usage"] is None
        else:
            assert body == log.response
        seen.append(body["status"])
    order = {"queued": 0, "in_progress": 1}
    ranks = [order.get(status, 2) for status in seen]
    assert ranks == sorted(ranks)


@LAW
@given(turns(), st.floats(0, 3))
def test_the_body_is_the_fold_of_what_is_due(turn: Turn, elapsed: float) -> None:
    log = play(turn, ITEMS)
    state = Fold()
    for due, event in log.entries:
        if due <= elapsed:
            state.feed(event)
    # The moments are chosen far from due times, which float arithmetic could blur.
    if all(abs(due - elapsed) > 1e-3 for due, _ in log.entries):
        assert log.body(log.started + elapsed) == state.response


@LAW
@given(turns(), st.floats(0, 3))
def test_a_cancelled_run_ends_where_it_was_cut_and_shows_no_output(turn: Turn, moment: float) -> None:
    whole = play(turn, ITEMS)
    cut = whole.cut(moment, turn.envelope)
    assert cut.entries == whole.entries[: len(cut.entries)]
    assert all(due <= moment for due, _ in cut.entries)
    assert cut.response["status"] == "cancelled"
    assert cut.response["output"] == []
    assert cut.response["usage"] is None
    assert list(cut.response) == list(turn.envelope)
    assert cut.body(whole.started + 1000) == cut.response
