"""`garble`: some bytes are not what was sent."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.chat import CHUNK
from ..wire.frames import Chunk, Frames, Head
from ..world import Dice
from .place import Pick, is_stream, merged, parts, without_event
from .setup import EVENT, POSITIVE, Setup, setting
from .stage import Stage

NOISE = bytes(range(0x80, 0x100))
"""What garbage is made of: continuation bytes and beginnings without an end, so that it is never UTF-8 for long and never a line end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Garble(Setup):
    """Law: as many bytes as before, and the frames still end where they ended."""

    NAME = "garble"
    SHORT = "bytes"
    ABOUT = "overwrites some bytes in the middle of the body (in a stream: of one event's data) with garbage"

    bytes_: int = setting(POSITIVE, 8, about="how many")
    event: str | None = setting(EVENT, None, about="in a stream: the type of the event; by default the first delta, or chunk")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer with a smear in it."""
        pick = Pick((self.event,) if self.event else ("*.delta", CHUNK), nth=1)
        stream = True
        for_body = True
        async for frame in frames:
            if isinstance(frame, Head):
                stream = is_stream(frame)
            if not isinstance(frame, Chunk):
                yield frame
            elif stream:
                for chunk in merged([self._event(part, stage.dice) if pick.takes(part) else part for part in parts(frame)]):
                    yield chunk
            else:
                yield Chunk(self._smeared(frame.data, 0, len(frame.data), stage.dice)) if for_body else frame
                for_body = False

    def _event(self, part: Chunk, dice: Dice) -> Chunk:
        begin = part.data.find(b"data:") + len(b"data: ")
        return without_event(part, self._smeared(part.data, begin, len(part.data.rstrip(b"\r\n")), dice))

    def _smeared(self, data: bytes, begin: int, end: int, dice: Dice) -> bytes:
        size = max(0, min(self.bytes_, end - begin))
        at = begin + (end - begin - size) // 2
        return data[:at] + bytes(dice.choice(NOISE) for _ in range(size)) + data[at + size :]
