"""Clients that send a history again which the service has stored."""

from __future__ import annotations

from typing import Any

from .plain import create, text

TURNS = ("Name a port.", "And what is it known for?")


def whole_history() -> str:
    """Never names the response before, and sends all of it."""
    history: list[Any] = []
    said = ""
    for turn in TURNS:
        history.append({"role": "user", "content": turn})
        said = text(create(input=history))
        history.append({"role": "assistant", "content": said})
    return said


def both() -> str:
    """Names the response before, and sends the first turn again all the same."""
    first = create(input=TURNS[0])
    given = [{"role": "user", "content": turn} for turn in TURNS]
    return text(create(input=given, previous_response_id=first["id"]))


def stateless() -> str:
    """Sends all of it because nothing is stored: that is no fault."""
    history: list[Any] = []
    said = ""
    for turn in TURNS:
        history.append({"role": "user", "content": turn})
        said = text(create(input=history, store=False))
        history.append({"role": "assistant", "content": said})
    return said
