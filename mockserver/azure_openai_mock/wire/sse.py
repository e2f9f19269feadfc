"""Server-sent events as recorded: of Responses `event: <type>`, `data: <compact JSON>`, a blank line, LF only and no `[DONE]`; of chat
completions `data: <compact JSON>` alone, and `data: [DONE]` in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from .types import Event


def frame(event: Event) -> bytes:
    """One event as one piece of bytes (some parsers lose an event that is split over two reads)."""
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), orjson.dumps(event))


def unnamed(event: Event) -> bytes:
    """One event without a name: a chunk of a chat completion."""
    return b"data: %b\n\n" % orjson.dumps(event)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a stream is spelled: each of its events, and the bytes in the end."""

    frame: Callable[[Event], bytes]
    end: bytes = b""


NAMED = Spelling(frame)
UNNAMED = Spelling(unnamed, b"data: [DONE]\n\n")
END: Event = {"type": "[DONE]"}
"""What the bytes in the end say, to whoever looks for events."""


def events(data: bytes) -> Iterator[Event]:
    """The events of a recorded stream. Comments and other fields are passed over; a frame cut short is not an event.

    Raises ValueError where a data line is not JSON.
    """
    for block in data.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]:
        lines = [line[5:].lstrip(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
        if lines and lines != [b"[DONE]"]:
            yield orjson.loads(b"\n".join(lines))
