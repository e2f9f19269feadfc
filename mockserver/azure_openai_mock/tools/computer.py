"""`computer_use_preview` and `computer`: clicks and keys for the client to make, answered with a screenshot."""

from __future__ import annotations

from ..engine.play import Kind, Mint
from ..wire.types import Item
from .shape import laid_out, tell_running, whole


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action (or `actions`), call_id, pending_safety_checks."""
    call_id = item.get("call_id") or mint.call_id()
    absent: dict[str, object] = {} if "actions" in item else {"action": {"type": "screenshot"}}
    return laid_out({**item, "call_id": call_id}, mint, "cu", status="completed", pending_safety_checks=[], **absent)


ITEM = Kind(complete, tell_running)
OUTPUT = whole("cu", status="completed")
