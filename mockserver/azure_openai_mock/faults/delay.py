"""`delay`: the request takes its time to arrive. Nothing is done before the time is over."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Frames
from .setup import SPAN, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Setup):
    """Waits before it pulls."""

    NAME = "delay"
    SHORT = "for"
    ABOUT = "waits on the scope's clock before anything is done"

    for_: float = setting(SPAN, about="how long")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer, later."""
        await stage.sleep(self.for_)
        async for frame in frames:
            yield frame
