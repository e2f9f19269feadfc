"""Fault schedules for Hypothesis: what goes wrong when is drawn, so that a failing client shrinks to `cut;after=5 of call 2`.

Nothing of the server imports this: it needs `hypothesis`, which a test suite has and a server need not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .chaos import FIRST, Schedule, kinds_of

_DEFAULTS = st.just(value=True)
_EVENTS = st.integers(0, FIRST)
_TENTHS = st.integers(1, 20).map(lambda tenths: tenths / 10)
_TYPES = st.sampled_from(("*.delta", "response.completed", "response.output_item.done", "response.output_item.added", "response.created"))

SETTINGS: Mapping[str, SearchStrategy[Any]] = {
    "cut": st.fixed_dictionaries({"after": _EVENTS}),
    "reset": st.fixed_dictionaries({"after": _EVENTS}),
    "error_event": st.fixed_dictionaries(
        {"after": _EVENTS, "key": st.sampled_from(("server_error", "no_capacity", "rate_limit_exceeded"))},
    ),
    "drop": st.fixed_dictionaries({"event": _TYPES}),
    "double": st.fixed_dictionaries({"event": _TYPES, "nth": st.just(1)}),
    "swap": st.fixed_dictionaries({"event": _TYPES}),
    "delay": st.fixed_dictionaries({"for": _TENTHS}),
    "slow_first_token": st.fixed_dictionaries({"for": _TENTHS}),
    "stall": st.fixed_dictionaries({"after": _EVENTS, "for": _TENTHS}),
    "split": st.fixed_dictionaries({"at": st.sampled_from(("character", "field")) | st.integers(1, 40)}),
    "merge": st.fixed_dictionaries({"count": st.integers(2, 9) | st.just("all")}),
    "keepalive": st.fixed_dictionaries({"after": _EVENTS}),
    "truncate_json": st.fixed_dictionaries({"keep": st.integers(0, 99).map(lambda percent: percent / 100)}),
    "wrong_length": st.fixed_dictionaries({"by": st.sampled_from((1, -1, 16, -16))}),
}
"""Kind -> its settings, the simplest first. The others take their defaults."""

KINDS = (
    "cut",
    "reset",
    "error_event",
    "drop",
    "double",
    "rate_limited",
    "server_error",
    "service_unavailable",
    "request_timeout",
    "html_page",
    "truncate_json",
    "split",
)
"""What may go wrong where nobody chose kinds: nothing that takes time."""


def schedules(*, calls: int = 6, kinds: Sequence[str] = KINDS, most: int = 3) -> SearchStrategy[Schedule]:
    """Schedules in which up to `most` of the first `calls` calls meet a fault each. `mock.change(chaos=schedule.document())` plays one.

    Shrinks to fewer faults, to earlier calls, to kinds that come first, and to fewer events. Raises Wrong for an unknown kind.
    """
    faults = st.one_of(*(SETTINGS.get(kind, _DEFAULTS).map(_named(kind)) for kind in kinds_of(kinds)))
    return st.dictionaries(st.integers(1, calls), faults, max_size=most).map(lambda drawn: Schedule(rate=0.0, calls=drawn))


def _named(kind: str) -> Any:
    return lambda settings: {kind: settings}
