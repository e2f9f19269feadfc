"""A rule: when it applies, what is said then, how that ends, at what pace, and what goes wrong on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import faults
from ..engine.turn import Pace
from ..faults import Setup, Wrong
from ..faults.wrong import shown, unknown
from ..wire import duration, json
from ..wire.types import Item, Object
from . import match, outcome, said
from .match import Condition
from .question import Question

KEYS = ("name", "when", "say", "outcome", "pace", "fault", "times", "probability")
PACES = ("first_token", "per_token", "queued", "total")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, read and found good. `given` is what it was read from: reading it again gives an equal rule.

    `turns` are what it says, use after use where there are several (then it is spent after the last), for ever where there is one;
    None where it leaves that to others. `times` None means without end, 0 never.
    """

    given: Object
    name: str | None
    when: tuple[Condition, ...]
    turns: tuple[list[Item], ...] | None
    outcome: Object | None
    pace: Pace | None
    faults: tuple[Setup, ...]
    times: int | None
    probability: float

    @property
    def speaks(self) -> bool:
        """Whether it decides what is said or how that ends."""
        return self.turns is not None or self.outcome is not None

    def says(self, use: int) -> list[Item] | None:
        """What it says at its `use`-th use, counted from 0."""
        return None if self.turns is None else self.turns[min(use, len(self.turns) - 1)]

    def applies(self, question: Question) -> bool:
        """Whether all of its conditions hold; chance and counts are the book's business."""
        return all(condition.holds(question) for condition in self.when)


def read(given: object) -> Rule:
    """A rule from what a person wrote. Raises Wrong: a path into it, what was expected, the nearest valid name."""
    if isinstance(given, Rule):
        return given
    if not isinstance(given, Mapping):
        raise Wrong(f"expected a rule, not {shown(given)}")
    for key in given:
        if key not in KEYS:
            raise Wrong(unknown("key", key, KEYS), str(key))
    if not any(given.get(key) is not None for key in ("say", "outcome", "pace", "fault")):
        raise Wrong("does nothing: give it at least one of say, outcome, pace, fault")
    turns = _part(given, "say", said.turns)
    faulty, failing = _part(given, "fault", _apart) or (None, None)
    if failing is not None and given.get("outcome") is not None:
        raise Wrong("says how it ends: leave out 'outcome'", "fault")
    rule = Rule(
        given=_plain(given),
        name=_part(given, "name", _name),
        when=_part(given, "when", match.read) or match.read(None),
        turns=turns,
        outcome=failing or _part(given, "outcome", outcome.read),
        pace=_part(given, "pace", _pace),
        faults=faulty or (),
        times=_times(given, turns),
        probability=1.0 if (probability := _part(given, "probability", _probability)) is None else probability,
    )
    for key in outcome.SAYING:
        if rule.outcome and key in rule.outcome and turns is not None:
            raise Wrong("says what is said: leave out 'say'", "outcome", key)
    return rule


def read_all(given: object) -> list[Rule]:
    """A rule or a list of them. Raises Wrong."""
    if not isinstance(given, (list, tuple)):
        return [read(given)]
    rules = []
    for index, entry in enumerate(given):
        try:
            rules.append(read(entry))
        except Wrong as wrong:
            raise wrong.under(index) from None
    return rules


def _apart(given: object) -> tuple[tuple[Setup, ...], Object | None]:
    """The faults of the wire, and how the answer ends where one of them is the error of a failed response. Raises Wrong."""
    entries = given if isinstance(given, (list, tuple)) else [given]
    failing = outcome.failures([pair for entry in entries for pair in _pairs(entry)])
    if failing is None:
        return faults.read_all(given), None
    wire: list[Any] = []
    for entry in entries:
        pairs = [{name: settings} for name, settings in _pairs(entry) if not faults.fails(name)]
        wire.extend(pairs if _pairs(entry) else [entry])
    return faults.read_all(wire), failing


def _pairs(entry: object) -> list[tuple[str, Any]]:
    """What a person wrote as one fault, or several, by name and settings; nothing for what is read already."""
    if isinstance(entry, str):
        return [(entry, None)]
    return [*entry.items()] if isinstance(entry, Mapping) else []


def _part(given: Mapping[str, Any], key: str, reader: Callable[[Any], Any]) -> Any:
    if given.get(key) is None:
        return None
    try:
        return reader(given[key])
    except Wrong as wrong:
        raise wrong.under(key) from None


def _plain(given: Mapping[str, Any]) -> Object:
    """A copy that JSON can carry to other processes; set-ups given from Python are written out."""
    copy = dict(given)
    if copy.get("fault") is not None:
        entries = copy["fault"] if isinstance(copy["fault"], (list, tuple)) else [copy["fault"]]
        copy["fault"] = [{entry.NAME: entry.settings() or True} if isinstance(entry, Setup) else entry for entry in entries]
    try:
        plain: Object = json.loads(json.compact(copy))
    except (TypeError, ValueError) as error:
        raise Wrong(f"cannot be said in JSON: {error}") from None
    return plain


def _name(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > 500:
        raise Wrong(f"expected a short text, not {shown(value)}")
    return value


def _times(given: Mapping[str, Any], turns: tuple[list[Item], ...] | None) -> int | None:
    times: int | None = _part(given, "times", _count)
    if turns is None or not said.is_sequence(given["say"]):
        return times
    return len(turns) if times is None else min(times, len(turns))


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Wrong(f"expected a whole number from 0, not {shown(value)}")
    return value


def _probability(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
        raise Wrong(f"expected a number from 0 to 1, not {shown(value)}")
    return float(value)


def _pace(value: object) -> Pace:
    if not isinstance(value, Mapping):
        raise Wrong(f"expected a mapping of {', '.join(PACES)}, not {shown(value)}")
    paces = {}
    for key, span in value.items():
        if key not in PACES:
            raise Wrong(unknown("key", key, PACES), str(key))
        try:
            paces[key] = duration.seconds(span)
        except ValueError as error:
            raise Wrong(str(error), key) from None
        if not 0 <= paces[key] < 1e9:
            raise Wrong(f"expected a duration from 0, not {shown(span)}", key)
    return Pace(**paces)
