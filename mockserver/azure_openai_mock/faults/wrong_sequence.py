"""`wrong_sequence`: sequence numbers that do not count."""

from __future__ import annotations

from dataclasses import dataclass

from ..wire.frames import Chunk, Frames
from ..wire.types import Event
from .place import merged, numbered, parts, respelled
from .setup import COUNT, Setup, one_of, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSequence(Setup):
    """Law: the same events in the same order; only `sequence_number` differs, from the event after `after` on."""

    NAME = "wrong_sequence"
    SHORT = "how"
    ABOUT = "sequence numbers skip one, repeat one, begin again or are missing, from some event on"

    how: str = setting(one_of("skip", "repeat", "restart", "missing"), "skip", about="what is wrong with them")
    after: int = setting(COUNT, 2, about="events that are still right")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The stream with other numbers."""
        seen, first = 0, 0
        async for frame in frames:
            if not isinstance(frame, Chunk):
                yield frame
                continue
            said = []
            for part in parts(frame):
                if part.event is not None and "sequence_number" in part.event:
                    first = part.event["sequence_number"] if seen == self.after else first
                    said.append(respelled(part, self._changed(part.event, first)) if seen >= self.after else part)
                    seen += 1
                else:
                    said.append(part)
            for chunk in merged(said):
                yield chunk

    def _changed(self, event: Event, first: int) -> Event:
        if self.how == "missing":
            return {key: value for key, value in event.items() if key != "sequence_number"}
        shift = {"skip": 1, "repeat": -1, "restart": -first}[self.how]
        return numbered(event, event["sequence_number"] + shift)
