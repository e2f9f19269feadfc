"""What is left of an answer that `max_output_tokens` or a stop sequence cuts short."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine import tokens
from ..wire.types import Item

_TEXT_IN = {"function_call": "arguments", "custom_tool_call": "input"}


def weight(item: Item) -> int:
    """Output tokens of one item, reasoning aside."""
    if item["type"] == "message":
        content = item.get("content", "")
        parts = [content] if isinstance(content, str) else content
        return sum(tokens.count(part if isinstance(part, str) else part.get("text") or part.get("refusal") or "") for part in parts)
    if item["type"] == "reasoning":
        return 0
    said = " ".join(value for value in item.values() if isinstance(value, str))
    return tokens.count(said) if said else 1


def cut(items: Sequence[Item], limit: int) -> tuple[list[Item], bool]:
    """The items as far as `limit` tokens go, and whether anything was lost. The last item kept is `incomplete` where it was cut."""
    kept: list[Item] = []
    left = limit
    for item in items:
        own = weight(item)
        if own <= left:
            kept.append(item)
            left -= own
            continue
        if left > 0:
            kept.append(_shortened(item, left))
        return kept, True
    return kept, False


def stopped(items: Sequence[Item], stops: Sequence[str]) -> list[Item]:
    """The items up to the first message in which one of these sequences stands, and that message up to it."""
    kept: list[Item] = []
    for item in items:
        text = item.get("content") if item["type"] == "message" else None
        ends = [text.index(stop) for stop in stops if stop and stop in text] if isinstance(text, str) else []
        if ends and isinstance(text, str):
            return [*kept, {**item, "content": text[: min(ends)]}]
        kept.append(item)
    return kept


def _shortened(item: Item, left: int) -> Item:
    if item["type"] == "message":
        content = item.get("content", "")
        text = content if isinstance(content, str) else "".join(part if isinstance(part, str) else part.get("text", "") for part in content)
        return {**item, "status": "incomplete", "content": "".join(tokens.split(text)[:left])}
    field = _TEXT_IN.get(item["type"])
    if field is not None and isinstance(item.get(field), str):
        return {**item, "status": "incomplete", field: "".join(tokens.split(item[field])[:left])}
    return {**item, "status": "incomplete"}
