"""Chaos and latency of a scope: read from its settings once, kept until the settings change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..behaviour.book import Book, Decision
from ..behaviour.question import Question
from ..engine.turn import Pace
from ..store.protocol import Store
from ..world import Dice

if TYPE_CHECKING:
    from ..behaviour.chaos import Schedule
    from ..behaviour.latency import Latency

CALLS = "chaos/calls"
"""The store's counter of a scope's calls since chaos was last set."""


@dataclass(frozen=True, slots=True)
class Disorder:
    """What the settings `chaos` and `latency` amount to. `book` holds the rules of a named mode."""

    chaos: Any
    latency: Any
    schedule: Schedule | None
    book: Book | None
    pacing: Latency | None

    async def disturb(self, decision: Decision, question: Question, dice: Dice, store: Store, scope: str) -> Decision:
        """The decision with what chaos adds to this call: a mode's own rules where none spoke, then the schedule's faults outermost.

        The scope's calls are counted in the store, so that several processes play one schedule.
        """
        if self.book is not None:
            more = await self.book.decide(question, dice)
            decision = Decision(
                decision.say if decision.say is not None or decision.outcome is not None else more.say,
                decision.outcome or (more.outcome if decision.say is None else None),
                decision.pace or more.pace,
                (*decision.faults, *more.faults),
                (*decision.rules, *more.rules),
                (*decision.ids, *more.ids),
            )
        if self.schedule is None:
            return decision
        faults = self.schedule.faults_for(await store.tally(scope, CALLS, 1))
        return replace(decision, faults=(*decision.faults, *faults)) if faults else decision

    def pace(self, model: str, dice: Dice, effort: str | None) -> Pace | None:
        """How long the model takes, None where that is off."""
        return self.pacing.pace(model, dice, effort=effort) if self.pacing is not None else None


async def restart(store: Store, scope: str) -> None:
    """Count the scope's calls from 1 again: a schedule that is set begins at its first call."""
    await store.tally(scope, CALLS, -await store.tally(scope, CALLS, 0))


def read(chaos: Any, latency: Any, *, files: bool = False) -> Disorder | None:
    """What these settings amount to, None for nothing. Raises ValueError with the setting and what would do."""
    if chaos in (None, "off", False) and latency in (None, "off", False):
        return None
    from ..behaviour import chaos as disorderly
    from ..behaviour import latency as pacing
    from ..faults import Wrong

    named = disorderly.mode(chaos) if isinstance(chaos, str) and chaos in disorderly.modes() else None
    try:
        schedule = named.schedule if named is not None else None if chaos in (None, "off", False) else disorderly.read(chaos)
    except Wrong as wrong:
        raise wrong.under("chaos") from None
    book = Book(named.rules) if named is not None and named.rules else None
    taken = named.latency if named is not None and latency in (None, "off", False) else latency
    try:
        pace = pacing.read(taken, files=files)
    except Wrong as wrong:
        raise wrong.under("latency") from None
    return Disorder(chaos, latency, schedule, book, pace)
