"""Faults by chance, with a seed: a schedule is a value, and says for each call of a scope what goes wrong.

Laws: a schedule is a pure function of its seed, rate and kinds; a higher rate keeps every fault of a lower one; what is written down for
a call (`calls`) wins over chance. Modes bundle what users of the service report, as rows of `modes.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from .. import faults
from ..azure import errors, tables
from ..faults import Setup, Wrong
from ..faults.wrong import shown, unknown
from ..wire import json
from ..wire.types import Object
from ..world import Dice
from . import rule
from .rule import Rule

HERE = Path(__file__).parent
FIRST = 12
"""Events within which a stream is broken: most answers are longer."""


def _after(dice: Dice) -> Object:
    return {"after": dice.integer(FIRST + 1)}


def _wait(dice: Dice) -> Object:
    return {"for": round(0.1 + dice.chance() * 1.9, 1)}


DRAWS: Mapping[str, Callable[[Dice], Any]] = {
    "cut": _after,
    "reset": _after,
    "delay": _wait,
    "slow_first_token": _wait,
    "stall": lambda dice: {**_after(dice), **_wait(dice)},
    "error_event": lambda dice: {**_after(dice), "key": dice.choice(("server_error", "no_capacity", "rate_limit_exceeded"))},
    "drop": lambda dice: dice.choice(("response.completed", "response.output_item.done", "response.created", "*.delta")),
    "double": lambda dice: {"event": dice.choice(("*.delta", "response.output_item.added", "response.completed")), "nth": 1},
    "swap": lambda dice: {"event": dice.choice(("*.delta", "response.output_item.added", "response.in_progress"))},
    "split": lambda dice: dice.choice(("character", "field", 1 + dice.integer(40))),
    "merge": lambda dice: dice.choice((2, 3, 5, "all")),
    "keepalive": _after,
    "truncate_json": lambda dice: {"keep": round(dice.chance() * 0.99, 2)},
    "garble": lambda dice: {"bytes": 1 + dice.integer(16)},
    "wrong_length": lambda dice: dice.choice((-16, -1, 1, 16)),
}
"""Kind -> how its settings are drawn. The others take their defaults."""

KINDS = ("rate_limited", "server_error", "service_unavailable", "request_timeout", "delay", "cut", "reset", "error_event", "html_page")
"""What goes wrong where nobody chose kinds."""


@dataclass(frozen=True)
class Schedule:
    """What goes wrong when. `rate` is the share of calls with a fault, `kinds` names of faults or keys of errors.

    `calls` writes down the faults of single calls, counted from 1: with `rate` 0 they are all there is.
    """

    seed: int | str = 0
    rate: float = 0.1
    kinds: tuple[str, ...] = KINDS
    calls: Mapping[int, Any] = field(default_factory=dict)

    @cached_property
    def _dice(self) -> Dice:
        return Dice(f"chaos {self.seed}")

    def fault_for(self, call: int) -> Any:
        """The faults of the call of that number (the first is 1), as a rule would have them in `fault`; None for none."""
        if call in self.calls:
            return self.calls[call]
        dice = self._dice.fork(str(call))
        if dice.chance() >= self.rate or not self.kinds:
            return None
        kind = dice.choice(self.kinds)
        return {kind: DRAWS[kind](dice) if kind in DRAWS else True}

    def faults_for(self, call: int) -> tuple[Setup, ...]:
        """The same, ready to be used."""
        given = self.fault_for(call)
        return () if given is None else faults.read_all(given)

    def document(self) -> Object:
        """The schedule as JSON; `read` gives an equal one."""
        return {
            "seed": self.seed,
            "rate": self.rate,
            "kinds": list(self.kinds),
            "calls": {str(call): given for call, given in sorted(self.calls.items())},
        }

    def told(self, calls: int) -> str:
        """What goes wrong in the first `calls` calls, in words: `cut;after=5 of call 2`."""
        found = [f"{', '.join(map(str, setups))} of call {call}" for call in range(1, calls + 1) if (setups := self.faults_for(call))]
        return "; ".join(found) or "nothing"


@dataclass(frozen=True, slots=True)
class Mode:
    """A bundle of what users report: rules, a schedule, latencies. The scope takes them as if they had been given one by one."""

    name: str
    about: str
    source: str
    confidence: str
    rules: tuple[Rule, ...] = ()
    schedule: Schedule | None = None
    latency: Any = None


def read(given: object) -> Schedule | None:
    """A schedule from a setting: null for none, a seed, the name of a mode that has one, or `{seed, rate, kinds, calls}`. Raises Wrong."""
    if given is None or isinstance(given, Schedule):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return Schedule(seed=given)
    if isinstance(given, str):
        return mode(given).schedule
    if not isinstance(given, Mapping):
        raise Wrong(f"expected a seed, a mode or a mapping, not {shown(given)}")
    for key in given:
        if key not in ("seed", "rate", "kinds", "calls", "mode"):
            raise Wrong(unknown("key", key, ("seed", "rate", "kinds", "calls", "mode")), str(key))
    base = _mode_schedule(given.get("mode"))
    return Schedule(
        seed=_seed(given.get("seed", base.seed)),
        rate=_rate(given.get("rate", base.rate)),
        kinds=kinds_of(given.get("kinds", base.kinds)),
        calls=_calls(given.get("calls", base.calls)),
    )


def _mode_schedule(name: object) -> Schedule:
    found = None if name is None else mode(str(name)).schedule
    return found or Schedule()


def _seed(value: object) -> int | str:
    if not isinstance(value, (int, str)) or isinstance(value, bool) or len(str(value)) > 200:
        raise Wrong(f"expected a number or a short text, not {shown(value)}", "seed")
    return value


def _rate(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
        raise Wrong(f"expected a number from 0 to 1, not {shown(value)}", "rate")
    return float(value)


def kinds_of(value: object) -> tuple[str, ...]:
    """Names of faults and keys of errors, each of which can be had by its name alone. Raises Wrong."""
    if not isinstance(value, (list, tuple)):
        raise Wrong(f"expected a list of faults or errors, not {shown(value)}", "kinds")
    for index, name in enumerate(value):
        if not isinstance(name, str) or not (name in faults.FAULTS or errors.known(name)):
            known = [*faults.FAULTS, *(row.key for row in errors.catalogue())]
            raise Wrong(unknown("fault", name, known), "kinds", index)
        try:
            faults.read_one(name, DRAWS[name](Dice(0)) if name in DRAWS else True)
        except Wrong as wrong:
            raise wrong.under("kinds", index) from None
    return tuple(value)


def _calls(value: object) -> dict[int, Any]:
    if not isinstance(value, Mapping):
        raise Wrong(f"expected a mapping of a call's number to its faults, not {shown(value)}", "calls")
    calls = {}
    for number, given in value.items():
        if not str(number).isdecimal() or len(str(number)) > 9 or int(str(number)) < 1:
            raise Wrong(f"expected a call's number from 1, not {shown(number)}", "calls")
        try:
            faults.read_all(given if given is not None else [])
        except Wrong as wrong:
            raise wrong.under("calls", str(number)) from None
        calls[int(str(number))] = given
    return calls


def modes() -> tuple[str, ...]:
    """The names of the shipped modes."""
    return tuple(_table())


@cache
def mode(name: str) -> Mode:
    """The shipped mode of that name. Raises Wrong."""
    if name not in _table():
        raise Wrong(unknown("mode", name, _table()))
    row = _table()[name]
    return Mode(
        name,
        row["about"],
        row["source"],
        row["confidence"],
        rules=tuple(rule.read_all(json.loads(row["rules"]))) if "rules" in row else (),
        schedule=read(json.loads(row["schedule"])) if "schedule" in row else None,
        latency=json.loads(row["latency"]) if "latency" in row else None,
    )


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = tables.read(HERE / "modes.yaml", stores=(HERE / "compiled", tables.user_cache()))["modes"]
    return table
