"""Logs and counters of one process, in memory: they need not survive it."""

from __future__ import annotations

from collections import deque
from typing import TypeVar

MOST_LOGS = 4_096
"""Logs that are kept; the one untouched for longest goes."""
MOST_COUNTERS = 65_536
"""Counters that are kept; the one untouched for longest goes."""

T = TypeVar("T")


class Fleeting:
    """`append`, `read`, `truncate` and `tally` of the store's protocol for one process.

    Names come from clients, so both tables are bounded: past the bound the entry that was touched longest ago is forgotten.
    """

    def __init__(self) -> None:
        self._logs: dict[tuple[str, str], deque[bytes]] = {}
        self._counters: dict[tuple[str, str], tuple[float | None, int]] = {}

    def append(self, scope: str, log: str, entry: bytes, *, keep: int) -> None:
        """Add an entry; the newest `keep` stay."""
        entries = self._logs.pop((scope, log), None)
        if entries is None or entries.maxlen != keep:
            entries = deque(entries or (), maxlen=keep)
        entries.append(entry)
        _touch(self._logs, (scope, log), entries, MOST_LOGS)

    def read(self, scope: str, log: str, *, limit: int | None = None) -> list[bytes]:
        """The entries, oldest first; with `limit` the newest that many."""
        entries = list(self._logs.get((scope, log), ()))
        return entries if limit is None else entries[max(0, len(entries) - limit) :]

    def truncate(self, scope: str, log: str) -> None:
        """The log is empty."""
        self._logs.pop((scope, log), None)

    def tally(self, scope: str, name: str, amount: int, *, window: float | None, now: float) -> int:
        """Add to the counter of the window that `now` lies in; its new value."""
        begin = window_of(window, now)
        held, value = self._counters.pop((scope, name), (begin, 0))
        value = amount + (value if held == begin else 0)
        _touch(self._counters, (scope, name), (begin, value), MOST_COUNTERS)
        return value

    def clear(self, scope: str) -> None:
        """Forget the scope's logs and counters."""
        for table in (self._logs, self._counters):
            for key in [key for key in table if key[0] == scope]:
                del table[key]


def window_of(window: float | None, now: float) -> float | None:
    """The number of the window of that length in which `now` lies; None for a counter without one."""
    return None if window is None else now // window


def _touch(table: dict[tuple[str, str], T], key: tuple[str, str], value: T, most: int) -> None:
    table[key] = value
    if len(table) > most:
        del table[next(iter(table))]
