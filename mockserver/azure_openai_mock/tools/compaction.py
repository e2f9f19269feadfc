"""`compaction`: what came before, in a form that only the service reads."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .seal import seal
from .shape import laid_out


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, encrypted_content."""
    return laid_out({**item, "encrypted_content": item.get("encrypted_content") or seal(mint)}, mint, "cmp")


def tell(item: Item, emit: Emit) -> None:
    """Added and done; with the turn's option `compacting` (the input asked for it by a trigger) `compacting` is told between."""
    emit.added(item)
    if emit.options.get("compacting"):
        emit.event("compaction.compacting")
    emit.done(item)


ITEM = Kind(complete, tell)
