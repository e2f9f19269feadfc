"""Where in an answer something happens: after so many events, after so many bytes, or at an event of some type.

Chunks may hold several events once they were merged; whoever looks for events looks at `parts`, and puts them together again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from ..wire import sse
from ..wire.frames import Chunk, Frame, Head, Reset
from ..wire.record import record
from ..wire.types import Event


class Here(Enum):
    """The place itself, among the frames around it."""

    HERE = "here"


@record(frozen=True, slots=True)
class Merged(Chunk):
    """Several frames in one piece of bytes; `event` is the last one's."""

    parts: tuple[Chunk, ...] = ()


def parts(chunk: Chunk) -> tuple[Chunk, ...]:
    """A chunk's single frames."""
    return chunk.parts if isinstance(chunk, Merged) else (chunk,)


def merged(pieces: Sequence[Chunk]) -> Iterator[Chunk]:
    """One chunk that holds them all; nothing for none."""
    if len(pieces) == 1:
        yield pieces[0]
    elif pieces:
        whole = tuple(pieces)
        yield Merged(b"".join(piece.data for piece in whole), whole[-1].event, whole)


def name_of(event: Event) -> str:
    """The type of a Responses event; a chunk of a chat completion goes by its `object`."""
    return str(event.get("type") or event.get("object") or "error")


def is_stream(head: Head) -> bool:
    """Whether server-sent events follow."""
    return (head.header("content-type") or "").startswith("text/event-stream")


def respelled(chunk: Chunk, event: Event) -> Chunk:
    """The chunk with another event in its place, its line ends and its form as they were."""
    data = (sse.frame if "type" in event else sse.unnamed)(event)
    return Chunk(data.replace(b"\n", b"\r\n") if b"\r\n" in chunk.data else data, event)


class Place:
    """A point of an answer, found once: `after` events or `after_bytes` of the body.

    In a body that is not a stream, `after` means before the body. An answer that is shorter has no such point.
    """

    __slots__ = ("_bytes", "_events", "_found")

    def __init__(self, after: int, after_bytes: int | None) -> None:
        self._events = after
        self._bytes = after_bytes
        self._found = False

    def split(self, frame: Frame) -> Iterator[Frame | Here]:
        """The frame, and the place where it lies in or right behind it."""
        if self._found or isinstance(frame, Reset):
            yield frame
        elif isinstance(frame, Head):
            if self._bytes is None and not is_stream(frame):
                self._bytes = 0
            yield frame
            yield from self._reached()
        else:
            yield from self._in_bytes(frame, self._bytes) if self._bytes is not None else self._in_events(frame)

    def _reached(self) -> Iterator[Here]:
        if (self._events if self._bytes is None else self._bytes) <= 0:
            self._found = True
            yield Here.HERE

    def _in_bytes(self, chunk: Chunk, left: int) -> Iterator[Frame | Here]:
        self._bytes = left - len(chunk.data)
        if self._bytes < 0:
            yield Chunk(chunk.data[:left])
            yield from self._reached()
            yield Chunk(chunk.data[left:], chunk.event)
        else:
            yield chunk
            yield from self._reached()

    def _in_events(self, chunk: Chunk) -> Iterator[Frame | Here]:
        pieces = parts(chunk)
        for index, piece in enumerate(pieces):
            self._events -= piece.event is not None
            if self._events <= 0:
                yield from merged(pieces[: index + 1])
                yield from self._reached()
                yield from merged(pieces[index + 1 :])
                return
        yield chunk


class Pick:
    """Chooses events: those of a type (`*` stands for any beginning or end), only the `nth` of them, only behind `after` events."""

    __slots__ = ("_after", "_nth", "_seen", "_types")

    def __init__(self, types: Sequence[str] = (), *, nth: int | None = None, after: int = 0) -> None:
        self._types = types
        self._nth = nth
        self._after = after
        self._seen = 0

    def takes(self, chunk: Chunk) -> bool:
        """Whether this one is chosen. Ask once for each chunk, in order."""
        if chunk.event is None:
            return False
        if self._after > 0:
            self._after -= 1
            return False
        if self._types and not any(_fits(pattern, name_of(chunk.event)) for pattern in self._types):
            return False
        self._seen += 1
        return self._nth is None or self._seen == self._nth


def _fits(pattern: str, name: str) -> bool:
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def numbered(event: Event, number: int) -> Event:
    """The event under another sequence number, its keys where they were."""
    return {**event, "sequence_number": number}


def without_event(chunk: Chunk, data: bytes) -> Chunk:
    """Other bytes that no longer say the event."""
    return replace(chunk, data=data, event=None) if type(chunk) is Chunk else Chunk(data)
