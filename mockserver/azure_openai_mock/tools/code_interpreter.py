"""`code_interpreter`: code that is told but never run."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .shape import begun, finished, laid_out


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, code, container_id, outputs (null unless included)."""
    container = item.get("container_id") or mint.opaque("cntr")
    return laid_out({**item, "container_id": container}, mint, "ci", status="completed", code="", outputs=None)


def tell(item: Item, emit: Emit) -> None:
    """in_progress, the code as deltas, interpreting, completed."""
    emit.added(begun(item, code="", outputs=None if item["outputs"] is None else []))
    emit.event("code_interpreter_call.in_progress")
    code = item["code"] or ""
    emit.deltas("code_interpreter_call_code.delta", code)
    emit.event("code_interpreter_call_code.done", code=code)
    if item["status"] not in ("in_progress", "incomplete"):
        emit.event("code_interpreter_call.interpreting")
    if finished(item):
        emit.event("code_interpreter_call.completed")
    emit.done(item)


ITEM = Kind(complete, tell)
