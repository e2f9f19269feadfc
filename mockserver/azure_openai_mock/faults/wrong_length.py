"""`wrong_length`: the head promises another number of bytes than follow."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames, Reset
from .body import collect, with_header
from .setup import WHOLE, Setup, setting
from .stage import Stage
from .wrong import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLength(Setup):
    """Too long: the client waits for bytes that never come, and the connection closes. Too short: the body's end is lost.

    A stream is held until its length is known, as a proxy would that adds one.
    """

    NAME = "wrong_length"
    SHORT = "by"
    ABOUT = "content-length is too long (or, below zero, too short) by N bytes; then the connection closes"

    by: int = setting(WHOLE, 16, about="bytes promised beyond what follows; below zero for too few")

    def __post_init__(self) -> None:
        if self.by == 0:
            raise Wrong("0 would be the right length", "by")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The whole answer under a head that is wrong about it."""
        whole = await collect(frames)
        if whole.head is not None:
            yield with_header(whole.head, "content-length", str(max(0, len(whole.body) + self.by)))
            if whole.body:
                yield Chunk(whole.body)
        yield whole.reset or Reset(hard=False)
