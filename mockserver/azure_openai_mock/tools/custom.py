"""`custom`: a call whose input is free text, or text of a grammar."""

from __future__ import annotations

from ..engine import schema
from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from . import declaration, lark
from .shape import begun, in_words, laid_out, whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, [caller], input, name, [namespace]."""
    call_id = item.get("call_id") or mint.call_id()
    return laid_out({**item, "call_id": call_id, "input": in_words(item.get("input", ""))}, mint, "ctc", status="completed")


def tell(item: Item, emit: Emit) -> None:
    """Added with empty input, the input as deltas, then whole."""
    emit.added(begun(item, input=""))
    emit.deltas("custom_tool_call_input.delta", item["input"])
    emit.event("custom_tool_call_input.done", input=item["input"])
    emit.done(item)


ITEM = Kind(complete, tell)
OUTPUT = whole("ctc", status="completed", output="")


def use(spec: Object, ask: Ask) -> list[Item]:
    """A call with the user's words as its input, or with a text of the grammar where the format has one."""
    form = spec.get("format") or {}
    said = grammar_text(form, ask) if form.get("type") == "grammar" else ask.text or "hello"
    return [{"type": "custom_tool_call", "name": spec["name"], "input": said}]


def grammar_text(form: Object, ask: Ask) -> str:
    """A text of the grammar; the user's words where the grammar is beyond what can be followed here."""
    try:
        if form.get("syntax") == "lark":
            return lark.sample(str(form["definition"]), ask.dice)
        return str(schema.sample({"type": "string", "pattern": f"^(?:{form['definition']})$"}, ask.dice, hint=ask.text))
    except (schema.Unsatisfiable, schema.SchemaProblem, lark.Beyond):
        return ask.text or "hello"


TOOL = Tool(declaration.check, declaration.echo, use, frozenset({"custom_tool_call_output"}))
