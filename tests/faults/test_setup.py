"""Settings: read when a rule is made, refused then with words that help."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock import faults
from azure_openai_mock.azure import errors
from azure_openai_mock.faults import FAULTS, Wrong, catalogue, from_header, read_all, read_one
from azure_openai_mock.faults.cut import Cut
from azure_openai_mock.faults.delay import Delay
from azure_openai_mock.faults.refuse import Refuse


@pytest.mark.parametrize(
    "given_, expected",
    [
        ({"cut": {"after": 6}}, [Cut(after=6)]),
        ({"cut": 6}, [Cut(after=6)]),
        ({"cut": {"after_bytes": "10"}}, [Cut(after_bytes=10)]),
        ([{"cut": {"after": 6}}, {"delay": "2s"}], [Cut(after=6), Delay(for_=2.0)]),
        ({"cut": {"after": 6}, "delay": 2}, [Cut(after=6), Delay(for_=2.0)]),
        ({"refuse": "rate_limited"}, [Refuse(key="rate_limited")]),
        ("rate_limited", [Refuse(key="rate_limited")]),
        ({"rate_limited": {"retry_after": 0.5}}, [Refuse(key="rate_limited", retry_after=0.5)]),
        ({"refuse": {"status": 429, "retry_after": 1}}, [Refuse(status=429, retry_after=1.0)]),
        ([], []),
    ],
)
def test_faults_are_read_in_every_form(given_, expected):
    assert list(read_all(given_)) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("rate_limited", [Refuse(key="rate_limited")]),
        ("cut;after=6, delay;for=2s", [Cut(after=6), Delay(for_=2.0)]),
        (" cut ; after = 6 ,", [Cut(after=6)]),
        ("delay=400ms", [Delay(for_=0.4)]),
        ("refuse;status=429;retry_after=1", [Refuse(status=429, retry_after=1.0)]),
        ("", []),
    ],
)
def test_the_header_spells_the_same(text, expected):
    assert list(from_header(text)) == expected


@pytest.mark.parametrize(
    "given_, said",
    [
        ({"cot": {}}, "cot: unknown fault, did you mean 'cut'?"),
        ({"cut": {"aftr": 1}}, "cut.aftr: unknown setting, did you mean 'after'?"),
        ({"cut": {"after": -1}}, "cut.after: expected a whole number from 0, not -1"),
        ({"cut": {"after": True}}, "cut.after: expected a whole number from 0, not True"),
        ([{"cut": 1}, {"delay": "soon"}], "[1].delay.for: not a duration: 'soon' (write 400ms, 2s, 5m, 6h, 30d, or seconds)"),
        ({"delay": True}, "delay: needs 'for' (how long)"),
        ({"refuse": "rate_limitd"}, "refuse.key: unknown error, did you mean 'rate_limited'?"),
        ({"refuse": {}}, "refuse: needs either 'key' (of the error catalogue) or 'status'"),
        ({"refuse": {"key": "rate_limited", "status": 429}}, "refuse: needs either 'key' (of the error catalogue) or 'status'"),
        ({"drop": "response.completd"}, "drop.event: unknown event, did you mean 'response.completed'?"),
        ({"silence": 3}, "silence: takes no settings: write true, not 3"),
        ({"wrong_length": 0}, "wrong_length.by: 0 would be the right length"),
        ("failed_background", "failed_background: is the error of a failed response: write `outcome: {failed: failed_background}`"),
        (3, "expected a fault by name, or a mapping of a name to its settings, not 3"),
    ],
)
def test_nonsense_is_refused_with_the_path_and_the_nearest_name(given_, said):
    with pytest.raises(Wrong) as caught:
        read_all(given_)
    assert str(caught.value) == said


def test_names_of_faults_and_keys_of_errors_are_disjoint():
    assert not {row.key for row in errors.catalogue()} & set(FAULTS)


def test_every_error_can_be_injected_by_its_key_or_says_where_it_belongs():
    for row in errors.catalogue():
        if row.faultable or "stream" in row.forms:
            assert read_one(row.key)
        else:
            with pytest.raises(Wrong, match="outcome"):
                read_one(row.key)


def test_settings_read_again_give_an_equal_setup():
    for setup in from_header("cut;after=6, delay;for=2s, stall;after=3;for=1s, split=7, keepalive, silence, refuse;status=429"):
        assert read_one(setup.NAME, setup.settings() or None) == setup
        assert list(from_header(str(setup))) == [setup]


def test_the_catalogue_lists_every_fault_with_its_settings():
    rows = {row["name"]: row for row in catalogue()}
    assert set(rows) == set(FAULTS)
    assert [setting["name"] for setting in rows["stall"]["settings"]] == ["after", "after_bytes", "for"]
    assert all(setting["type"] and setting["about"] for row in rows.values() for setting in row["settings"])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_header_breaks_the_reader(text):
    with suppress(Wrong):
        assert all(str(setup) for setup in from_header(text))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(faults.FAULTS)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)
def test_no_settings_break_the_reader(name, value):
    with suppress(Wrong):
        assert name == read_one(name, value).NAME
