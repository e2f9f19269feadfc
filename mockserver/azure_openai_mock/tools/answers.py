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


def check(items: Sequence[Item], opened: Sequence[str] = ()) -> None:
    """Raise the service's refusal of an output without its call, or of a call that the input leaves without an output."""
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
