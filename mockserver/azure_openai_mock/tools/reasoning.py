"""`reasoning`: summary parts when asked for, `encrypted_content` only when included, never a status (recorded: 130 of 130)."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .seal import seal


def complete(item: Item, mint: Mint) -> Item:
    """`summary` may hold plain strings. Keys: id, type, [content], [encrypted_content], summary."""
    whole: Item = {"id": item.get("id") or mint.id("rs"), "type": "reasoning"}
    if "content" in item:
        whole["content"] = [_texts(part, "reasoning_text") for part in item["content"] or []]
    if "encrypted_content" in item:
        whole["encrypted_content"] = item["encrypted_content"] or seal(mint)
    known = {"id", "type", "content", "encrypted_content", "summary"}
    whole["summary"] = [_texts(part, "summary_text") for part in item.get("summary") or []]
    return {**whole, **{name: value for name, value in item.items() if name not in known}}


def _texts(part: object, kind: str) -> object:
    return {"type": kind, "text": part} if isinstance(part, str) else part


def tell(item: Item, emit: Emit) -> None:
    """Added without its summary, then summary part by part, then reasoning text where the item holds some."""
    begun = {**item, "summary": []}
    if item.get("content"):
        begun["content"] = []
    emit.added(begun)
    for index, part in enumerate(item["summary"]):
        text = part["text"]
        emit.event("reasoning_summary_part.added", summary_index=index, part={**part, "text": ""})
        emit.deltas("reasoning_summary_text.delta", text, summary_index=index)
        emit.event("reasoning_summary_text.done", summary_index=index, text=text)
        emit.event("reasoning_summary_part.done", summary_index=index, part=part)
    for index, part in enumerate(item.get("content") or []):
        emit.event("content_part.added", content_index=index, part={**part, "text": ""})
        emit.deltas("reasoning_text.delta", part["text"], content_index=index)
        emit.event("reasoning_text.done", content_index=index, text=part["text"])
        emit.event("content_part.done", content_index=index, part=part)
    emit.done(item)


ITEM = Kind(complete, tell)
