"""`double`: an event arrives twice, under the same number."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames
from .place import Pick, parts
from .setup import EVENT, POSITIVE, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Double(Setup):
    """Law: all other frames are as they were."""

    NAME = "double"
    SHORT = "event"
    ABOUT = "events of a type arrive twice"

    event: str = setting(EVENT, about="the type, `*` for any beginning or end")
    nth: int | None = setting(POSITIVE, None, about="only the nth of them")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream with echoes in it."""
        pick = Pick((self.event,), nth=self.nth)
        async for frame in frames:
            if not isinstance(frame, Chunk):
                yield frame
                continue
            for part in parts(frame):
                yield part
                if pick.takes(part):
                    yield part
