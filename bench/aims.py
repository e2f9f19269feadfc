"""What the figures are to reach. Each aim reads one figure of `bench/figures.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Aim:
    """`what` in words; `part`, `row` and `figure` say where it was measured; `most` or at least `bound`, shown in `unit`."""

    what: str
    part: str
    row: str
    figure: str
    side: Literal["at least", "at most"]
    bound: float
    unit: Literal["%", "x", "ms", "s", "events"]

    def value(self, figures: Figures) -> float | None:
        """The figure, in the aim's unit; None where it was not measured."""
        row = figures.get(self.part, {}).get("figures", {}).get(self.row)
        if row is None:
            return None
        if "/" in self.figure and self.figure not in row:
            above, below = self.figure.split("/")
            return float(row[above]) / float(row[below]) if above in row and below in row else None
        return float(row[self.figure]) * {"%": 100, "ms": 1000}.get(self.unit, 1)

    def met(self, value: float) -> bool:
        """Whether it is within the bound."""
        return value >= self.bound if self.side == "at least" else value <= self.bound


AIMS = (
    Aim(
        "create, stored: of a constant reply's requests per second",
        "throughput",
        "create, stored",
        "ratio",
        "at least",
        30,
        "%",
    ),
    Aim("create, not stored", "throughput", "create, not stored", "ratio", "at least", 45, "%"),
    Aim("p99 of a stored create at 32 connections, of its p50", "throughput", "create, stored", "p99/p50", "at most", 5, "x"),
    Aim("events per second through 32 streams, of a constant reply's", "streams", "events through 32", "ratio", "at least", 60, "%"),
    Aim("request to the first event, at rest", "streams", "first event", "seconds", "at most", 2, "ms"),
    Aim("late events of 1000 streams", "streams", "1000 streams of 10 tokens a second", "late", "at most", 0, "events"),
    Aim(
        "process start to the first 200, of a bare FastAPI app's",
        "startup",
        "store in a file",
        "of bare FastAPI",
        "at most",
        1.1,
        "x",
    ),
    Aim("a turn at depth 1,000, of one at depth 1", "growth", "depth of the chain", "1000/1", "at most", 1.5, "x"),
    Aim("retrieve at 1,000,000 stored responses, of 1,000", "growth", "stored responses", "1000000/1000", "at most", 1.2, "x"),
    Aim("what the pytest plugin adds to a run without it", "startup", "pytest without using the plugin", "more", "at most", 30, "ms"),
)
