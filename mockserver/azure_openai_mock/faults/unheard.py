"""`unheard`: it happened, and the client never heard: the connection is reset before the head."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Frames, Reset
from .body import collect
from .setup import Setup
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard(Setup):
    """Everything is pulled, then RST."""

    NAME = "unheard"
    ABOUT = "done and stored, and the connection is reset before the head"

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """A reset."""
        await collect(frames)
        yield Reset(hard=True)
