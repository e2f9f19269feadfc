"""An audit from end to end: the ordinary run first, then every situation that fits the function's habits, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from ..target import Target, started_mock
from .observe import Observation, Watcher
from .report import Report, Row
from .situations import LIMIT, ORDINARY, Choice, Situation, Usual
from .verdicts import judge

Progress = Callable[[int, int, Row], None]
"""Told after each situation: how many are done, of how many, and what came of it."""

JOBS = 4
"""Situations that are played at once."""


def audit(
    function: str,
    *,
    only: Sequence[str] = (),
    arguments: Mapping[str, Any] | None = None,
    limit: float = LIMIT,
    profile: str = "ga",
    jobs: int = JOBS,
    target: Target | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run `package.module:function` in every situation of the battery, or in those that `only` names.

    It runs against `target`, or a mock of its own.
    Raises LookupError for an unknown situation, NoMock where none could be started, and ControlProblem where `target` does not answer.
    """
    chosen = Choice(tuple(only)).chosen()
    if target is None:
        with started_mock("--quiet", "--profile", profile) as started:
            return _run(Watcher(function, started, arguments or {}, limit, profile), chosen, jobs, progress)
    return _run(Watcher(function, target, arguments or {}, limit, profile), chosen, jobs, progress)


def _run(watcher: Watcher, chosen: Sequence[Situation], jobs: int, progress: Progress | None) -> Report:
    first = watcher.observe(ORDINARY, Usual())
    rows: dict[str, Row] = {}

    def done(row: Row) -> None:
        rows[row.situation.name] = row
        if progress:
            progress(len(rows), len(chosen), row)

    done(_judged(ORDINARY, first))
    usual, works = first.usual(), first.outcome == "returned"
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        waiting = {}
        for situation in chosen[1:]:
            reason = _reason(situation, usual, works=works)
            if reason:
                done(Row(situation, skipped=reason))
            else:
                waiting[pool.submit(watcher.observe, situation, usual)] = situation
        for future in as_completed(waiting):
            done(_judged(waiting[future], future.result()))
    return Report(watcher.function, tuple(rows[situation.name] for situation in chosen))


def _judged(situation: Situation, seen: Observation) -> Row:
    return Row(situation, seen, tuple(judge(situation, seen)))


_HABITS = {"streams": "it reads no stream", "chains": "it makes no second turn by previous_response_id", "tools": "it offers no tools"}


def _reason(situation: Situation, usual: Usual, *, works: bool) -> str:
    """Why a situation is not run; empty where it is."""
    if not works:
        return "it does not work even when nothing is wrong"
    return "" if usual.has(situation.needs) else _HABITS[situation.needs]
