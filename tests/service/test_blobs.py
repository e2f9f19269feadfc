"""Bytes in pieces: what was written is read, copied and dropped, on every store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from azure_openai_mock.service import blobs
from azure_openai_mock.service.uploads import PIECE
from azure_openai_mock.store.memory import MemoryStore
from azure_openai_mock.store.protocol import Store
from azure_openai_mock.store.sqlite import SqliteStore


def on(store: Store, act: Callable[[Store], Awaitable[None]]) -> None:
    async def run() -> None:
        await store.open()
        try:
            await act(store)
        finally:
            await store.close()

    asyncio.run(run())


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "blobs.sqlite3")


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 40 * PIECE + 7])
def test_what_was_written_is_read_copied_and_dropped(store: Store, size: int) -> None:
    data = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
    data = data[:size]
    pieces = [data[start : start + PIECE] for start in range(0, size, PIECE)]

    async def act(store: Store) -> None:
        assert await blobs.write(store, "s", "one", pieces) == size
        await blobs.copy(store, "s", "one", "two", size)
        await blobs.drop(store, "s", "one", size)
        assert await blobs.whole(store, "s", "one", size) == b""
        assert await blobs.whole(store, "s", "two", size) == data
        assert (await store.count("s")).get("blob", 0) == len(pieces)

    on(store, act)


def test_pieces_expire_with_their_file(store: Store) -> None:
    async def act(store: Store) -> None:
        await blobs.write(store, "s", "one", [b"x"], expires=100.0)
        await store.sweep("s", 99.0)
        assert await blobs.whole(store, "s", "one", 1) == b"x"
        await store.sweep("s", 100.0)
        assert await blobs.whole(store, "s", "one", 1) == b""

    on(store, act)
