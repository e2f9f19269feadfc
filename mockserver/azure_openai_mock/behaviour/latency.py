"""How long a model takes, drawn from dice: `off`, `typical` (rows of `latency.yaml`), or a user's own table over it.

A draw is a pace on the scope's clock. Law: the same dice give the same pace; twice the speed-up gives half of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import cos, exp, log, pi, sqrt
from pathlib import Path
from typing import Any

from ..azure import tables
from ..engine.turn import Pace
from ..faults import Wrong
from ..faults.wrong import shown, unknown
from ..world import Dice

HERE = Path(__file__).parent
P90 = 1.2815515655446004
"""Standard deviations above the middle at which nine of ten draws are below."""
KEYS = ("profile", "speed_up", "models")


@dataclass(frozen=True, slots=True)
class Span:
    """A log-normal distribution of seconds, by its median and its 90th percentile."""

    median: float
    p90: float

    def draw(self, dice: Dice) -> float:
        """Some seconds. Always two draws of the dice."""
        normal = sqrt(-2 * log(1 - dice.chance())) * cos(2 * pi * dice.chance())
        if self.median == 0:
            return 0.0
        return self.median * exp(log(self.p90 / self.median) / P90 * max(-4.0, min(4.0, normal)))


@dataclass(frozen=True, slots=True)
class Row:
    """One model's times in seconds."""

    first_token: Span
    per_token: Span
    thinking: Span | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """Times of models. `speed_up` divides them all."""

    rows: Mapping[str, Row]
    efforts: Mapping[str, float] = field(default_factory=dict)
    speed_up: float = 1.0

    def row(self, model: str) -> Row:
        """The model's row, that of the longest name which its own begins with, or `default`."""
        names = [name for name in self.rows if model == name or model.startswith(f"{name}-")]
        return self.rows[max(names, key=len, default="default")]

    def pace(self, model: str, dice: Dice, *, effort: str | None = None) -> Pace:
        """A pace for one answer. `effort` is the reasoning effort in force; without one, medium."""
        row = self.row(model)
        first, each = row.first_token.draw(dice), row.per_token.draw(dice)
        if row.thinking is not None:
            first += row.thinking.draw(dice) * self.efforts.get(effort or "medium", 1.0)
        return Pace(first_token=first / self.speed_up, per_token=each / self.speed_up)


def read(given: object, *, files: bool = False) -> Latency | None:
    """Latencies from a setting: `off` or null for none, `typical`, `{profile: typical, speed_up: 10, models: {…}}`; with `files` also the
    path of a YAML file of that form, and `typical*10`. Raises Wrong, or TableError for a defective file.
    """
    if given is None or given == "off" or given is False:
        return None
    if isinstance(given, str):
        name, star, factor = given.partition("*")
        if name == "typical":
            return _built({}, _number(factor, "speed_up") if star else 1.0)
        if files and Path(given).is_file():
            return _of_file(given)
        raise Wrong(unknown("latency profile", given, ("off", "typical")) + (f"; and {given!r} is no file" if files else ""))
    if not isinstance(given, Mapping):
        raise Wrong(f"expected off, typical or a mapping, not {shown(given)}")
    for key in given:
        if key not in KEYS:
            raise Wrong(unknown("key", key, KEYS), str(key))
    if given.get("profile", "typical") not in ("off", "typical"):
        raise Wrong(unknown("latency profile", given["profile"], ("off", "typical")), "profile")
    if given.get("profile") == "off":
        return None
    models = given.get("models", {})
    if not isinstance(models, Mapping):
        raise Wrong(f"expected a mapping of models, not {shown(models)}", "models")
    return _built({str(name): _row(row, str(name)) for name, row in models.items()}, _number(given.get("speed_up", 1), "speed_up"))


def _of_file(path: str) -> Latency:
    located = tables.load_file(path)
    try:
        found = read(located.data)
    except Wrong as wrong:
        raise located.error(tuple(map(str, wrong.path)), wrong.message) from None
    return found or _built({}, 1.0)


def _built(rows: Mapping[str, Row], speed_up: float) -> Latency:
    if speed_up <= 0:
        raise Wrong("expected a number above 0", "speed_up")
    return Latency({**_typical(), **rows}, _efforts(), speed_up)


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = tables.read(HERE / "latency.yaml", stores=(HERE / "compiled", tables.user_cache()))
    return table


@cache
def _typical() -> Mapping[str, Row]:
    return {name: _row(row, name) for name, row in _table()["models"].items()}


@cache
def _efforts() -> Mapping[str, float]:
    return {name: float(factor) for name, factor in _table()["efforts"].items() if name not in ("source", "confidence")}


def _row(given: object, name: str) -> Row:
    times = ("first_token", "per_token", "thinking")
    if not isinstance(given, Mapping):
        raise Wrong(f"expected a mapping of {', '.join(times)}, not {shown(given)}", "models", name)
    for key in given:
        if key not in (*times, "n", "source", "confidence"):
            raise Wrong(unknown("key", key, times), "models", name, str(key))
    for key in times[:2]:
        if key not in given:
            raise Wrong(f"needs '{key}'", "models", name)
    spans = {key: _span(given[key], name, key) for key in times if key in given}
    return Row(**spans)


def _span(given: object, name: str, key: str) -> Span:
    """Median and 90th percentile; one number for always the same."""
    pair = given if isinstance(given, (list, tuple)) else [given, given]
    if len(pair) != 2:
        raise Wrong(f"expected a median and a 90th percentile, not {shown(given)}", "models", name, key)
    median, p90 = (_number(value, "models", name, key) for value in pair)
    if not 0 <= median <= p90 or (median == 0 and p90 > 0):
        raise Wrong(f"expected seconds, the median first and not above the 90th percentile, not {shown(given)}", "models", name, key)
    return Span(median, p90)


def _number(value: object, *path: str) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else -1.0
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise Wrong(f"expected a number from 0, not {shown(value)}", *path)
    return number
