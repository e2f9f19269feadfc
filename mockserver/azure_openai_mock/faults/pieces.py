"""Bytes in other pieces than they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from ..wire.frames import Chunk


def cut_at(chunk: Chunk, points: Iterable[int]) -> Iterator[Chunk]:
    """The chunk cut at these ascending points inside it; its event is said by the last piece."""
    inside = [point for point in points if 0 < point < len(chunk.data)]
    if not inside:
        yield chunk
        return
    for begin, end in pairwise([0, *inside]):
        yield Chunk(chunk.data[begin:end])
    yield Chunk(chunk.data[inside[-1] :], chunk.event)
