"""`stall`: the answer stops in the middle, in real time, and goes on."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Frames
from .place import Here, Place
from .setup import COUNT, SPAN, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Setup):
    """Every byte arrives, some of them late."""

    NAME = "stall"
    SHORT = "for"
    ABOUT = "stops after N events or bytes, in real time, and goes on"

    after: int = setting(COUNT, 0, about="events delivered before")
    after_bytes: int | None = setting(COUNT, None, about="body bytes delivered before, instead of events")
    for_: float = setting(SPAN, 5.0, about="how long, in real time")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer, interrupted."""
        place = Place(self.after, self.after_bytes)
        async for frame in frames:
            for piece in place.split(frame):
                if isinstance(piece, Here):
                    await stage.stall(self.for_)
                else:
                    yield piece
