"""`merge`: several frames in one piece, as a buffering proxy sends them."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames, Head
from .place import is_stream, merged, parts
from .setup import POSITIVE, Reader, Setup, setting
from .stage import Stage


def _count(value: object) -> int | None:
    return None if value == "all" else POSITIVE.read(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Setup):
    """Law: the bytes are the same, in the same order. What is held leaves when the answer ends."""

    NAME = "merge"
    SHORT = "count"
    ABOUT = "sends frames of a stream together, N in one piece of bytes"

    count: int | None = setting(Reader("whole number from 1 | all", _count), 2, about="frames in one piece; `all` holds the whole stream")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream in fewer pieces."""
        held: list[Chunk] = []
        stream = True
        async for frame in frames:
            if isinstance(frame, Head):
                stream = is_stream(frame)
            if not stream or not isinstance(frame, Chunk):
                for chunk in merged(held):
                    yield chunk
                held = []
                yield frame
                continue
            held.extend(parts(frame))
            while self.count is not None and len(held) >= self.count:
                for chunk in merged(held[: self.count]):
                    yield chunk
                held = held[self.count :]
        for chunk in merged(held):
            yield chunk
