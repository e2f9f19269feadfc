"""Bytes in the store, in pieces, so that neither memory nor one row holds a whole file. A piece is a row under its owner's id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from ..store.protocol import Row, Store
from .uploads import PIECE

KIND = "blob"
TOGETHER = 16
"""Pieces that are written or dropped at a time."""


def _id(owner: str, number: int) -> str:
    return f"{owner}/{number}"


async def write(store: Store, scope: str, owner: str, pieces: Iterable[bytes], *, expires: float | None = None) -> int:
    """Keep the pieces, each of `PIECE` bytes but the last; how many bytes they were."""
    size, waiting = 0, []
    for number, piece in enumerate(pieces):
        waiting.append(store.put(Row(scope, KIND, _id(owner, number), piece, group=owner, expires=expires)))
        size += len(piece)
        if len(waiting) == TOGETHER:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    return size


async def read(store: Store, scope: str, owner: str, size: int) -> AsyncIterator[bytes]:
    """The pieces in order. They end early where someone deletes them meanwhile."""
    for number in range(_count(size)):
        row = await store.get(scope, KIND, _id(owner, number))
        if row is None:
            return
        yield row.body


async def copy(store: Store, scope: str, owner: str, other: str, size: int) -> None:
    """Keep the same bytes under another owner too."""
    number = 0
    async for piece in read(store, scope, owner, size):
        await store.put(Row(scope, KIND, _id(other, number), piece, group=other))
        number += 1


async def whole(store: Store, scope: str, owner: str, size: int) -> bytes:
    """All bytes at once."""
    return b"".join([piece async for piece in read(store, scope, owner, size)])


async def drop(store: Store, scope: str, owner: str, size: int) -> None:
    """Delete them."""
    numbers = range(_count(size))
    for start in range(0, len(numbers), TOGETHER):
        await asyncio.gather(*(store.delete(scope, KIND, _id(owner, number)) for number in numbers[start : start + TOGETHER]))


def _count(size: int) -> int:
    return -(-size // PIECE)
