"""What a model said, as a person would write it in a rule.

Ids, and calls' ids, are left out, so that the server mints its own and a chain goes on from them; so is what only the recorded service
could read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...faults import Wrong
from ...wire import json
from ...wire.types import Item
from .. import said

FOREIGN = frozenset({"encrypted_content", "created_by"})
"""Members that say something to the recorded service alone."""
MINTED = ("call_id", "container_id")
"""Ids that the server mints where nothing else in the answer names them."""


def spoken(output: Iterable[Item], problems: list[str]) -> list[Any]:
    """Output items as a person would write them in a rule."""
    items = [dict(item) for item in output if isinstance(item, Mapping)]
    spelled = json.compact(items).decode()
    say: list[Any] = []
    for item in items:
        minted = {name for name in MINTED if isinstance(item.get(name), str) and spelled.count(f'"{item[name]}"') == 1}
        short = _short({name: value for name, value in item.items() if name not in FOREIGN | minted})
        try:
            said.normalise(short)
        except Wrong as wrong:
            problems.append(f"an item of type {item.get('type')!r} is left out: {str(wrong).partition(' (there are')[0]}")
        else:
            say.append(short)
    return say


def _short(item: Item) -> Any:
    """Without what the server fills in; a message that is nothing but text as the text."""
    short = {name: value for name, value in item.items() if name != "id" and value is not None}
    if short.get("status") == "completed":
        del short["status"]
    if short.get("type") == "message":
        short.pop("role", None)
        short["content"] = [_part(part) for part in short.get("content") or ()]
        if all(isinstance(part, str) for part in short["content"]) and len(short["content"]) == 1:
            [short["content"]] = short["content"]
            return short["content"] if set(short) <= {"type", "content", "status"} and short.get("status") is None else short
    if short.get("type") == "reasoning":
        for name in ("summary", "content"):
            short[name] = [_part(part) for part in short.get(name) or ()]
        short = {name: value for name, value in short.items() if value != [] or name == "summary"}
    return short


def _part(part: Any) -> Any:
    """A part that is nothing but text as the text."""
    if not isinstance(part, Mapping) or part.get("type") == "refusal":
        return part
    more = {name: value for name, value in part.items() if name not in ("type", "text") and value not in (None, [])}
    return {"type": part.get("type"), "text": part.get("text", ""), **more} if more else part.get("text", "")
