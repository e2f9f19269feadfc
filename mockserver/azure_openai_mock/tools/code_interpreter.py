"""`code_interpreter`: code that is told but never run."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from . import declaration
from .saying import message
from .shape import begun, finished, laid_out
from .tool import Ask, Tool


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


def use(spec: Object, ask: Ask) -> list[Item]:
    """A line of code, what it would print, and a message. Nothing is run."""
    given = spec.get("container")
    container = {"container_id": given} if isinstance(given, str) else {}
    left, right = 2 + ask.dice.integer(18), 2 + ask.dice.integer(18)
    outputs = [{"type": "logs", "logs": f"{left * right}\n"}] if "code_interpreter_call.outputs" in ask.includes else None
    call: Item = {"type": "code_interpreter_call", "code": f"print({left} * {right})", "outputs": outputs, **container}
    return [call, message(f"A mock wrote code without running it; it would print {left * right}.")]


TOOL = Tool(declaration.check, declaration.echo, use)
