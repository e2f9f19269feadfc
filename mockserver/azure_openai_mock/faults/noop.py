"""`noop`: nothing happens. The identity of composition."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Frames
from .setup import Setup
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Noop(Setup):
    """Law: chained anywhere, it changes nothing."""

    NAME = "noop"
    ABOUT = "nothing happens"

    def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer itself."""
        return frames
