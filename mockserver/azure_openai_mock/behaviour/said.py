"""What a rule says, from shorthand to the API's own item shapes. What is given is kept to the letter; ids and statuses that are absent
stay absent: the engine mints and fills them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ..azure import tables
from ..faults.wrong import Wrong, shown, unknown
from ..tools import ITEMS
from ..wire import json
from ..wire.types import Item, Object

DEEPEST = 60
"""Nesting that an item may have: the response around it must stay readable by clients."""


@cache
def types() -> frozenset[str]:
    """Item types that a model may say."""
    known = set(tables.load("inputs")["items"]) | set(ITEMS) | set(SHORTHAND) | {"message"}
    return frozenset(known - {"user", "system", "developer", "assistant", "item_reference", "mcp_approval_response", "compaction_trigger"})


def normalise(say: object) -> list[Item]:
    """One turn's output items: from a text, one item, or a list of both. Raises Wrong with the path."""
    if isinstance(say, (str, Mapping)):
        return [_item(say)]
    if not isinstance(say, (list, tuple)):
        raise Wrong(f"expected a text or a list of output items, not {shown(say)}")
    items = []
    for index, item in enumerate(say):
        try:
            items.append(_item(item))
        except Wrong as wrong:
            raise wrong.under(index) from None
    return items


def turns(say: object) -> tuple[list[Item], ...]:
    """What is said use after use: a list of lists is one turn each, everything else a single turn. Raises Wrong."""
    if not is_sequence(say):
        return (normalise(say),)
    assert isinstance(say, (list, tuple))
    said = []
    for index, turn in enumerate(say):
        if not isinstance(turn, (list, tuple)):
            raise Wrong("expected a list of items here too: `say` is either one turn or a list of turns", index)
        try:
            said.append(normalise(turn))
        except Wrong as wrong:
            raise wrong.under(index) from None
    return tuple(said)


def is_sequence(say: object) -> bool:
    """Whether it is a list of turns."""
    return isinstance(say, (list, tuple)) and any(isinstance(turn, (list, tuple)) for turn in say)


def _item(given: object) -> Item:
    if isinstance(given, str):
        given = {"type": "message", "content": given}
    if not isinstance(given, Mapping):
        raise Wrong(f"expected a text or an output item, not {shown(given)}")
    item: Item = {"type": "message", **given} if "type" not in given and "content" in given else dict(given)
    kind = item.get("type")
    if not isinstance(kind, str):
        raise Wrong("needs a 'type'" if kind is None else f"expected a text, not {shown(kind)}", *([] if kind is None else ["type"]))
    if kind not in types():
        raise Wrong(unknown("item type", kind, types()), "type")
    _travels(item)
    for name in NEEDED.get(kind, ()):
        if name not in item:
            raise Wrong(f"a {kind} needs '{name}'")
    for name, fill in SHORTHAND.get(kind, {}).items():
        if name in item:
            try:
                item[name] = fill(item[name])
            except Wrong as wrong:
                raise wrong.under(name) from None
    return item


def _travels(item: Item) -> None:
    """JSON can say it, and a client can read it."""
    try:
        data = json.compact(item)
    except (TypeError, ValueError) as error:
        raise Wrong(f"cannot be said in JSON: {error}") from None
    if json.depth_exceeds(data, DEEPEST):
        raise Wrong(f"is nested deeper than {DEEPEST}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(f"expected a text, not {shown(value)}")
    return value


def _assistant(value: object) -> str:
    if value != "assistant":
        raise Wrong(f"the model speaks as 'assistant', not as {shown(value)}")
    return "assistant"


def _arguments(value: object) -> str:
    """To the letter where it is a text, broken JSON too; an object as one compact line."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        raise Wrong(f"expected an object or a JSON text, not {shown(value)}")
    return json.compact(value).decode()


def _parts(kind: str) -> Callable[[object], list[Any]]:
    def read(value: object) -> list[Any]:
        if value is None:
            return []
        listed = value if isinstance(value, (list, tuple)) else [value]
        parts = []
        for index, part in enumerate(listed):
            try:
                parts.append(_part(part, kind))
            except Wrong as wrong:
                raise wrong.under(index) if listed is value else wrong from None
        return parts

    return read


def _part(given: object, kind: str) -> Object:
    part: Object = {"type": kind, "text": given} if isinstance(given, str) else dict(given) if isinstance(given, Mapping) else {}
    if not part:
        raise Wrong(f"expected a text or a part, not {shown(given)}")
    part = part if "type" in part else {"type": "refusal" if "refusal" in part else kind, **part}
    held = "refusal" if part["type"] == "refusal" else "text"
    if part["type"] not in (kind, "refusal"):
        raise Wrong(unknown("part type", part["type"], (kind, "refusal") if kind == "output_text" else (kind,)), "type")
    if held not in part:
        raise Wrong(f"needs '{held}'")
    if not isinstance(part[held], str):
        raise Wrong(f"expected a text, not {shown(part[held])}", held)
    if part["type"] == "output_text":
        return {"type": "output_text", "annotations": [], "logprobs": [], **part}
    return part


SHORTHAND: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "message": {"content": _parts("output_text"), "role": _assistant},
    "reasoning": {"summary": _parts("summary_text"), "content": _parts("reasoning_text")},
    "function_call": {"arguments": _arguments, "name": _text},
    "custom_tool_call": {"input": _arguments, "name": _text},
    "mcp_call": {"arguments": _arguments, "name": _text},
    "mcp_approval_request": {"arguments": _arguments, "name": _text},
}
"""Item type -> the fields that may be written shorter, and how they are filled out."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "message": ("content",),
    "function_call": ("name",),
    "custom_tool_call": ("name",),
    "mcp_call": ("name",),
    "mcp_approval_request": ("name",),
}
"""What nobody can fill in."""
