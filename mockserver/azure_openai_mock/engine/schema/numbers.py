"""A number within bounds, exact: multiples are counted as fractions, not as floats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from .problem import Unsatisfiable
from .validate import is_number, validate

_KEYWORDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_INT64 = (-(2**63), 2**64 - 1)
"""Integers that JSON writers take; beyond them a float stands for the number."""


def number(schema: Mapping[str, Any], path: str, *, whole: bool, wanted: Iterable[float], end: str | None = None, vary: int = 0) -> float:
    """A number that satisfies the numeric keywords: the first of `wanted` that does, else one near it.

    `end` is `low` or `high` for the edge of the range. `vary` gives other numbers of the range. Raises Unsatisfiable where there is none.
    """
    rules = {keyword: schema[keyword] for keyword in _KEYWORDS if is_number(schema.get(keyword)) and math.isfinite(schema[keyword])}
    low, high = _bounds(rules)
    for found in _candidates(rules, low, high, list(wanted), whole=whole, end=end, vary=vary):
        value = _written(found, whole=whole)
        if value is not None and validate(value, rules) is None and (not whole or float(value).is_integer()) and _plain(value, rules):
            return value
    raise Unsatisfiable(path, "no number lies within the bounds")


def _bounds(rules: Mapping[str, float]) -> tuple[Fraction | None, Fraction | None]:
    lows = [Fraction(str(rules[keyword])) for keyword in ("minimum", "exclusiveMinimum") if keyword in rules]
    highs = [Fraction(str(rules[keyword])) for keyword in ("maximum", "exclusiveMaximum") if keyword in rules]
    return max(lows, default=None), min(highs, default=None)


def _candidates(
    rules: Mapping[str, float], low: Fraction | None, high: Fraction | None, wanted: list[float], *, whole: bool, end: str | None, vary: int
) -> Iterator[Fraction]:
    multiple = rules.get("multipleOf")
    step = abs(Fraction(str(multiple))) if multiple else Fraction(1) if whole else None
    if step is not None and whole:
        step = Fraction(step.numerator)
    near = [Fraction(str(value)) for value in wanted if math.isfinite(value)] or [Fraction(3)]
    if step is None:
        yield from _between(low, high, near, end=None if vary else end, vary=vary)
        return
    first = None if low is None else math.ceil(low / step) + _excluded(rules.get("exclusiveMinimum"), low, step)
    last = None if high is None else math.floor(high / step) - _excluded(rules.get("exclusiveMaximum"), high, step)
    if first is not None and last is not None and first > last:
        return
    if not vary and end is None:
        yield from (value for value in near if (value / step).denominator == 1)
    for count in _counts(first, last, [round(value / step) for value in near], end=end, vary=vary):
        yield count * step


def _excluded(bound: float | None, edge: Fraction, step: Fraction) -> bool:
    """Whether the exclusive bound is the edge and lies on a step, so that the next step is the first allowed."""
    return bound is not None and Fraction(str(bound)) == edge and (edge / step).denominator == 1


def _counts(first: int | None, last: int | None, near: list[int], *, end: str | None, vary: int) -> Iterator[int]:
    edges = [edge for edge in (first, last) if edge is not None]
    if end == "low":
        start = first if first is not None else min(last if last is not None else 0, 0)
    elif end == "high":
        start = last if last is not None else max(first if first is not None else 0, 0) + 1000
    else:
        start = min(max(near[0], first if first is not None else near[0]), last if last is not None else near[0])
    if vary and first is not None and last is not None:
        start = first + (start - first + vary) % (last - first + 1)
    elif vary:
        start = start + vary if last is None else start - vary
    for count in (start, *edges, 0, 1, start + 1, start - 1, start + 10, start - 10):
        if (first is None or count >= first) and (last is None or count <= last):
            yield count


def _between(low: Fraction | None, high: Fraction | None, near: list[Fraction], *, end: str | None, vary: int) -> Iterator[Fraction]:
    if end is None and not vary:
        yield from near
    if end == "low" or (end is None and low is not None and high is None and not vary):
        yield low if low is not None else min(high if high is not None else Fraction(0), Fraction(0))
    if end == "high":
        yield high if high is not None else max(low if low is not None else Fraction(0), Fraction(0)) + 1000
    if low is not None and high is not None:
        for share in (Fraction(vary + 1, vary + 2), Fraction(1, 2), Fraction(1, 3), Fraction(0), Fraction(1)):
            yield low + (high - low) * share
    elif low is not None:
        yield from (low + 1 + vary, low + Fraction(vary + 1, 2), Fraction(math.nextafter(float(low), math.inf)))
    elif high is not None:
        yield from (high - 1 - vary, high - Fraction(vary + 1, 2), Fraction(math.nextafter(float(high), -math.inf)))
    else:
        yield near[0] + vary
    if low is not None:
        yield from (low, Fraction(math.nextafter(float(low), math.inf)))
    if high is not None:
        yield from (high, Fraction(math.nextafter(float(high), -math.inf)))


def _written(value: Fraction, *, whole: bool) -> float | None:
    """The number as JSON writes it, or None where it cannot."""
    if value.denominator == 1 and _INT64[0] <= value.numerator <= _INT64[1] and (whole or abs(value.numerator) < 2**53):
        return value.numerator
    try:
        written = float(value)
    except OverflowError:
        return None
    return written if math.isfinite(written) else None


def _plain(value: float, rules: Mapping[str, float]) -> bool:
    """Whether a judge that divides floats agrees that it is a multiple: 0.3 is one of 0.1, but not for them."""
    step = rules.get("multipleOf")
    if step is None or (isinstance(step, int) and isinstance(value, int)):
        return True
    quotient = value / step
    return math.isfinite(quotient) and quotient == int(quotient)
