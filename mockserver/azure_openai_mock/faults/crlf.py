"""`crlf`: line ends of a stream are CR LF, which its format allows and the service never sends."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames, Head
from .place import is_stream, merged, parts
from .setup import Setup
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Crlf(Setup):
    """A body that is not a stream stays as it is."""

    NAME = "crlf"
    ABOUT = "a stream's lines end in CR LF, as proxies rewrite them"

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream with other line ends."""
        stream = True
        async for frame in frames:
            if isinstance(frame, Head):
                stream = is_stream(frame)
            if stream and isinstance(frame, Chunk):
                for chunk in merged([_rewritten(part) for part in parts(frame)]):
                    yield chunk
            else:
                yield frame


def _rewritten(part: Chunk) -> Chunk:
    return Chunk(part.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), part.event)
