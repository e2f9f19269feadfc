"""`truncate_json`: the transfer is in order, and the JSON in it is not whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..engine.grammar import TERMINAL
from ..wire.frames import Chunk, Frames, Head
from .body import collect, sized
from .place import Pick, is_stream, merged, parts, without_event
from .setup import EVENT, FRACTION, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class TruncateJson(Setup):
    """Lengths and frames are right: only a parser of JSON can tell."""

    NAME = "truncate_json"
    SHORT = "keep"
    ABOUT = "the body's JSON (in a stream: one event's) ends early, in a transfer that is in order"

    keep: float = setting(FRACTION, 0.5, about="how much of the JSON is left")
    event: str | None = setting(EVENT, None, about="in a stream: the type of the event; by default the terminal one")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer with one JSON text cut short."""
        pick = Pick((self.event,) if self.event else tuple(TERMINAL), nth=1)
        async for frame in frames:
            if isinstance(frame, Head) and not is_stream(frame):
                async for piece in self._body(frame, frames):
                    yield piece
                return
            if isinstance(frame, Chunk):
                torn = [self._torn(part) if pick.takes(part) else part for part in parts(frame)]
                for chunk in merged(torn):
                    yield chunk
            else:
                yield frame

    async def _body(self, head: Head, frames: Frames) -> Frames:
        rest = await collect(frames)
        left = self._short(rest.body)
        yield sized(head, len(left))
        if left:
            yield Chunk(left)
        if rest.reset:
            yield rest.reset

    def _torn(self, part: Chunk) -> Chunk:
        lines = [self._line(line) for line in _lines(part.data)]
        return without_event(part, b"".join(lines))

    def _line(self, line: bytes) -> bytes:
        if not line.startswith(b"data:"):
            return line
        said = line.rstrip(b"\r\n")
        return self._short(said, least=len(b"data: ")) + line[len(said) :]

    def _short(self, data: bytes, least: int = 0) -> bytes:
        """Never whole, never in the middle of a character."""
        end = min(least + int((len(data) - least) * self.keep), max(len(data) - 1, 0))
        while 0 < end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        return data[:end]


def _lines(data: bytes) -> Iterator[bytes]:
    yield from data.splitlines(keepends=True)
