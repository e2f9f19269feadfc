"""The rules of a scope, and how they combine.

What is said (`say` with `outcome`) comes from the newest matching rule that has either, `pace` likewise; the faults of all matching
rules compose, the newest outermost; each rule that was used spends one of its times. A rule whose `probability` fails, or whose times
are spent, is one that does not match. A rule that was not needed neither draws nor spends.

A server without rules starts without the code that reads them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from ..wire.types import Item, Object
from ..world import Dice
from .question import Question

if TYPE_CHECKING:
    from ..engine.turn import Pace
    from ..faults import Setup
    from .rule import Rule

Spend: TypeAlias = Callable[[str, int | None], Awaitable[int | None]]
"""`await spend(id, times)`: takes one of a rule's `times` (None: without end) and says which it was, from 0; None where none is left.

Several processes may spend from one store: it must be atomic.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules decided for one request. `faults` are in order, the first innermost. `rules` name those that were used, newest
    first: by name, or by id where they have none; `ids` are their ids.
    """

    say: Sequence[Item] | None = None
    outcome: Object | None = None
    pace: Pace | None = None
    faults: tuple[Setup, ...] = ()
    rules: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


NOTHING = Decision()


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule under its id."""

    id: str
    rule: Rule

    @property
    def called(self) -> str:
        """What people call it."""
        return self.rule.name or self.id


@dataclass(slots=True)
class _Deciding:
    """A decision as it grows, newest rule first."""

    say: Sequence[Item] | None = None
    outcome: Object | None = None
    pace: Pace | None = None
    spoken: bool = False
    layers: list[tuple[Setup, ...]] = field(default_factory=list)
    used: list[Entry] = field(default_factory=list)

    def needs(self, rule: Rule) -> bool:
        """Whether the rule has something that no newer one gave."""
        return bool(rule.faults) or (rule.speaks and not self.spoken) or (rule.pace is not None and self.pace is None)

    def take(self, entry: Entry, use: int) -> None:
        """Take from the rule what no newer one gave."""
        rule = entry.rule
        if rule.speaks and not self.spoken:
            self.say, self.outcome, self.spoken = rule.says(use), rule.outcome, True
        if self.pace is None:
            self.pace = rule.pace
        self.layers.append(rule.faults)
        self.used.append(entry)

    def decision(self) -> Decision:
        """What it came to."""
        if not self.used:
            return NOTHING
        layers = tuple(chain.from_iterable(reversed(self.layers)))
        called = tuple(entry.called for entry in self.used)
        return Decision(self.say, self.outcome, self.pace, layers, called, tuple(entry.id for entry in self.used))


class Book:
    """A scope's rules, oldest first: the script's, then those that were added."""

    __slots__ = ("_added", "_gone", "_minted", "_script", "_used")

    def __init__(self, script: Iterable[Rule] = ()) -> None:
        self._added: list[Entry] = []
        self._gone: set[str] = set()
        self._minted = 0
        self._script: list[Entry] = []
        self._used: Counter[str] = Counter()
        self.load(script)

    def load(self, script: Iterable[Rule]) -> None:
        """Take the script's rules anew; their counts begin again, added rules stay as they are."""
        self._script = [Entry(f"script_{index}", rule) for index, rule in enumerate(script, 1)]
        self._gone.clear()
        for entry in self._script:
            self._used.pop(entry.id, None)

    def add(self, rules: Iterable[Rule]) -> list[str]:
        """Add rules, each newer than all before, and give their ids."""
        ids = []
        for rule in rules:
            self._minted += 1
            self._added.append(Entry(f"rule_{self._minted}", rule))
            ids.append(self._added[-1].id)
        return ids

    def remove(self, ident: str) -> bool:
        """Take a rule away; says whether there was one."""
        if ident not in {entry.id for entry in self.entries()}:
            return False
        self._gone.add(ident)
        self._added = [entry for entry in self._added if entry.id != ident]
        return True

    def clear(self) -> None:
        """Take all rules away, the script's too, until it is loaded again."""
        self._gone.update(entry.id for entry in self._script)
        self._added.clear()

    def entries(self) -> Iterator[Entry]:
        """All rules, oldest first."""
        return chain((entry for entry in self._script if entry.id not in self._gone), self._added)

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return next(self.entries(), None) is not None

    def listing(self, used: Mapping[str, int] | None = None) -> list[Object]:
        """The rules as the control API lists them, oldest first, each with its id and how often it was used."""
        counts = self._used if used is None else used
        return [{"id": entry.id, **entry.rule.given, "used": counts.get(entry.id, 0)} for entry in self.entries()]

    def ids(self) -> list[str]:
        """The ids of all rules that there are and, of those that were added, that there ever were."""
        return [*(entry.id for entry in self._script), *(f"rule_{number}" for number in range(1, self._minted + 1))]

    def counts(self) -> dict[str, int]:
        """How often each rule was used in this process."""
        return dict(self._used)

    def recount(self, used: Mapping[str, int]) -> None:
        """Take over how often each rule was used."""
        self._used = Counter(used)

    def document(self) -> Object:
        """All that another process needs to have the same rules, as JSON. The script is not in it: every process reads it."""
        return {
            "minted": self._minted,
            "added": [[entry.id, entry.rule.given] for entry in self._added],
            "gone": sorted(self._gone & {entry.id for entry in self._script}),
        }

    def restore(self, document: Object) -> None:
        """Take over what `document` gave, perhaps in another process. Rules that are at hand already are not read again."""
        known = {entry.id: entry for entry in self._added}
        self._minted = document["minted"]
        self._gone = set(document["gone"])
        self._added = []
        for ident, given in document["added"]:
            entry = known.get(ident)
            self._added.append(entry if entry is not None and entry.rule.given == given else _entry(ident, given))

    def candidates(self, question: Question) -> list[Entry]:
        """The rules whose conditions hold, newest first. Changes nothing."""
        return [entry for entry in reversed([*self.entries()]) if entry.rule.times != 0 and entry.rule.applies(question)]

    async def decide(self, question: Question, dice: Dice, spend: Spend | None = None) -> Decision:
        """What the rules say to this question. Draws from `dice` and spends once for each rule that is used, newest first."""
        if not self._script and not self._added:
            return NOTHING
        deciding = _Deciding()
        for entry in self.candidates(question):
            if not deciding.needs(entry.rule) or (entry.rule.probability < 1 and dice.chance() >= entry.rule.probability):
                continue
            use = await (spend or self.spend)(entry.id, entry.rule.times)
            if use is not None:
                deciding.take(entry, use)
        return deciding.decision()

    async def spend(self, ident: str, times: int | None) -> int | None:
        """The counter of a single process."""
        use = self._used[ident]
        if times is not None and use >= times:
            return None
        self._used[ident] += 1
        return use

    def explain(self, question: Question, used: Mapping[str, int] | None = None) -> list[Object]:
        """Why each rule does or does not match, those that came closest first, then the newest.

        `[{"id", "name", "matches", "failed": [{"condition", "expected", "found"}], "spent"}]`.
        """
        counts = self._used if used is None else used
        told = [_explained(entry, question, counts.get(entry.id, 0)) for entry in reversed([*self.entries()])]
        return sorted(told, key=lambda row: len(row["failed"]))


def _entry(ident: str, given: Object) -> Entry:
    from .rule import read

    return Entry(ident, read(given))


def explained(rule: Rule, question: Question) -> Object:
    """Whether the rule's conditions hold, and those that do not: `{"matches", "failed": [{"condition", "expected", "found"}]}`."""
    failed = [
        {"condition": condition.key, "expected": condition.expected, "found": _shown(condition.values(question))}
        for condition in rule.when
        if not condition.holds(question)
    ]
    return {"matches": not failed, "failed": failed}


def _explained(entry: Entry, question: Question, used: int) -> Object:
    told = explained(entry.rule, question)
    spent = entry.rule.times is not None and used >= entry.rule.times
    return {"id": entry.id, "name": entry.rule.name, **told, "matches": told["matches"] and not spent, "spent": spent}


def _shown(values: tuple[object, ...]) -> object:
    if not values:
        return None
    return sorted(values[0]) if isinstance(values[0], frozenset) else values[0]
