"""What is left of an answer that `max_output_tokens` or a stop sequence cuts short."""

from __future__ import annotations

from collections.abc import Sequence

from ..azure import inputs
from ..engine import tokens
from ..wire.record import record
from ..wire.types import Item

_TEXT_IN = {"function_call": "arguments", "custom_tool_call": "input"}


@record(frozen=True, slots=True)
class Cost:
    """Tokens that what is said costs beside its text."""

    message: int = 0
    call: int = 0
    thought: int = 0


def cost(*, reasons: bool, tools: bool = False, shaped: bool = False) -> Cost:
    """What it is for a model that reasons or not, with tools declared or not, where a schema is followed or not (recorded)."""
    more = (tokens.SHAPED if shaped else 0) if reasons else (tokens.WITH_TOOLS if tools else 0)
    return Cost(tokens.ENDING["assistant"][reasons] + more, tokens.ENDING["function_call"][reasons], tokens.THOUGHT)


def weight(item: Item, beside: Cost) -> int:
    """Output tokens of one item, reasoning tokens aside. What was cut short lacks what ends it."""
    if item["type"] == "reasoning":
        return beside.thought
    ends = 0 if item.get("status") == "incomplete" else beside.message if item["type"] == "message" else beside.call
    if item["type"] in ("message", "function_call"):
        return tokens.count(inputs.text_of(item)) + ends
    said = " ".join(value for value in item.values() if isinstance(value, str))
    return tokens.count(said) if said else 1


def cut(items: Sequence[Item], limit: int, beside: Cost) -> tuple[list[Item], bool]:
    """The items as far as `limit` tokens go, and whether anything was lost. The last item kept is `incomplete` where it was cut."""
    kept: list[Item] = []
    left = limit
    for item in items:
        own = weight(item, beside)
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
        return {**item, "status": "incomplete", "content": _within(text, left)}
    field = _TEXT_IN.get(item["type"])
    if field is not None and isinstance(item.get(field), str):
        return {**item, "status": "incomplete", field: _within(item[field], left)}
    return {**item, "status": "incomplete"}


def _within(text: str, limit: int) -> str:
    """The text's beginning, of at most so many tokens."""
    kept: list[str] = []
    for piece in tokens.split(text):
        limit -= tokens.count(piece)
        if limit < 0:
            break
        kept.append(piece)
    return "".join(kept)
