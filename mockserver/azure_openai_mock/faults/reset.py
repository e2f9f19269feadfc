"""`reset`: the connection is reset in the middle of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Frames
from ..wire.frames import Reset as Ended
from .place import Here, Place
from .setup import COUNT, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Setup):
    """That much is delivered, then RST. An answer that is shorter than that is whole."""

    NAME = "reset"
    SHORT = "after"
    ABOUT = "delivers N events or bytes and then resets the connection (RST)"

    after: int = setting(COUNT, 0, about="events delivered before")
    after_bytes: int | None = setting(COUNT, None, about="body bytes delivered before, instead of events")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer's beginning."""
        place = Place(self.after, self.after_bytes)
        async for frame in frames:
            for piece in place.split(frame):
                if isinstance(piece, Here):
                    yield Ended(hard=True)
                    return
                yield piece
