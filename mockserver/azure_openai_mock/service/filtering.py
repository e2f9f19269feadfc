"""What the content filter finds in an exchange: what a rule says it does, and what canary words stand for.

A rule's findings annotate, its `content_filter` blocks. Canary words do both by their severity, as the service would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..azure import filters
from ..azure.filters import Canary, Findings
from ..wire.refusal import Refusal
from ..wire.types import Item

BY_RULE: Mapping[str, Findings] = {"prompt": {"jailbreak": True}, "completion": {"hate": "medium"}}
"""What is found where a rule's `content_filter` does not say what."""


def found(text: str, said: Sequence[Item], outcome: Mapping[str, Any]) -> dict[str, Findings]:
    """All findings by source, in the user's `text` and in what is said to it."""
    blocked = outcome.get("content_filter")
    by_rule = outcome.get("findings") or ({blocked: BY_RULE[blocked]} if blocked else {})
    words = {"prompt": _worst(_asked(text)), "completion": _worst(_answered(text, said))}
    return {source: {**words[source], **by_rule.get(source, {})} for source in filters.SOURCES}


def admit(text: str, outcome: Mapping[str, Any]) -> None:
    """Refuse a prompt that the filter blocks."""
    if outcome.get("content_filter") == "prompt" or filters.blocks(_worst(_asked(text))):
        raise Refusal("content_filter", content_filters=[filters.entry("prompt", len(text), found(text, (), outcome)["prompt"])])


def cut(text: str, said: list[Item]) -> list[Item] | None:
    """What is left of an answer that the filter blocks: all up to the end of the word that it stumbles over; None where it passes."""
    if filters.CANARY not in text and not any(filters.CANARY in _text(item) for item in said):
        return None
    for index, item in enumerate(said):
        left = _stumbled(item)
        if left is not None:
            return [*said[:index], left]
    return said if filters.blocks(_worst(_answered(text, said))) else None


def _asked(text: str) -> Iterable[Canary]:
    return (canary for canary in filters.canaries(text) if not canary.answer)


def _answered(text: str, said: Sequence[Item]) -> Iterable[Canary]:
    yield from (canary for canary in filters.canaries(text) if canary.answer)
    for item in said:
        yield from filters.canaries(_text(item))


def _worst(canaries: Iterable[Canary]) -> dict[str, str | bool]:
    """The findings that the words stand for, of each category the most severe."""
    order = filters.table().severities
    worst: dict[str, str | bool] = {}
    for canary in canaries:
        known = worst.get(canary.name)
        if not (isinstance(known, str) and isinstance(canary.value, str) and order.index(known) > order.index(canary.value)):
            worst[canary.name] = canary.value
    return worst


def _stumbled(item: Item) -> Item | None:
    """The message up to the end of the first word that is filtered; None where there is none."""
    content = item.get("content") if item["type"] == "message" else None
    if isinstance(content, str):
        end = _end(content)
        return None if end is None else {**item, "content": content[:end]}
    for index, part in enumerate(content or ()):
        end = _end(_words(part))
        if end is not None:
            left = part[:end] if isinstance(part, str) else {**part, "text": part["text"][:end]}
            return {**item, "content": [*content[:index], left]}  # type: ignore[index]  # it was enumerated
    return None


def _end(text: str) -> int | None:
    """Where the first word ends that is filtered."""
    return next((canary.end for canary in filters.canaries(text) if filters.blocks({canary.name: canary.value})), None)


def _words(part: Any) -> str:
    return str(part.get("text") or "") if isinstance(part, dict) else str(part)


def _text(item: Item) -> str:
    """The words of a message that is about to be said."""
    content = item.get("content") if item["type"] == "message" else None
    return content if isinstance(content, str) else " ".join(map(_words, content or ()))
