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
        stream, ended = True, b""
        async for frame in frames:
            if isinstance(frame, Head):
                stream = is_stream(frame)
            if not stream or not isinstance(frame, Chunk):
                yield frame
                continue
            written = []
            for part in parts(frame):
                written.append(_rewritten(part, ended))
                ended = part.data[-1:]
            for chunk in merged(written):
                yield chunk


def _rewritten(part: Chunk, ended: bytes) -> Chunk:
    """The part with CR LF for every LF; `ended` is the byte before it, for a pair may be split over two parts."""
    kept = b"\n" if ended == b"\r" and part.data.startswith(b"\n") else b""
    rest = part.data[len(kept) :].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return Chunk(kept + rest, part.event)
