"""`web_search` and its preview: a search that is told but never made."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .shape import begun, finished, laid_out


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action."""
    return laid_out(item, mint, "ws", status="completed", action={"type": "search", "query": ""})


def tell(item: Item, emit: Emit) -> None:
    """in_progress, searching, completed; one that is still searching is never completed (recorded once on Azure)."""
    emit.added(begun(item, action={"type": (item["action"] or {}).get("type", "search")}))
    emit.event("web_search_call.in_progress")
    emit.event("web_search_call.searching")
    if finished(item):
        emit.event("web_search_call.completed")
    emit.done(item)


ITEM = Kind(complete, tell)
