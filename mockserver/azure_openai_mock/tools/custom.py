"""`custom`: a call whose input is free text, or text of a grammar."""

from __future__ import annotations

from ..engine import schema
from ..engine.play import Emit, Kind, Mint
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from .member import Member, as_declared, check, text
from .shape import begun, in_words, laid_out, whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, [caller], input, name, [namespace]."""
    call_id = item.get("call_id") or mint.call_id()
    return laid_out({**item, "call_id": call_id, "input": in_words(item.get("input", ""))}, mint, "ctc", status="completed")


def tell(item: Item, emit: Emit) -> None:
    """Added with empty input, the input as deltas without obfuscation, then whole."""
    emit.added(begun(item, input=""))
    emit.deltas("custom_tool_call_input.delta", item["input"])
    emit.event("custom_tool_call_input.done", input=item["input"])
    emit.done(item)


ITEM = Kind(complete, tell)
OUTPUT = whole("ctc", status="completed", output="")


_MEMBERS = check({"name": text(required=True), "description": text(), "format": Member((dict,))})
_GRAMMAR = check({"syntax": text("lark", "regex", required=True), "definition": text(required=True)})


def checked(spec: Object, at: str) -> None:
    """A name, and a format that is text or a grammar."""
    _MEMBERS(spec, at)
    form = spec.get("format")
    if form is None:
        return
    if form.get("type") not in ("text", "grammar"):
        raise Refusal("invalid_value", param=f"{at}.format.type", got=form.get("type"), supported=("text", "grammar"))
    if form["type"] == "grammar":
        _GRAMMAR(form, f"{at}.format")


def use(spec: Object, ask: Ask) -> list[Item]:
    """A call with the user's words as its input, or with a text of the pattern where the format is a regular expression."""
    form = spec.get("format") or {}
    said = ask.text or "hello"
    if form.get("type") == "grammar" and form.get("syntax") == "regex":
        said = str(schema.sample({"type": "string", "pattern": form["definition"]}, ask.dice))
    return [{"type": "custom_tool_call", "name": spec["name"], "input": said}]


TOOL = Tool(checked, as_declared, use, frozenset({"custom_tool_call_output"}))
