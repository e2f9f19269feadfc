"""`function`: the call that the client runs. Arguments stream as deltas, always at least one, also for `{}` (recorded: 174 of 174)."""

from __future__ import annotations

from ..engine import schema
from ..engine.play import Emit, Kind, Mint
from ..wire.json import compact
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import declaration
from .shape import in_words, laid_out, whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """`arguments` may be an object. Keys: id, type, status, arguments, call_id, [caller], name, [namespace]."""
    call_id = item.get("call_id") or mint.call_id()
    if item.keys() <= _USUAL:
        return {
            "id": item.get("id") or mint.id("fc"),
            "type": "function_call",
            "status": item.get("status") or "completed",
            "arguments": in_words(item.get("arguments")),
            "call_id": call_id,
            "name": item["name"],
        }
    return laid_out({**item, "arguments": in_words(item.get("arguments")), "call_id": call_id}, mint, "fc", status="completed")


_USUAL = {"id", "type", "status", "arguments", "call_id", "name"}


def tell(item: Item, emit: Emit) -> None:
    """Added with empty arguments, the arguments as deltas, then whole."""
    emit.added({**item, "status": "in_progress", "arguments": ""})
    emit.deltas("function_call_arguments.delta", item["arguments"], at_least_one=True)
    emit.event("function_call_arguments.done", arguments=item["arguments"])
    emit.done(item)


ITEM = Kind(complete, tell)
OUTPUT = whole("fc", status="completed", output="")


EMPTY: Object = {"type": "object", "properties": {}}


def check(spec: Object, at: str) -> None:
    """A name of the allowed letters, and parameters that are an object schema (strictly made where strict)."""
    declaration.check(spec, at)
    parameters(spec, at)


def parameters(spec: Object, at: str) -> None:
    """Raise the refusal of a schema that the service does not take, in its words."""
    given = spec.get("parameters")
    if not given:
        return
    try:
        if spec.get("strict") is True:
            schema.check_strict(given, at=f"{at}.parameters")
        else:
            schema.check_loose(given, at=f"{at}.parameters")
    except schema.SchemaProblem as problem:
        raise Refusal("invalid_function_parameters", param=f"{at}.parameters", name=spec["name"], reason=problem.message) from None


def echo(spec: Object) -> Object:
    """No parameters are an empty object's. An omitted `strict` is true, and closes the schema; `strict: null` is false (all recorded)."""
    shown = declaration.echo({**spec, "type": "function"})
    given = shown.get("parameters") or EMPTY
    shown["parameters"] = given if "strict" in spec else schema.normalise_strict(given)
    shown["strict"] = spec.get("strict", True) is True
    shown["description"] = shown["description"] or None
    return declaration.laid_out(shown)


def use(spec: Object, ask: Ask) -> list[Item]:
    """One call, its arguments valid against the declared schema."""
    arguments = schema.sample(spec.get("parameters") or EMPTY, ask.dice, hint=ask.text, want=ask.want)
    return [{"type": "function_call", "name": spec["name"], "arguments": compact(arguments).decode()}]


TOOL = Tool(check, echo, use, answered_by=frozenset({"function_call_output"}))
