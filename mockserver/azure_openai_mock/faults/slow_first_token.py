"""`slow_first_token`: the stream opens at once, and then the model thinks."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames, Head
from .place import Pick, is_stream, parts
from .setup import SPAN, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowFirstToken(Setup):
    """A body that is not a stream waits as a whole."""

    NAME = "slow_first_token"
    SHORT = "for"
    ABOUT = "waits on the scope's clock before the first delta; a body that is not a stream waits as a whole"
    SOURCE = "reports of slow first tokens, of reasoning models above all"

    for_: float = setting(SPAN, 2.0, about="how long")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer with one wait in it."""
        first = Pick(("*.delta",), nth=1)
        async for frame in frames:
            waits = isinstance(frame, Head) and not is_stream(frame)
            waits = waits or (isinstance(frame, Chunk) and any(first.takes(part) for part in parts(frame)))
            if waits:
                await stage.sleep(self.for_)
            yield frame
