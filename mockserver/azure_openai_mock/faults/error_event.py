"""`error_event`: the service breaks off a stream with an `error` event. The row in the store is complete; only the wire ends."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire import sse
from ..wire.frames import Chunk, Frames, Head
from .body import collect
from .place import Here, Place, is_stream, numbered, parts
from .setup import COUNT, STREAM_ERROR, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent(Setup):
    """In a body that is not a stream, the error takes the body's place, after the work was done."""

    NAME = "error_event"
    SHORT = "key"
    ABOUT = "delivers N events, then an error event in the nested form, and ends"
    SOURCE = "documentation of streaming errors; recorded traffic (one stream)"
    CONFIDENCE = "documented"

    after: int = setting(COUNT, 2, about="events delivered before")
    key: str = setting(STREAM_ERROR, "server_error", about="a key of the error catalogue")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream's beginning and the error; or the error alone."""
        place = Place(self.after, None)
        number, chat = 0, False
        async for frame in frames:
            if isinstance(frame, Head) and not is_stream(frame):
                await collect(frames)
                head, body = stage.render(self.key)
                yield head
                yield Chunk(body)
                return
            for piece in place.split(frame):
                if isinstance(piece, Here):
                    event = stage.stream_error(self.key)
                    event = {"error": event["error"]} if chat else numbered(event, number)
                    yield Chunk((sse.unnamed if chat else sse.frame)(event), event)
                    return
                if isinstance(piece, Chunk):
                    number = _next_number(piece, number)
                    chat = chat or any(part.event is not None and "type" not in part.event for part in parts(piece))
                yield piece


def _next_number(chunk: Chunk, number: int) -> int:
    for part in parts(chunk):
        if part.event is not None:
            number = part.event.get("sequence_number", number) + 1
    return number
