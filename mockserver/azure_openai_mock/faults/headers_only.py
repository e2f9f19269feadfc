"""`headers_only`: the head arrives, and nothing after it."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Frames, Head, Reset
from .setup import Setup
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadersOnly(Setup):
    """The work is done; the connection stays open in real time until the client leaves."""

    NAME = "headers_only"
    ABOUT = "the head arrives and the body never does; the connection stays open"

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The head."""
        async for frame in frames:
            if isinstance(frame, (Head, Reset)):
                yield frame
            if isinstance(frame, Reset):
                return
        await stage.for_ever()
