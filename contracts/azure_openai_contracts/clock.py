"""The one file of the kit that knows the time and makes random names: everything else is given them."""

from __future__ import annotations

import datetime
import time
import uuid


def now() -> float:
    """Unix seconds."""
    return time.time()


def elapsed() -> float:
    """Seconds on a clock that never runs backwards; only differences mean anything."""
    return time.perf_counter()


def today() -> str:
    """The date, UTC, as `2026-11-23`."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def sleep(seconds: float) -> None:
    """Wait in real time."""
    time.sleep(seconds)


def fresh_name(kind: str) -> str:
    """A name that nobody else has: `kind-` and 12 hex digits."""
    return f"{kind}-{uuid.uuid4().hex[:12]}"
