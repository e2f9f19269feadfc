"""`tool_search`: deferred tools, found when they are needed. Searched here (`server`), or by the client."""

from __future__ import annotations

from ..engine.play import Kind, Mint
from ..wire.types import Item
from .shape import laid_out, tell_running, whole


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, arguments (an object), call_id (null where the service searches), execution."""
    execution = item.get("execution") or ("client" if item.get("call_id") else "server")
    call_id = item.get("call_id") or (mint.call_id() if execution == "client" else None)
    return laid_out({**item, "execution": execution, "call_id": call_id}, mint, "tsc", status="completed", arguments={})


def complete_output(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, execution, tools."""
    return laid_out(item, mint, "tso", status="completed", call_id=None, execution="server", tools=[])


ITEM = Kind(complete, tell_running)
OUTPUT = Kind(complete_output, tell_running)
ADDITIONAL = whole("at", role="developer", tools=[])
