"""`no_terminal`: the stream ends in good order, and never says how the response ended."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.grammar import TERMINAL
from ..wire import sse
from ..wire.frames import Chunk, Frames
from .place import Pick, merged, parts
from .setup import Setup
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTerminal(Setup):
    """Law: all other frames are as they were."""

    NAME = "no_terminal"
    ABOUT = "the stream ends without response.completed, .incomplete or .failed, of a chat completion without [DONE]"
    SOURCE = "reports of streams that stop without a word"

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream without its last word."""
        pick = Pick((*TERMINAL, sse.END["type"]))
        async for frame in frames:
            if isinstance(frame, Chunk):
                for chunk in merged([part for part in parts(frame) if not pick.takes(part)]):
                    yield chunk
            else:
                yield frame
