"""A log: events with due times. Everything that a client can ask for is a view of one.

Times are seconds after the turn began; `started` is that moment on the scope's clock.
"""

from __future__ import annotations

from ..wire.record import record
from ..wire.types import Event, Response
from .fold import Fold


@record(frozen=True, slots=True)
class Log:
    """`entries` are `(due, event)` in order; `response` is what the whole log folds to."""

    entries: tuple[tuple[float, Event], ...]
    response: Response
    started: float

    @property
    def end(self) -> float:
        """When the last entry is due, in seconds after the start."""
        return self.entries[-1][0]

    def after(self, number: int) -> tuple[tuple[float, Event], ...]:
        """The entries behind the event of that sequence number; all of them for -1."""
        return self.entries[number + 1 :]

    def body(self, now: float) -> Response:
        """What a reader sees at `now` (Unix seconds): the fold of what is due by then."""
        elapsed = now - self.started
        if elapsed >= self.end:
            return self.response
        state = Fold()
        for due, event in self.entries:
            if due > elapsed:
                break
            state.feed(event)
        return state.response or self.entries[0][1]["response"]

    def cut(self, moment: float, envelope: Response) -> Log:
        """The log of a run cancelled `moment` seconds after its start: its stream just ends, its body shows no output (recorded)."""
        entries = tuple(entry for entry in self.entries if entry[0] <= moment) or self.entries[:1]
        return Log(entries, {**envelope, "status": "cancelled"}, self.started)
