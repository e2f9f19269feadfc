"""A cassette as a behaviour: what was asked is answered as it was recorded, and the rest is refused.

A request fits a recording that asks the same (see `recorded/asked.py`): ids play no part, so the server mints its own and a chain goes on
as it was recorded. Of several recordings that ask the same, each use tells the next, and the last one stays. Rules are newer than any
recording: what a rule says wins, and its faults lie around what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ..wire import json
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from .book import NOTHING, Decision, Spend
from .recorded import asked, recordings
from .recorded.recordings import Recording, Recordings

SHOWN = 160
"""Characters of a value that a hint shows."""
COMPARED = 1_000
"""Words of a question that are compared to find the recording that comes closest."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request as a replay looks at it. `before` is the context that the service keeps for it."""

    operation: str
    body: Object
    model: str
    before: Sequence[Item] = ()

    @property
    def wanted(self) -> Object:
        """What it asks, ids as symbols."""
        return asked.of_request(self.operation, self.body, model=self.model, before=self.before)

    @property
    def loosely(self) -> Object | None:
        """The same where nobody knows what it builds on; None where it builds on nothing."""
        if self.operation != asked.RESPONSES or not asked.continues(self.body):
            return None
        return asked.of_request(self.operation, self.body, model=self.model, before=None)


@dataclass(slots=True)
class Replay:
    """The recordings of a server, found by what they ask."""

    recordings: Recordings
    _by_key: dict[bytes, list[Recording]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.recordings.all:
            self._by_key.setdefault(_key(one.operation, one.asked), []).append(one)

    def answers(self, operation: str) -> bool:
        """Whether this is an operation that only recordings may answer."""
        return operation in asked.SPEAKING.values()

    def fitting(self, asking: Asking) -> list[Recording]:
        """The recordings that ask the same, in their order."""
        found = self._by_key.get(_key(asking.operation, asking.wanted))
        if found is None and (loose := asking.loosely) is not None:
            found = self._by_key.get(_key(asking.operation, loose))
        return found or []

    async def decide(self, asking: Asking, spend: Spend, *, refused: int | None = None) -> Decision:
        """What was recorded for this question. Raises the refusal of one that was not, with what came closest as its hint.

        `refused` is the status with which the service refuses anyway: that needs no recording, and is in its own words, with its own ids.
        """
        found = self.fitting(asking)
        if not found and refused is not None:
            return NOTHING
        if not found:
            raise Refusal("not_emulated", param="input", feature="what no recording answers", hint=self.hint(asking))
        use = await spend(f"replay/{_key(asking.operation, found[0].asked).hex()}", None) if len(found) > 1 else 0
        taken = found[min(use or 0, len(found) - 1)]
        told = taken.rule
        if taken.status == refused:
            return Decision(rules=(taken.name,), ids=(taken.name,))
        return Decision(told.says(0), told.outcome, told.pace, told.faults, (taken.name,), (taken.name,))

    def hint(self, asking: Asking) -> str:
        """Which recording comes closest, and where it asks something else."""
        rivals = [one for one in self.recordings.all if one.operation == asking.operation]
        if not rivals:
            return f"no recording of {asking.operation} was loaded"
        wanted = asking.wanted
        closest = min(rivals, key=lambda one: _distance(one.asked, wanted))
        differing = "; ".join(differences(closest.asked, wanted))
        return f"no recording fits; {closest.name} comes closest: {differing}"


def load(paths: Sequence[Path], *, pace: bool = False) -> Replay:
    """A replay of these cassettes and folders. Raises CassetteError."""
    return Replay(recordings.load(paths, pace=pace))


def around(recorded: Decision, ruled: Decision) -> Decision:
    """A recording with what rules add to it: their pace, and their faults outside its own."""
    return Decision(
        recorded.say,
        recorded.outcome,
        ruled.pace or recorded.pace,
        (*recorded.faults, *ruled.faults),
        (*ruled.rules, *recorded.rules),
        (*ruled.ids, *recorded.ids),
    )


def _key(operation: str, wanted: Object) -> bytes:
    return blake2b(asked.key_of({"operation": operation, **wanted}), digest_size=16).digest()


def _distance(recorded: Object, wanted: Object) -> tuple[int, float]:
    """How many parameters differ, and how unlike their words are."""
    differing = [name for name in {**recorded, **wanted} if recorded.get(name) != wanted.get(name)]
    one, other = ([*_words([each.get(name) for name in differing])][:COMPARED] for each in (recorded, wanted))
    return len(differing), 1 - SequenceMatcher(None, one, other, autojunk=False).quick_ratio()


def _words(value: Any) -> Iterator[str]:
    """The words that a person would compare."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name not in ("type", "role", "said"):
                yield from _words(one)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif value is not None:
        yield from str(value).split()


def differences(recorded: Object, wanted: Object) -> Iterator[str]:
    """Where two questions differ, a clause for each parameter: `input[0].content[0].text was 'hello', not 'hullo'`."""
    for name in {**recorded, **wanted}:
        if recorded.get(name) != wanted.get(name):
            yield _difference(name, recorded.get(name), wanted.get(name))


def _difference(at: str, recorded: Any, wanted: Any) -> str:
    """The first place at which the two differ."""
    if isinstance(recorded, Mapping) and isinstance(wanted, Mapping):
        name = next((name for name in {**recorded, **wanted} if recorded.get(name) != wanted.get(name)), None)
        if name is not None:
            return _difference(f"{at}.{name}", recorded.get(name), wanted.get(name))
    if isinstance(recorded, list) and isinstance(wanted, list):
        index = next((index for index, pair in enumerate(zip(recorded, wanted, strict=False)) if pair[0] != pair[1]), None)
        if index is not None:
            return _difference(f"{at}[{index}]", recorded[index], wanted[index])
        return f"{at} had {len(recorded)} entries, not {len(wanted)}"
    return f"{at} was {_shown(recorded)}, not {_shown(wanted)}"


def _shown(value: Any) -> str:
    if value is None:
        return "absent"
    text = f"'{value}'" if isinstance(value, str) else json.compact(value).decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
