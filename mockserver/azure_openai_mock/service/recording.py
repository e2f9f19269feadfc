"""What left for one request, and when: the head, the pieces of the body, and how it ended. Filled while it leaves, read by whoever looks.

Times are seconds after the request began, in real time: what the client waited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from ..wire import json
from ..wire.types import Object

ANSWER = 1024 * 1024
"""Bytes of an answer that are kept; the rest is counted."""

End: TypeAlias = Literal["whole", "cut", "reset", "left"]
"""Finished properly; the connection closed early (FIN) or was reset (RST) on purpose; or the client left before the end."""

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class Recording:
    """One answer as it left."""

    __slots__ = ("end", "head", "headers", "kept", "pieces", "room", "size", "status")

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.head: float | None = None
        self.pieces: list[tuple[float, bytes]] = []
        self.size = 0
        self.kept = 0
        self.room = ANSWER
        self.end: tuple[float, End] | None = None

    def begin(self, at: float, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """The head left."""
        self.head, self.status, self.headers = at, status, headers

    def add(self, at: float, data: bytes) -> None:
        """A piece of the body left."""
        self.size += len(data)
        if self.room > 0:
            piece = data[: self.room]
            self.pieces.append((at, piece))
            self.kept += len(piece)
            self.room -= len(piece)

    def finish(self, at: float, how: End) -> None:
        """Nothing more will leave; the first word on how counts."""
        if self.end is None:
            self.end = (at, how)

    def forget(self) -> None:
        """Let the body's bytes go, those to come too; sizes, times of head and end, and headers stay."""
        self.pieces = []
        self.kept = self.room = 0

    def shown(self) -> Object:
        """All of it for a reader. A stream has `events`, any other body `body` (JSON) or `text`; times are in milliseconds."""
        headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in self.headers]
        told: Object = {
            "status": self.status,
            "headers": headers,
            "began_ms": _ms(self.head),
            "bytes": self.size,
            "bytes_kept": self.kept,
            "end": self.end[1] if self.end is not None else None,
            "end_ms": _ms(self.end[0]) if self.end is not None else None,
            "pieces": [{"at_ms": _ms(at), "bytes": len(data)} for at, data in self.pieces],
        }
        if dict(headers).get("content-type", "").startswith("text/event-stream"):
            return {**told, "events": list(self._events())}
        data = b"".join(data for _, data in self.pieces)
        value = _value(data) if self.kept == self.size else None
        return {**told, "body": value} if value is not None else {**told, "text": data.decode("utf-8", "replace")}

    def _events(self) -> Iterator[Object]:
        """The stream's frames, each at the time at which its last byte left; what is no event is given as it stands."""
        data = b"".join(data for _, data in self.pieces)
        ends = _running([len(data) for _, data in self.pieces])
        begin = number = 0
        for blank in [*_BLANK_LINE.finditer(data), None]:
            end = blank.end() if blank is not None else len(data)
            while number < len(ends) - 1 and ends[number] < end:
                number += 1
            if end > begin:
                yield {"at_ms": _ms(self.pieces[number][0]), "bytes": end - begin, **_event(data[begin:end], whole=blank is not None)}
            begin = end


def _running(sizes: list[int]) -> list[int]:
    total, sums = 0, []
    for size in sizes:
        total += size
        sums.append(total)
    return sums


def _event(frame: bytes, *, whole: bool) -> Object:
    """One frame: `type` and `data` of an event, `raw` of anything else. `broken` where the frame does not end."""
    lines = frame.splitlines()
    said = b"\n".join(line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:"))
    named = next((line[6:].strip().decode("utf-8", "replace") for line in lines if line.startswith(b"event:")), None)
    value = _value(said) if whole else None
    if value is None:
        return {"type": named, "raw": frame.decode("utf-8", "replace").strip("\r\n"), **({} if whole else {"broken": True})}
    kind = value.get("type") or value.get("object") if isinstance(value, dict) else None
    return {"type": named or kind, "data": value}


def _value(data: bytes) -> Any:
    """The JSON value; None where it is none, or nests too deep to be read."""
    if not data or json.depth_exceeds(data):
        return None
    try:
        return json.loads(data)
    except ValueError:
        return None


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
