"""`silence`: done and stored, never answered."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Frames
from .body import collect
from .setup import Setup
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Setup):
    """Everything is pulled, nothing leaves; the connection stays open in real time until the client leaves."""

    NAME = "silence"
    ABOUT = "done and stored, never answered: the client waits until it gives up"

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """Nothing."""
        whole = await collect(frames)
        await stage.for_ever()
        if whole.reset:
            yield whole.reset
