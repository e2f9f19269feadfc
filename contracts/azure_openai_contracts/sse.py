"""Server-sent events, read as the standard says: the kit's own reading, so that it does not share the server's mistakes.

Lines end in LF, CRLF or CR; `data` lines of one frame are joined by LF; a frame that no blank line ends is not an event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_BOUNDARY = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it stood on the wire.

    `raw` are its bytes with the blank line (without it where the stream broke off), `at` is when its last byte came, in seconds after the
    request was sent, or None where nobody noted it. `whole` is False for the rest of a stream that broke off in the middle of a frame.
    """

    raw: bytes
    event: str | None = None
    data: str | None = None
    at: float | None = None
    whole: bool = True

    @property
    def is_comment(self) -> bool:
        """Whether the frame says nothing: a comment, or only fields that are not data."""
        return self.data is None

    def json(self) -> dict[str, Any] | None:
        """The data as a JSON object, or None where it is something else."""
        if self.data is None:
            return None
        try:
            value = json.loads(self.data)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


def frame_of(raw: bytes, at: float | None = None, *, cut: bool = False) -> Frame:
    """The frame that these bytes spell."""
    event: str | None = None
    data: list[str] = []
    for line in re.split(r"\r\n|\n|\r", raw.decode("utf-8", "replace")):
        name, _, value = line.partition(":")  # a comment has no name
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
    return Frame(raw, event, "\n".join(data) if data else None, at, not cut)


class Splitter:
    """Cuts bytes into frames as they come. What was fed and what came out are the same bytes in the same order."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes, at: float | None = None) -> Iterator[Frame]:
        """The frames that these bytes finish."""
        self._rest += data
        while True:
            match = _BOUNDARY.search(self._rest)
            if match is None or (match.end() == len(self._rest) and match.group().endswith(b"\r") and b"\n" in data):
                return
            raw, self._rest = self._rest[: match.end()], self._rest[match.end() :]
            yield frame_of(raw, at)

    def close(self, at: float | None = None) -> Iterator[Frame]:
        """What is left when the stream ended: at most one frame, cut off."""
        if self._rest:
            rest, self._rest = self._rest, b""
            yield frame_of(rest, at, cut=True)


def frames(data: bytes, times: Iterable[tuple[int, float]] = ()) -> list[Frame]:
    """The frames of a whole body. `times` are (bytes, seconds) pairs in order: so many bytes had come by then."""
    arrivals = list(times)
    if not arrivals:
        splitter = Splitter()
        return [*splitter.feed(data), *splitter.close()]
    out: list[Frame] = []
    splitter, start, last = Splitter(), 0, 0.0
    for size, at in arrivals:
        out.extend(splitter.feed(data[start : start + size], at))
        start, last = start + size, at
    out.extend(splitter.feed(data[start:], last))
    out.extend(splitter.close(last))
    return out
