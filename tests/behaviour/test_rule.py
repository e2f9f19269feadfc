"""Rules: read whole, or refused with a path and the nearest name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.behaviour import rule
from azure_openai_mock.engine.turn import Pace
from azure_openai_mock.faults import Wrong, read_one
from azure_openai_mock.faults.cut import Cut

WEATHER = {
    "name": "weather asks for the tool",
    "when": {"operation": "responses.create", "model": "gpt-4o", "input__contains": "weather", "tools__has": "get_weather", "turn": 1},
    "say": [
        {"type": "reasoning", "summary": ["Looking it up."]},
        {"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}},
    ],
    "outcome": {"incomplete": "max_output_tokens"},
    "pace": {"first_token": "400ms", "per_token": "20ms"},
    "fault": [{"cut": {"after": 6}}],
    "times": 2,
    "probability": 0.1,
}


def test_every_part_of_a_rule_is_read():
    read = rule.read(WEATHER)
    assert (read.name, read.times, read.probability) == ("weather asks for the tool", 2, 0.1)
    assert read.pace == Pace(first_token=0.4, per_token=0.02)
    assert read.faults == (Cut(after=6),)
    assert read.outcome == {"incomplete": "max_output_tokens"}
    assert [item["type"] for item in read.says(0)] == ["reasoning", "function_call"]
    assert [condition.key for condition in read.when] == ["operation", "model", "input__contains", "tools__has", "turn"]


def test_reading_what_was_given_again_gives_an_equal_rule():
    assert rule.read(rule.read(WEATHER).given) == rule.read(WEATHER)


def test_setups_made_in_python_are_written_out_so_that_other_processes_can_read_them():
    made = rule.read({"fault": [read_one("cut", 6), read_one("silence")]})
    assert made.given == {"fault": [{"cut": {"after": 6}}, {"silence": True}]}
    assert rule.read(made.given).faults == made.faults


def test_a_list_of_lists_is_said_use_after_use_and_then_spent():
    read = rule.read({"say": [["one"], ["two", "three"]]})
    assert read.times == 2
    assert [len(read.says(use)) for use in (0, 1)] == [1, 2]
    assert rule.read({"say": [["one"], ["two"]], "times": 1}).times == 1
    assert rule.read({"say": ["one", "two"]}).times is None


@pytest.mark.parametrize(
    "given_, said",
    [
        ({"whn": {}}, "whn: unknown key, did you mean 'when'?"),
        ({"say": "x", "when": {"modle": "y"}}, "when.modle: unknown key, did you mean 'model'?"),
        ({"say": "x", "times": -1}, "times: expected a whole number from 0, not -1"),
        ({"say": "x", "times": True}, "times: expected a whole number from 0, not True"),
        ({"say": "x", "probability": 1.5}, "probability: expected a number from 0 to 1, not 1.5"),
        ({"say": "x", "name": ""}, "name: expected a short text, not ''"),
        ({"pace": {"first_tokn": "1s"}}, "pace.first_tokn: unknown key, did you mean 'first_token'?"),
        ({"pace": {"first_token": "-1s"}}, "pace.first_token: expected a duration from 0, not '-1s'"),
        ({"outcome": {"failed": "server_eror"}}, "outcome.failed: unknown error, did you mean 'server_error'?"),
        ({"outcome": {"incomplete": "tired"}}, "outcome.incomplete: unknown reason"),
        ({"outcome": {"content_filter": "both"}}, "outcome.content_filter: unknown place"),
        ({"outcome": {"after": 3}}, "outcome: needs exactly one of"),
        ({"outcome": {"refusal": "no", "after": 3}}, "outcome.after: goes with 'failed' only"),
        ({"outcome": {"incomplete": "max_output_tokens", "refusal": "no"}}, "outcome: needs exactly one of"),
        ({"outcome": {"findings": {"prompt": {"hate": "huge"}}}}, "outcome.findings.prompt.hate: unknown severity"),
        ({"say": "x", "outcome": {"refusal": "no"}}, "outcome.refusal: says what is said"),
        ({"say": "x", "outcome": {"structured": "smallest"}}, "outcome.structured: says what is said"),
        ({"outcome": {"structured": "small"}}, "outcome.structured: unknown value, did you mean 'smallest'?"),
        ({"outcome": {"structured": "largest", "refusal": "no"}}, "outcome.refusal: has no value in it"),
        ({"fault": [{"cot": 1}]}, "fault[0].cot: unknown fault, did you mean 'cut'?"),
        ({"name": "x"}, "does nothing"),
        ({}, "does nothing"),
        ("x", "expected a rule, not 'x'"),
    ],
)
def test_nonsense_is_refused(given_, said):
    with pytest.raises(Wrong) as caught:
        rule.read(given_)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    "given_",
    [
        {"failed": "server_error"},
        {"failed": "server_error", "after": 3},
        {"failed": None},
        {"incomplete": "content_filter"},
        {"content_filter": "prompt"},
        {"content_filter": "completion", "findings": {"completion": {"violence": "high", "protected_material_code": True}}},
        {"refusal": "I can't."},
        {"findings": {"prompt": {"hate": "low", "jailbreak": True, "my-blocklist": True}}},
    ],
)
def test_outcomes_are_kept_as_they_were_given(given_):
    assert rule.read({"outcome": given_}).outcome == given_


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*rule.KEYS, "type", "content", "cut", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(rule.KEYS), ANY, max_size=5))
def test_nothing_that_json_can_say_breaks_the_reader(given_):
    try:
        read = rule.read(given_)
    except Wrong:
        return
    assert rule.read(read.given) == read
