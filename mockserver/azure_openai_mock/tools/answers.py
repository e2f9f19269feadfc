"""Calls and their answers: which calls wait for a client, and inputs that answer what was never asked or ask what is never answered.

The wordings are the service's (observed); the rules read the whole context: what the chain left open, and the new input in order.
An open call is known by a short text: the id by which it is answered, and on a second line another by which it may be.
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


BY_ITEM = frozenset({"local_shell_call", "local_shell_call_output"})
"""What finds each other by the call's item id too (OpenAPI description)."""


def call_id_of(item: Item) -> str | None:
    """The id by which a call and its answer find each other."""
    ident = item.get("call_id") or item.get("id")
    return ident if isinstance(ident, str) else None


def _opened(call: Item, ident: str) -> str:
    """The open call as it is known."""
    other = call.get("id") if call["type"] in BY_ITEM else None
    return f"{ident}\n{other}" if isinstance(other, str) and other != ident else ident


class _Waiting:
    """The calls that wait, in order, each under every id by which it may be answered."""

    def __init__(self, opened: Iterable[str] = ()) -> None:
        self.calls: dict[str, None] = {}
        self._known: dict[str, str] = {}
        for call in opened:
            self.add(call)

    def add(self, call: str) -> None:
        """A call that waits now."""
        self.calls[call] = None
        self._known.update(dict.fromkeys((call, *call.split("\n")), call))

    def answer(self, ident: str) -> bool:
        """Whether there was such a call, answered before or not; it waits no more."""
        call = self._known.get(ident)
        if call is not None:
            self.calls.pop(call, None)
        return call is not None


def open_calls(items: Iterable[Item], opened: Sequence[str] = ()) -> tuple[str, ...]:
    """The calls that were opened before or in the items, and that nothing in them answers, in order."""
    waiting = _Waiting(opened)
    for item in items:
        ident = call_id_of(item)
        if ident is None:
            continue
        if item["type"] in ANSWERED_BY:
            waiting.add(_opened(item, ident))
        elif item["type"] in _OUTPUTS:
            waiting.answer(ident)
    return tuple(waiting.calls)


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
        if isinstance(ident, str) and item["type"] not in BY_ITEM:
            seen.add(ident)


def _paired(items: Sequence[Item], opened: Sequence[str]) -> None:
    waiting = _Waiting(opened)
    for item in items:
        ident = call_id_of(item)
        if ident is None:
            continue
        if item["type"] in ANSWERED_BY:
            waiting.add(_opened(item, ident))
        elif item["type"] in _OUTPUTS and not waiting.answer(ident):
            raise Refusal("tool_call_not_found", call_id=ident, param="input")
    if waiting.calls:
        raise Refusal("tool_output_not_found", call_id=next(iter(waiting.calls)).split("\n")[0], param="input")


def _followed(items: Sequence[Item]) -> None:
    """A reasoning item that is named by its id wants the item that came after it, by its id too. A history that is kept by the client
    alone (`store: false`) may leave the ids out (recorded both ways).
    """
    for index, item in enumerate(items):
        if item["type"] == "reasoning" and item.get("id") and not _continues(items[index + 1 : index + 2]):
            raise Refusal("reasoning_without_item", param="input", id=item["id"])


def _continues(following: Sequence[Item]) -> bool:
    return any(item.get("id") and (item["type"] != "message" or item.get("role") == "assistant") for item in following)
