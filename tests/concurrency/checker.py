"""Whether a history of concurrent operations on one response could have come from one that does them one at a time.

The search is that of Wing and Gong with Lowe's memory: among the operations that may come first (those that began before any other of the
rest returned), try each whose answer fits the state, and never try the same rest in the same state twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

ABSENT, RUNNING, CANCELLED, DELETED = "absent", "running", "cancelled", "deleted"
MISSING = "missing"

CREATED, CHAINED = "created", "chained"
SHOWN = {RUNNING: "running", CANCELLED: "cancelled"}
"""What a look at a response in that state says."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asked (`create`, `get`, `cancel`, `delete`, `chain`), when, and what it heard.

    `heard` is None where it heard nothing, or that the service was away: the operation was done at any time from then on, or never, and
    `returned` is infinite.
    """

    asked: str
    heard: str | None
    began: float
    returned: float = inf


def after(state: str, asked: str) -> tuple[str, str]:
    """The state after an operation on a response in that state, and what is heard of it."""
    if asked == "create":
        return RUNNING, CREATED
    if state not in SHOWN:
        return state, MISSING
    if asked == "get":
        return state, SHOWN[state]
    if asked == "chain":
        return state, CHAINED
    return (CANCELLED, "cancelled") if asked == "cancel" else (DELETED, "deleted")


def linearizable(history: Sequence[Operation], step: Callable[[str, str], tuple[str, str]] = after, start: str = ABSENT) -> bool:
    """Whether some order explains all that was heard, in which an operation that returned before another began comes before it."""
    operations = sorted(history, key=lambda operation: operation.began)
    must = sum(1 << index for index, operation in enumerate(operations) if operation.heard is not None)
    seen: set[tuple[int, str]] = set()
    waiting = [((1 << len(operations)) - 1, start)]
    while waiting:
        rest, state = waiting.pop()
        if not rest & must:
            return True
        if (rest, state) in seen:
            continue
        seen.add((rest, state))
        first_return = min(operation.returned for index, operation in enumerate(operations) if rest >> index & 1)
        for index, operation in enumerate(operations):
            if operation.began > first_return:
                break
            if rest >> index & 1:
                then, heard = step(state, operation.asked)
                if operation.heard in (None, heard):
                    waiting.append((rest & ~(1 << index), then))
    return False
