"""What only the store in memory could get wrong: it must not grow by what it no longer holds."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest

from azure_openai_mock.store.fleeting import MOST_COUNTERS, MOST_LOGS, Fleeting
from azure_openai_mock.store.memory import MemoryStore
from azure_openai_mock.store.protocol import Row

ROWS = 1_500
LEFT = 64 * 1024
"""Bytes that may be left of all these rows: the numbers of their order alone would be more."""


async def expire(store: MemoryStore, group: str) -> None:
    for number in range(ROWS):
        await store.put(Row("scope", "kind", f"{group} {number}", b"", group=group, expires=1.0))
    assert await store.sweep("scope", 1.0) == ROWS


async def delete(store: MemoryStore, group: str) -> None:
    for number in range(ROWS):
        await store.put(Row("scope", "kind", f"{group} {number}", b"", group=group))
        await store.delete("scope", "kind", f"{group} {number}")
    assert await store.sweep("scope", 0.0) == ROWS


async def fill_a_scope(store: MemoryStore, group: str) -> None:
    for number in range(ROWS):
        await store.put(Row(f"{group} {number}", "kind", "one", b""))
        await store.delete(f"{group} {number}", "kind", "one")
        assert await store.sweep(f"{group} {number}", 0.0) == 1


async def ask_in_vain(store: MemoryStore, group: str) -> None:
    for number in range(ROWS):
        name = f"{group} {number}"
        assert await store.get(name, name, name) is None
        assert not await store.delete(name, name, name)
        assert await store.page(name, name) == await store.lineage(name, name, name) == []
        assert await store.sweep(name, 0.0) == 0
        assert await store.count(name) == {}


@pytest.mark.parametrize("once", [expire, delete, fill_a_scope, ask_in_vain])
def test_what_is_gone_takes_no_room(once: Callable[[MemoryStore, str], Awaitable[None]]) -> None:
    async def held(store: MemoryStore, *times: str) -> int:
        for time in times:
            await once(store, time)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    async def grown() -> int:
        store = MemoryStore()
        await store.put(Row("scope", "kind", "stays", b""))
        before = await held(store, "first", "second")
        return await held(store, "third", "fourth", "fifth") - before

    tracemalloc.start()
    try:
        assert asyncio.run(grown()) < LEFT
    finally:
        tracemalloc.stop()


def test_logs_are_bounded_and_the_one_untouched_for_longest_goes() -> None:
    kept = Fleeting()
    for number in range(MOST_LOGS):
        kept.append("scope", str(number), b"entry", keep=1)
    assert kept.read("scope", "0") == [b"entry"], "as many as there may be"
    kept.append("scope", "0", b"again", keep=1)
    kept.append("scope", "one more", b"entry", keep=1)
    assert kept.read("scope", "1") == []
    assert (kept.read("scope", "0"), kept.read("scope", "2")) == ([b"again"], [b"entry"])


def test_counters_are_bounded_and_the_one_untouched_for_longest_goes() -> None:
    kept = Fleeting()
    for number in range(MOST_COUNTERS):
        kept.tally("scope", str(number), 7, window=None, now=0.0)
    assert kept.tally("scope", "0", 1, window=None, now=0.0) == 8, "as many as there may be"
    kept.tally("scope", "one more", 7, window=None, now=0.0)
    assert kept.tally("scope", "2", 1, window=None, now=0.0) == 8
    assert kept.tally("scope", "1", 1, window=None, now=0.0) == 1
