"""`trickle`: a few bytes at a time."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames
from .pieces import cut_at
from .setup import POSITIVE, SPAN, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Trickle(Setup):
    """Law: the bytes are the same, in the same order."""

    NAME = "trickle"
    SHORT = "bytes"
    ABOUT = "the body arrives a few bytes at a time, with a pause before each piece, on the scope's clock"

    bytes_: int = setting(POSITIVE, 16, about="size of a piece")
    pause: float = setting(SPAN, 0.005, about="pause before each piece")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer in small pieces."""
        async for frame in frames:
            if isinstance(frame, Chunk):
                for piece in cut_at(frame, range(self.bytes_, len(frame.data), self.bytes_)):
                    await stage.sleep(self.pause)
                    yield piece
            else:
                yield frame
