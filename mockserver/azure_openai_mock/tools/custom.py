"""`custom`: a call whose input is free text, or text of a grammar."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .shape import begun, in_words, laid_out, whole


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
