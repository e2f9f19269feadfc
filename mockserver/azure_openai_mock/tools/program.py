"""`programmatic_tool_calling`: code by which the model calls the declared tools itself, and what came of it. It is told, never run."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from ..world import alphanumeric
from . import declaration, function
from .saying import message
from .seal import seal
from .shape import laid_out
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, call_id, code, fingerprint: no status."""
    given = {**item, "call_id": item.get("call_id") or mint.call_id(), "fingerprint": item.get("fingerprint") or seal(mint)}
    return laid_out(given, mint, "cm", code="")


def complete_output(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, result."""
    return laid_out({**item, "call_id": item.get("call_id") or mint.call_id()}, mint, "cmo", status="completed", result="")


def tell(item: Item, emit: Emit) -> None:
    """Added without its code, then whole (recorded)."""
    emit.added({**item, "code": ""})
    emit.done(item)


def tell_output(item: Item, emit: Emit) -> None:
    """Added without its result but with the status that it ends with, then whole (recorded)."""
    emit.added({**item, "result": ""})
    emit.done(item)


ITEM = Kind(complete, tell)
OUTPUT = Kind(complete_output, tell_output)


def use(spec: Object, ask: Ask) -> list[Item]:
    """A program that calls the first function that programs may call, and that call, which stays in progress (recorded).

    Without such a function, a program and its result.
    """
    ident = "call_" + alphanumeric(ask.dice.bits(24), 24)
    callable_ = [tool for tool in ask.tools if tool["type"] == "function" and "programmatic" in (tool.get("allowed_callers") or ())]
    if callable_:
        call = function.use(callable_[0], ask)[0]
        code = f"const result = await tools.{call['name']}({call['arguments']});\nreturn result;"
        caller = {"type": "program", "caller_id": ident}
        return [{"type": "program", "call_id": ident, "code": code}, {**call, "status": "in_progress", "caller": caller}]
    program: Item = {"type": "program", "call_id": ident, "code": "return 6 * 7;"}
    return [program, {"type": "program_output", "call_id": ident, "result": "42"}, message("A mock wrote a program without running it.")]


TOOL = Tool(declaration.check, declaration.echo, use, frozenset({"function_call_output"}))
