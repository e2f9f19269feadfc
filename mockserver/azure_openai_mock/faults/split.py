"""`split`: pieces that end where no parser expects it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..wire.frames import Chunk, Frames
from .pieces import cut_at
from .place import parts
from .setup import POSITIVE as SIZE
from .setup import SPAN, Reader, Setup, one_of, setting
from .stage import Stage

_WORD = one_of("character", "field")


def _where(value: object) -> str | int:
    return _WORD.read(value) if isinstance(value, str) and not value.isdecimal() else SIZE.read(value)


WHERE: Reader[str | int] = Reader("character | field | whole number from 1", _where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Setup):
    """Law: the bytes are the same, in the same order."""

    NAME = "split"
    SHORT = "at"
    ABOUT = "cuts frames inside a UTF-8 character, inside a field's name, or every N bytes"

    at: str | int = setting(WHERE, "character", about="inside the first character of several bytes, inside field names, or every N bytes")
    pause: float = setting(SPAN, 0.0, about="pause between the pieces, on the scope's clock")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer in other pieces."""
        async for frame in frames:
            if not isinstance(frame, Chunk):
                yield frame
                continue
            for part in parts(frame):
                for index, piece in enumerate(cut_at(part, self._points(part.data))):
                    if index and self.pause:
                        await stage.sleep(self.pause)
                    yield piece

    def _points(self, data: bytes) -> Iterable[int]:
        if isinstance(self.at, int):
            return range(self.at, len(data), self.at)
        return _in_character(data) if self.at == "character" else _in_fields(data)


def _in_character(data: bytes) -> list[int]:
    return next(([index + 1] for index, byte in enumerate(data) if byte >= 0xC0), [])


def _in_fields(data: bytes) -> list[int]:
    """Inside `event` and `data`; in a body that has no such lines, inside its first word."""
    points = [2] if data.startswith((b"event:", b"data:")) else []
    if (line := data.find(b"\ndata:")) >= 0:
        points.append(line + 3)
    return points or [data.find(b'"') + 2]
