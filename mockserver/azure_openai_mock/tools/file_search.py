"""`file_search`: a search in vector stores. What it finds is given by whoever holds the stores."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .shape import begun, finished, laid_out


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, queries, results (null unless included)."""
    return laid_out(item, mint, "fs", status="completed", queries=[], results=None)


def tell(item: Item, emit: Emit) -> None:
    """in_progress, searching, completed; queries and results only when done."""
    emit.added(begun(item, queries=[], results=None))
    emit.event("file_search_call.in_progress")
    emit.event("file_search_call.searching")
    if finished(item):
        emit.event("file_search_call.completed")
    emit.done(item)


ITEM = Kind(complete, tell)
