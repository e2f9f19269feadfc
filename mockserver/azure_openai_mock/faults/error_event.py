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
        number = 0
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
                    yield Chunk(sse.frame(numbered(event, number)), numbered(event, number))
                    return
                number = _next_number(piece, number) if isinstance(piece, Chunk) else number
                yield piece


def _next_number(chunk: Chunk, number: int) -> int:
    for part in parts(chunk):
        if part.event is not None:
            number = part.event.get("sequence_number", number) + 1
    return number
