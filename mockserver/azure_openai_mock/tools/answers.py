"""Calls and their answers: which calls wait for a client, and inputs that answer what was never asked or ask what is never answered.

The wordings are the service's (observed); the rules read the whole context: what the chain left open, and the new input in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..wire.refusal import Refusal
from ..wire.types import Item

ANSWERED_BY = {
    "function_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "computer_call": "computer_call_output",
    "local_shell_call": "local_shell_call_output",
    "shell_call": "shell_call_output",
    "apply_patch_call": "apply_patch_call_output",
}
"""Calls that the client runs -> the input item that answers them."""
_OUTPUTS = frozenset(ANSWERED_BY.values())


def call_id_of(item: Item) -> str | None:
    """The id by which a call and its answer find each other."""
    ident = item.get("call_id") or item.get("id")
    return ident if isinstance(ident, str) else None


def open_calls(items: Iterable[Item]) -> tuple[str, ...]:
    """The call ids in the items that nothing in them answers, in order."""
    waiting: dict[str, None] = {}
    for item in items:
        ident = call_id_of(item)
        if ident is None:
            continue
        if item["type"] in ANSWERED_BY:
            waiting[ident] = None
        elif item["type"] in _OUTPUTS:
            waiting.pop(ident, None)
    return tuple(waiting)


def check(items: Sequence[Item], opened: Sequence[str] = (), *, stored: bool = False) -> None:
    """Raise the service's refusal of an input that does not hold together: an item twice, an output without its call, a call that the
    input leaves without an output; where the response is `stored`, a reasoning item without what followed it.
    """
    _once(items)
    _paired(items, opened)
    if stored:
        _followed(items)


def _once(items: Sequence[Item]) -> None:
    seen: set[str] = set()
    for item in items:
        ident = item.get("id")
        if ident is not None and ident in seen:
            raise Refusal("duplicate_item", param="input", id=ident)
        if isinstance(ident, str):
            seen.add(ident)


def _paired(items: Sequence[Item], opened: Sequence[str]) -> None:
    waiting: dict[str, None] = dict.fromkeys(opened)
    known = set(waiting)
    for item in items:
        ident = call_id_of(item)
        if ident is None:
            continue
        if item["type"] in ANSWERED_BY:
            waiting[ident] = None
            known.add(ident)
        elif item["type"] in _OUTPUTS:
            if ident not in known:
                raise Refusal("tool_call_not_found", call_id=ident, param="input")
            waiting.pop(ident, None)
    if waiting:
        raise Refusal("tool_output_not_found", call_id=next(iter(waiting)), param="input")


def _followed(items: Sequence[Item]) -> None:
    """A reasoning item that is named by its id wants the item that came after it, by its id too. A history that is kept by the client
    alone (`store: false`) may leave the ids out (recorded both ways).
    """
    for index, item in enumerate(items):
        if item["type"] == "reasoning" and item.get("id") and not _continues(items[index + 1 : index + 2]):
            raise Refusal("reasoning_without_item", param="input", id=item["id"])


def _continues(following: Sequence[Item]) -> bool:
    return any(item.get("id") and (item["type"] != "message" or item.get("role") == "assistant") for item in following)
