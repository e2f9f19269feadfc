"""A client that asks again at once, whatever it is told about waiting."""

from __future__ import annotations

from .plain import Refused, create, text


def answer() -> str:
    """One answer, in up to five attempts without a pause."""
    for attempt in range(5):
        try:
            return text(create(input="Name a port."))
        except Refused as refused:
            if attempt == 4 or refused.status < 408:
                raise
        except OSError:
            if attempt == 4:
                raise
    raise AssertionError
