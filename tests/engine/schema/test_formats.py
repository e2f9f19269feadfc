"""Formats are told apart from what only looks like them."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.engine.schema import formats
from azure_openai_mock.world import Dice


@given(st.datetimes())
def test_every_instant_is_a_date_time(moment: datetime) -> None:
    assert formats.holds("date-time", moment.isoformat() + "Z")
    assert formats.holds("date", moment.date().isoformat())
    assert formats.holds("time", moment.time().isoformat() + "+02:00")


@given(st.ip_addresses())
def test_every_address_is_one(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert formats.holds(f"ipv{address.version}", str(address))
    assert formats.holds(f"ipv{address.version}", address.exploded)


@given(st.text("0123456789abcf:.", max_size=20))
def test_what_is_no_address_is_none(text: str) -> None:
    for name, parse in (("ipv4", ipaddress.IPv4Address), ("ipv6", ipaddress.IPv6Address)):
        try:
            parse(text)
        except ValueError:
            assert not formats.holds(name, text)
        else:
            assert formats.holds(name, text)


@given(st.uuids())
def test_every_uuid_is_one(value: UUID) -> None:
    assert formats.holds("uuid", str(value))


@pytest.mark.parametrize(
    "name, text",
    [
        ("date", "2025-02-29"),
        ("date", "20250101"),
        ("date", "2025-13-01"),
        ("date", "٢٠٢٥-01-01"),
        ("time", "24:00:00Z"),
        ("time", "12:00:00"),
        ("date-time", "2025-01-01 12:00:00Z"),
        ("date-time", "2025-01-01T12:00:00"),
        ("duration", "P"),
        ("duration", "PT"),
        ("duration", "P1"),
        ("duration", "P1W1D"),
        ("email", "a@"),
        ("email", "@b"),
        ("email", "a b@c"),
        ("email", "a@b..c"),
        ("hostname", "-a"),
        ("hostname", "a_b"),
        ("hostname", "a" * 64),
        ("hostname", ""),
        ("ipv4", "1.2.3"),
        ("ipv4", "01.2.3.4"),
        ("ipv6", "1::2::3"),
        ("ipv6", ":::"),
        ("uuid", "0" * 32),
    ],
)
def test_near_misses_are_refused(name: str, text: str) -> None:
    assert not formats.holds(name, text)


@given(st.sampled_from(sorted(formats.CHECKS)), st.integers(0, 60), st.integers(0, 500))
def test_texts_of_a_format_are_of_it_and_of_the_length(name: str, least: int, vary: int) -> None:
    for text in formats.texts(name, Dice(1), least=least, most=least + 40, vary=vary):
        assert formats.holds(name, text)
        assert least <= len(text) <= least + 40


def test_the_typical_text_comes_first() -> None:
    assert formats.texts("date", Dice(1), least=0, most=None)[0] == "2025-01-15"
    assert date.fromisoformat("2025-01-15")
    assert time.fromisoformat(formats.TYPICAL["time"])


def test_an_unknown_format_says_nothing() -> None:
    assert formats.holds("colour", "anything")
