"""`swap`: an event arrives behind the one that follows it."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames
from .place import Pick, parts
from .setup import EVENT, POSITIVE, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(Setup):
    """Law: the same frames; only the chosen one and its follower have changed places. The last event has no follower."""

    NAME = "swap"
    SHORT = "event"
    ABOUT = "an event changes places with the one that follows it"

    event: str = setting(EVENT, about="the type, `*` for any beginning or end")
    nth: int | None = setting(POSITIVE, 1, about="the nth of them; null for each")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream with two events the wrong way round."""
        pick = Pick((self.event,), nth=self.nth)
        held: Chunk | None = None
        async for frame in frames:
            if not isinstance(frame, Chunk):
                if held is not None:
                    yield held
                    held = None
                yield frame
                continue
            for part in parts(frame):
                taken = pick.takes(part)
                if held is None and taken:
                    held = part
                    continue
                yield part
                if held is not None and part.event is not None:
                    yield held
                    held = None
        if held is not None:
            yield held
