"""`program`: code by which the model calls the declared tools itself, and what came of it. It is told, never run."""

from __future__ import annotations

from ..engine.play import Kind, Mint
from ..wire.types import Item
from .seal import seal
from .shape import laid_out, tell_running, tell_whole


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, call_id, code, fingerprint: no status."""
    given = {**item, "call_id": item.get("call_id") or mint.call_id(), "fingerprint": item.get("fingerprint") or seal(mint)}
    return laid_out(given, mint, "cm", code="")


def complete_output(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, result."""
    return laid_out({**item, "call_id": item.get("call_id") or mint.call_id()}, mint, "cmo", status="completed", result="")


ITEM = Kind(complete, tell_whole)
OUTPUT = Kind(complete_output, tell_running)
