"""A body as a whole, for faults that must know its length before the head leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..wire.frames import Chunk, Frames, Head, Reset


@dataclass(slots=True)
class Whole:
    """An answer pulled to its end. `head` is None where the connection ended before it."""

    head: Head | None = None
    body: bytes = b""
    reset: Reset | None = None


async def collect(frames: Frames) -> Whole:
    """Pull everything: the work is done, and nothing has left."""
    whole, pieces = Whole(), []
    async for frame in frames:
        if isinstance(frame, Head):
            whole.head = frame
        elif isinstance(frame, Chunk):
            pieces.append(frame.data)
        else:
            whole.reset = frame
            break
    whole.body = b"".join(pieces)
    return whole


def with_header(head: Head, name: str, value: str | None) -> Head:
    """The head with that header (lower case) set, or without it for None; its place is kept."""
    given = [(key, old if key != name else value) for key, old in head.headers]
    if value is not None and head.header(name) is None:
        given.append((name, value))
    return replace(head, headers=tuple((key, text) for key, text in given if text is not None))


def sized(head: Head, length: int) -> Head:
    """The head promising that many bytes, where it promised any."""
    return head if head.header("content-length") is None else with_header(head, "content-length", str(length))
