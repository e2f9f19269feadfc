"""`keepalive`: the event that the service sends while nothing else happens. It takes a sequence number, so the later ones move up."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire import sse
from ..wire.frames import Chunk, Frames
from .place import merged, numbered, parts, respelled
from .setup import COUNT, POSITIVE, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepalive(Setup):
    """Law: sequence numbers stay contiguous."""

    NAME = "keepalive"
    SHORT = "after"
    ABOUT = "a keepalive event after N events, and again every M; it takes a sequence number"
    SOURCE = "recorded traffic (one stream)"
    CONFIDENCE = "recorded"

    after: int = setting(COUNT, 2, about="events before the first one")
    every: int | None = setting(POSITIVE, None, about="events between two; by default there is only one")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream with keepalives in it."""
        seen = sent = 0
        async for frame in frames:
            if not isinstance(frame, Chunk):
                yield frame
                continue
            said: list[Chunk] = []
            for part in parts(frame):
                if part.event is None or "sequence_number" not in part.event:
                    said.append(part)
                    continue
                number = part.event["sequence_number"]
                if self._due(seen):
                    said.append(Chunk(sse.frame({"type": "keepalive", "sequence_number": number + sent})))
                    sent += 1
                said.append(respelled(part, numbered(part.event, number + sent)) if sent else part)
                seen += 1
            for chunk in merged(said) if len(parts(frame)) > 1 else said:
                yield chunk

    def _due(self, seen: int) -> bool:
        if self.every is None:
            return seen == self.after
        return seen >= self.after and (seen - self.after) % self.every == 0
