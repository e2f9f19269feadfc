"""`cut`: the connection is closed in the middle of the answer, without a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..wire.frames import Frames, Reset
from .place import Here, Place
from .setup import COUNT, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Setup):
    """That much is delivered, then FIN. An answer that is shorter than that is whole."""

    NAME = "cut"
    SHORT = "after"
    ABOUT = "delivers N events or bytes and then closes the connection (FIN), the answer unfinished"
    HARD: ClassVar[bool] = False
    """Whether the connection is reset rather than closed."""

    after: int = setting(COUNT, 0, about="events delivered before")
    after_bytes: int | None = setting(COUNT, None, about="body bytes delivered before, instead of events")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer's beginning."""
        place = Place(self.after, self.after_bytes)
        async for frame in frames:
            for piece in place.split(frame):
                if isinstance(piece, Here):
                    yield Reset(hard=self.HARD)
                    return
                yield piece
