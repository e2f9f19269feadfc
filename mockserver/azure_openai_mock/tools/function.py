"""`function`: the call that the client runs. Arguments stream as deltas, always at least one, also for `{}` (recorded: 174 of 174)."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.json import compact
from ..wire.types import Item


def complete(item: Item, mint: Mint) -> Item:
    """`arguments` may be an object. Keys: id, type, status, arguments, call_id, name."""
    arguments = item.get("arguments", "{}")
    known = {"id", "type", "status", "arguments", "call_id", "name"}
    return {
        "id": item.get("id") or mint.id("fc"),
        "type": "function_call",
        "status": item.get("status") or "completed",
        "arguments": arguments if isinstance(arguments, str) else compact(arguments).decode(),
        "call_id": item.get("call_id") or mint.call_id(),
        "name": item["name"],
        **{name: value for name, value in item.items() if name not in known},
    }


def tell(item: Item, emit: Emit) -> None:
    """Added with empty arguments, the arguments as deltas, then whole."""
    emit.added({**item, "status": "in_progress", "arguments": ""})
    emit.deltas("function_call_arguments.delta", item["arguments"], at_least_one=True)
    emit.event("function_call_arguments.done", arguments=item["arguments"])
    emit.done(item)


ITEM = Kind(complete, tell)
