"""Time, chance and identity are given."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.world import Clock, Dice, Minter, World, alphanumeric, instant_of, uuid_of

ID = re.compile(r"resp_[0-9a-f]{16}00[0-9a-f]{8}[0-9a-f]{4}81[0-9]{2}[0-9a-f]{16}")


def test_a_frozen_clock_stands_until_it_is_advanced() -> None:
    clock = World.fixed(at=100.0).clock
    assert clock.frozen
    assert clock.now() == 100.0
    clock.advance(30)
    assert clock.now() == 130.0


def test_a_running_clock_keeps_its_offset() -> None:
    real = [1000.0]
    clock = Clock(lambda: real[0])
    clock.advance(50)
    real[0] += 1
    assert clock.now() == 1051.0
    clock.freeze()
    real[0] += 10
    assert clock.now() == 1051.0
    clock.thaw()
    real[0] += 1
    assert clock.now() == 1052.0


def test_setting_the_clock_works_frozen_and_running() -> None:
    clock = Clock(lambda: 10.0)
    clock.set(500.0)
    assert clock.now() == 500.0
    clock.freeze()
    clock.set(400.0)
    assert clock.now() == 400.0


def test_advancing_wakes_who_sleeps_on_a_frozen_clock() -> None:
    async def main() -> list[str]:
        clock = Clock(frozen_at=0.0)
        told: list[str] = []

        async def sleeper(name: str, due: float) -> None:
            await clock.sleep_until(due)
            told.append(name)

        tasks = [asyncio.create_task(sleeper("late", 20)), asyncio.create_task(sleeper("early", 10))]
        await asyncio.sleep(0)
        assert clock.sleeping
        clock.advance(10)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert told == ["early"]
        clock.advance(10)
        await asyncio.gather(*tasks)
        assert not clock.sleeping
        return told

    assert asyncio.run(main()) == ["early", "late"]


def test_another_process_shows_the_same_time() -> None:
    here, there = Clock(lambda: 10.0), Clock(lambda: 10.0)
    here.advance(5)
    here.freeze()
    there.restore(*here.state())
    assert there.now() == here.now()
    assert there.frozen


@given(st.integers())
def test_the_same_seed_gives_the_same_draws(seed: int) -> None:
    one, two = Dice(seed), Dice(seed)
    assert [one.bits(), one.integer(6), one.chance(), one.choice("abc")] == [two.bits(), two.integer(6), two.chance(), two.choice("abc")]


def test_a_fork_does_not_move_the_other() -> None:
    dice, same = Dice(7), Dice(7)
    dice.fork("aside").bits()
    assert dice.bits() == same.bits()
    assert Dice(7).fork("a").bits() != Dice(7).fork("b").bits()


@given(st.integers(0, 2**128 - 1), st.floats(1.6e9, 2e9))
def test_ids_have_the_recorded_form_and_share_their_chain(seed: int, at: float) -> None:
    minter = Minter("0123456789abcdef", seed.to_bytes(16, "big"), at)
    first, second = minter.id("resp", 0), minter.id("resp", 1)
    assert ID.fullmatch(first)
    assert first != second
    assert first[:23] == second[:23]
    assert int(first[23:31], 16) == int(at)
    assert int(first[31:35], 16) % 4 == 0
    assert re.fullmatch(r"call_[0-9A-Za-z]{24}", minter.call_id(3))
    assert re.fullmatch(r"cntr_[0-9a-f]{48}", minter.opaque("cntr", 1, 48))


def test_a_uuid_is_one_of_version_four() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid_of(bytes(range(16))))
    assert alphanumeric(b"\x00", 4) == "0000"


@pytest.mark.parametrize(
    ("given_", "meant"), [(5, 5.0), ("1970-01-02", 86400.0), ("1970-01-01T01:00:00+01:00", 0.0), ("1970-01-01T00:00:01Z", 1.0)]
)
def test_an_instant_is_seconds_or_iso_8601(given_: object, meant: float) -> None:
    assert instant_of(given_) == meant


@pytest.mark.parametrize("given_", ["tomorrow", None, True, {}])
def test_anything_else_is_no_instant(given_: object) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        instant_of(given_)
