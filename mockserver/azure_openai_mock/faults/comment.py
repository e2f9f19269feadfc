"""`comment`: comment frames between the events, as gateways send them to keep a connection alive."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames, Head
from .place import is_stream, merged, parts
from .setup import LINE, POSITIVE, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Setup):
    """Law: the events are the same."""

    NAME = "comment"
    SHORT = "text"
    ABOUT = "comment frames between the events of a stream"

    text: str = setting(LINE, "ping", about="what the comment says")
    every: int = setting(POSITIVE, 1, about="events between two comments")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream with comments in it."""
        remark = Chunk(b": %b\n\n" % self.text.encode(errors="replace"))
        stream, seen = True, 0
        async for frame in frames:
            if isinstance(frame, Head):
                stream = is_stream(frame)
            if not stream or not isinstance(frame, Chunk):
                yield frame
                continue
            said: list[Chunk] = []
            for part in parts(frame):
                said.append(part)
                seen += part.event is not None
                if part.event is not None and seen % self.every == 0:
                    said.append(remark)
            for chunk in merged(said) if len(parts(frame)) > 1 else said:
                yield chunk
