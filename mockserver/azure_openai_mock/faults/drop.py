"""`drop`: an event never arrives; the numbers of the others show the gap."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames
from .place import Pick, merged, parts
from .setup import EVENT, POSITIVE, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Setup):
    """Law: all other frames are as they were."""

    NAME = "drop"
    SHORT = "event"
    ABOUT = "events of a type never arrive"

    event: str = setting(EVENT, about="the type, `*` for any beginning or end")
    nth: int | None = setting(POSITIVE, None, about="only the nth of them")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream without them."""
        pick = Pick((self.event,), nth=self.nth)
        async for frame in frames:
            if isinstance(frame, Chunk):
                for chunk in merged([part for part in parts(frame) if not pick.takes(part)]):
                    yield chunk
            else:
                yield frame
