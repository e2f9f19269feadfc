"""Laws of composition, over random chains."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from azure_openai_mock.behaviour.chaos import DRAWS
from azure_openai_mock.faults import FAULTS, chain, read_one
from azure_openai_mock.wire.frames import Chunk, Head, Reset
from azure_openai_mock.world import Dice

BYTES_KEPT = ("noop", "delay", "stall", "slow_first_token", "trickle", "split", "merge", "late")
EVENTS_KEPT = (*BYTES_KEPT, "crlf", "comment")
ORDER_KEPT = (*EVENTS_KEPT, "cut", "reset", "drop", "double", "no_terminal", "keepalive", "wrong_sequence", "error_event", "garble")

NEVER_PULL = ("refuse", "answer", "html_page", "redirect")
"""They stand in place of the answer."""


def setup_of(name: str, seed: int):
    drawn = {"refuse": "rate_limited", "delay": "1s", "slow_first_token": "1s"}
    if name in DRAWS:
        return read_one(name, DRAWS[name](Dice(seed)))
    return read_one(name, drawn.get(name, True))


def chains(names, most=5):
    return st.lists(st.builds(setup_of, st.sampled_from(sorted(names)), st.integers(0, 1000)), max_size=most)


@settings(deadline=None, max_examples=60)
@given(chains(FAULTS), st.booleans())
def test_no_chain_raises_and_every_answer_is_well_formed(theatre, setups, streaming):
    play = theatre.play(setups, streaming=streaming)
    kinds = [type(frame) for frame in play.frames]
    assert kinds.count(Head) <= 1
    assert Head not in kinds[1:]
    assert Reset not in kinds[:-1]
    assert all(issubclass(kind, Chunk) for kind in kinds[1:-1])
    assert all(frame.data for frame in play.frames if isinstance(frame, Chunk))


@settings(deadline=None, max_examples=60)
@given(chains(FAULTS), st.booleans())
def test_the_source_is_always_closed_once_it_was_pulled(theatre, setups, streaming):
    play = theatre.play(setups, streaming=streaming)
    assert play.closed or play.pulled == 0


@settings(deadline=None, max_examples=60)
@given(chains(FAULTS), st.booleans())
def test_the_work_is_done_unless_something_stands_in_its_place(theatre, setups, streaming):
    play = theatre.play(setups, streaming=streaming)
    assert (play.pulled == 0) is any(setup.NAME in NEVER_PULL for setup in setups)


@settings(deadline=None, max_examples=60)
@given(chains(BYTES_KEPT), st.booleans())
def test_faults_of_time_and_pieces_keep_every_byte(theatre, setups, streaming):
    assert theatre.play(setups, streaming=streaming).data == theatre.play([], streaming=streaming).data


@settings(deadline=None, max_examples=60)
@given(chains(EVENTS_KEPT))
def test_faults_of_spelling_keep_every_event(theatre, setups):
    assert theatre.play(setups).events == theatre.events


def takes_pieces_of_events(setups):
    """Whether an event is first cut into pieces and something is then put between them or taken away: no parser reads what is left."""
    names = [setup.NAME for setup in setups]
    cutting = [index for index, name in enumerate(names) if name in ("split", "trickle")]
    return bool(cutting) and any(name not in BYTES_KEPT for name in names[cutting[0] :])


@settings(deadline=None, max_examples=60)
@given(chains(set(ORDER_KEPT) - {"garble"}))
def test_what_does_not_claim_to_reorder_keeps_the_order(theatre, setups):
    assume(not takes_pieces_of_events(setups))
    places = {repr({**event, "sequence_number": 0}): index for index, event in enumerate(theatre.events)}
    order = [places.get(repr({**event, "sequence_number": 0})) for event in theatre.play(setups).events]
    known = [index for index in order if index is not None]
    assert known == sorted(known)


@settings(deadline=None, max_examples=60)
@given(chains(FAULTS, most=4), st.integers(0, 4), st.booleans())
def test_noop_is_the_identity_anywhere(theatre, setups, at, streaming):
    at = min(at, len(setups))
    with_noop = [*setups[:at], read_one("noop"), *setups[at:]]
    assert theatre.play(with_noop, streaming=streaming).frames == theatre.play(setups, streaming=streaming).frames


@settings(deadline=None, max_examples=40)
@given(chains(FAULTS, most=3), chains(FAULTS, most=3), st.booleans())
def test_composition_is_associative(theatre, inner, outer, streaming):
    """A chain of two chains is the chain of them all."""
    whole = theatre.play([*inner, *outer], streaming=streaming)

    def nested(stage):
        return chain([chain([setup(stage) for setup in inner]), chain([setup(stage) for setup in outer])])

    assert theatre.play([nested], streaming=streaming).frames == whole.frames


@settings(deadline=None, max_examples=40)
@given(chains(FAULTS), st.integers(0, 9), st.booleans())
def test_the_same_dice_give_the_same_bytes(theatre, setups, seed, streaming):
    first, second = (theatre.play(setups, streaming=streaming, seed=seed) for _ in range(2))
    assert first.frames == second.frames


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("after", range(15))
def test_a_cut_finds_its_event_inside_merged_frames(theatre, count, after):
    play = theatre.play(f"merge={count}, cut;after={after}")
    assert play.events == theatre.events[:after]


def test_the_order_of_a_chain_is_that_of_its_layers(theatre):
    assert theatre.play("cut;after=3, error_event;after=2").types[-1] == "error"
    assert theatre.play("error_event;after=2, cut;after=2").types == ["response.created", "response.in_progress"]
