"""Schedules: values, deterministic, and the same for the same calls."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.azure import errors
from azure_openai_mock.behaviour import chaos, latency
from azure_openai_mock.behaviour.chaos import DRAWS, KINDS, Schedule, mode, modes, read
from azure_openai_mock.faults import FAULTS, Wrong, read_all
from azure_openai_mock.wire import json

SCHEDULES = st.builds(
    Schedule,
    seed=st.integers(-9, 9) | st.text(max_size=4),
    rate=st.sampled_from([0, 0.1, 0.5, 1]),
    kinds=st.lists(st.sampled_from([*sorted(set(FAULTS) - {"refuse"}), "rate_limited"]), max_size=4).map(tuple),
    calls=st.dictionaries(st.integers(1, 9), st.sampled_from([{"cut": {"after": 5}}, "silence", ["crlf", {"delay": "1s"}]]), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(SCHEDULES)
def test_a_schedule_written_down_is_the_same_schedule(schedule):
    again = read(json.loads(json.compact(schedule.document())))
    assert again == schedule
    assert [again.fault_for(call) for call in range(1, 20)] == [schedule.fault_for(call) for call in range(1, 20)]


@settings(max_examples=40, deadline=None)
@given(st.integers(), st.sampled_from([0.0, 0.1, 0.3]), st.sampled_from([0.3, 0.6, 1.0]))
def test_a_higher_rate_keeps_every_fault_of_a_lower_one(seed, low, high):
    for call in range(1, 40):
        fault = Schedule(seed, low).fault_for(call)
        assert fault is None or Schedule(seed, high).fault_for(call) == fault


def test_the_rate_is_the_share_of_calls_that_fail():
    failed = sum(Schedule(3, 0.25).fault_for(call) is not None for call in range(1, 2001))
    assert 420 < failed < 580


def test_a_call_is_told_without_those_before_it():
    schedule = Schedule(1, 0.5)
    assert schedule.fault_for(100) == Schedule(1, 0.5).fault_for(100)


def test_what_is_written_down_for_a_call_wins():
    schedule = read({"rate": 0, "calls": {"2": {"cut": {"after": 5}}}})
    assert schedule.told(9) == "cut;after=5 of call 2"


@pytest.mark.parametrize("kind", sorted({*DRAWS, *KINDS}))
def test_every_drawn_setting_is_a_good_one(kind):
    for seed in range(30):
        (setup,) = Schedule(seed, 1, (kind,)).faults_for(1)
        assert (kind if kind in FAULTS else "refuse") == setup.NAME


@pytest.mark.parametrize(
    "given_, said",
    [
        ({"rte": 1}, "rte: unknown key, did you mean 'rate'?"),
        ({"rate": 2}, "rate: expected a number from 0 to 1, not 2"),
        ({"kinds": ["cot"]}, "kinds[0]: unknown fault, did you mean 'cut'?"),
        ({"kinds": ["refuse"]}, "kinds[0].refuse: needs either 'key'"),
        ({"calls": {"x": "cut"}}, "calls: expected a call's number from 1, not 'x'"),
        ({"calls": {"2": {"cot": 1}}}, "calls.2.cot: unknown fault"),
        ({"seed": [1]}, "seed: expected"),
        ("flakey", "unknown mode, did you mean 'flaky'?"),
        (True, "expected a seed, a mode or a mapping, not True"),
    ],
)
def test_nonsense_is_refused(given_, said):
    with pytest.raises(Wrong) as caught:
        read(given_)
    assert str(caught.value).startswith(said)


def test_a_seed_alone_is_a_schedule_and_null_is_none():
    assert read(7) == Schedule(seed=7)
    assert read(None) is None


def test_a_mode_may_be_seeded_otherwise():
    assert read({"mode": "flaky", "seed": 9}).kinds == mode("flaky").schedule.kinds


@pytest.mark.parametrize("name", ["flaky", "throttled", "failover", "cold-start", "filter-happy", "token-expiry"])
def test_every_mode_is_whole(name):
    made = mode(name)
    assert name in modes()
    assert made.about
    assert made.source
    assert made.confidence in ("recorded", "documented", "observed", "assumed")
    assert made.rules or made.schedule
    assert made.latency is None or latency.read(made.latency)
    if made.schedule is not None:
        assert any(made.schedule.fault_for(call) for call in range(1, 40))


def test_what_chance_breaks_by_default_is_known():
    assert all(kind in FAULTS or errors.known(kind) for kind in chaos.KINDS)
    assert read_all([kind if kind not in DRAWS else {kind: DRAWS[kind](chaos.Dice(0))} for kind in KINDS])
