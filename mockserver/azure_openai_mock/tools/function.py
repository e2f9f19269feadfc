"""`function`: the call that the client runs. Arguments stream as deltas, always at least one, also for `{}` (recorded: 174 of 174)."""

from __future__ import annotations

from ..azure.shapes import kind_of
from ..engine import schema
from ..engine.play import Emit, Kind, Mint
from ..wire.json import compact
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
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


_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
LONGEST_NAME = 64
EMPTY: Object = {"type": "object", "properties": {}}


def check(spec: Object, at: str) -> None:
    """A name of the allowed letters, and parameters that are an object schema (strictly made where strict)."""
    name = spec.get("name")
    if name is None:
        raise Refusal("missing_required_parameter", param=f"{at}.name")
    if not isinstance(name, str):
        raise Refusal("invalid_type", param=f"{at}.name", expected="a string", got=kind_of(name))
    if not name:
        raise Refusal("empty_string", param=f"{at}.name", minimum=1)
    if len(name) > LONGEST_NAME:
        raise Refusal("string_above_max_length", param=f"{at}.name", maximum=LONGEST_NAME, length=len(name))
    if not _NAME.issuperset(name):
        raise Refusal("string_pattern_mismatch", param=f"{at}.name", got=name, pattern="^[a-zA-Z0-9_-]+$")
    for key, kind, expected in (("description", str, "a string"), ("strict", bool, "a boolean"), ("parameters", dict, "an object")):
        value = spec.get(key)
        if value is not None and not isinstance(value, kind):
            raise Refusal("invalid_type", param=f"{at}.{key}", expected=expected, got=kind_of(value))
    parameters = spec.get("parameters")
    if not parameters:
        return
    try:
        if spec.get("strict") is True:
            schema.check_strict(parameters, at=f"{at}.parameters")
        else:
            schema.check_loose(parameters, at=f"{at}.parameters")
    except schema.SchemaProblem as problem:
        raise Refusal("invalid_function_parameters", param=f"{at}.parameters", name=name, reason=problem.message) from None


def echo(spec: Object) -> Object:
    """Keys type, description, name, output_schema, parameters, strict; an omitted `strict` is true and closes the schema (recorded)."""
    parameters = spec.get("parameters")
    strict = spec.get("strict")
    if parameters is not None and not parameters:
        parameters = EMPTY
    if strict is None:
        strict = True
        parameters = schema.normalise_strict(parameters)
    known = {"type", "description", "name", "output_schema", "parameters", "strict"}
    return {
        "type": "function",
        "description": spec.get("description") or None,
        "name": spec["name"],
        "output_schema": spec.get("output_schema"),
        "parameters": parameters,
        "strict": strict,
        **{key: value for key, value in spec.items() if key not in known},
    }


def use(spec: Object, ask: Ask) -> list[Item]:
    """One call, its arguments valid against the declared schema."""
    arguments = schema.sample(spec.get("parameters") or EMPTY, ask.dice, hint=ask.text)
    return [{"type": "function_call", "name": spec["name"], "arguments": compact(arguments).decode()}]


TOOL = Tool(check, echo, use, answered_by=frozenset({"function_call_output"}))
