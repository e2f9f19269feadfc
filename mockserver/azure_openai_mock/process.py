"""What a serving process owes the one who started it: one sentence where it cannot start, and an end of its own on signals."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Unservable(Exception):
    """The server cannot start; the message is one sentence for a person."""


@contextmanager
def stopped_by_signals(stop: Callable[[int, Any], None]) -> Generator[None, None, None]:
    """SIGINT and SIGTERM call `stop`: the process ends by itself and with status 0."""
    before = {each: signal.signal(each, stop) for each in STOPPING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
