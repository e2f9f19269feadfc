"""Clients that end badly: one has no timeout, one takes its process with it."""

from __future__ import annotations

import os

from .plain import Refused, answered, create, text


def answer() -> str:
    """One answer, however long it takes."""
    answered({"input": "Name a port."}, timeout=600).read()
    return "done"


def fragile() -> str:
    """Ends the process on an error."""
    try:
        return text(create(input="Name a port."))
    except Refused:
        os._exit(3)
