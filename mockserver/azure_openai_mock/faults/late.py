"""`late`: done and stored in time, and answered after the client has stopped waiting."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames
from .body import collect
from .setup import SPAN, Setup, setting
from .stage import Stage

UNANNOUNCED = 5.0
"""Seconds to wait for a client that did not announce its timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late(Setup):
    """By default it waits half a second more than the timeout that the client announced."""

    NAME = "late"
    SHORT = "for"
    ABOUT = "done and stored, answered in real time after the client's timeout"

    for_: float | None = setting(SPAN, None, about="how long; by default the client's announced timeout and half a second")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The whole answer, too late."""
        whole = await collect(frames)
        announced = UNANNOUNCED if stage.client_timeout is None else stage.client_timeout + 0.5
        await stage.stall(announced if self.for_ is None else self.for_)
        if whole.head is not None:
            yield whole.head
        if whole.body:
            yield Chunk(whole.body)
        if whole.reset is not None:
            yield whole.reset
