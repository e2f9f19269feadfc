"""Server-sent events as recorded: `event: <type>`, `data: <compact JSON>`, a blank line; LF only, no `[DONE]`."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from .types import Event


def frame(event: Event) -> bytes:
    """One event as one piece of bytes (some parsers lose an event that is split over two reads)."""
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), orjson.dumps(event))


def events(data: bytes) -> Iterator[Event]:
    """The events of a recorded stream. Comments and other fields are passed over; a frame cut short is not an event.

    Raises ValueError where a data line is not JSON.
    """
    for block in data.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]:
        lines = [line[5:].lstrip(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
        if lines and lines != [b"[DONE]"]:
            yield orjson.loads(b"\n".join(lines))
