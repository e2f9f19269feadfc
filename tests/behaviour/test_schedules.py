"""Schedules as a Hypothesis strategy: all are good, and the simplest come first."""

from __future__ import annotations

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from azure_openai_mock.behaviour.chaos import Schedule, read
from azure_openai_mock.behaviour.schedules import KINDS, SETTINGS, schedules
from azure_openai_mock.faults import FAULTS, Wrong
from azure_openai_mock.wire import json

BUDGET = settings(max_examples=2000, deadline=None, database=None, derandomize=True)


@settings(max_examples=80, deadline=None)
@given(schedules(calls=5, kinds=sorted({*KINDS, *SETTINGS})), st.integers(1, 5))
def test_every_schedule_can_be_written_down_and_played(schedule: Schedule, call: int) -> None:
    assert read(json.loads(json.compact(schedule.document()))) == schedule
    assert bool(schedule.faults_for(call)) is (call in schedule.calls)


@given(schedules(calls=4, most=2))
def test_no_more_goes_wrong_than_was_allowed(schedule: Schedule) -> None:
    assert len(schedule.calls) <= 2
    assert all(1 <= call <= 4 for call in schedule.calls)


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_settings_are_those_of_the_fault(kind: str) -> None:
    assert kind in FAULTS
    assert find(schedules(kinds=[kind]), lambda schedule: bool(schedule.calls), settings=BUDGET).told(1).startswith(kind)


def test_a_condition_shrinks_to_the_least_that_meets_it() -> None:
    def late(schedule: Schedule) -> bool:
        return any(fault.get("cut", {}).get("after", 0) >= 5 for call, fault in schedule.calls.items() if call >= 2)

    assert find(schedules(), late, settings=BUDGET).told(9) == "cut;after=5 of call 2"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Wrong, match="did you mean 'cut'"):
        schedules(kinds=["cot"])
