"""What the content filter finds in an exchange: what a rule says it does, and what canary words stand for.

A rule's findings annotate, its `content_filter` blocks. Canary words do both by their severity, as the service would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from ..azure import filters, inputs
from ..azure.filters import Canary, Findings
from ..behaviour.question import from_model
from ..wire.record import record
from ..wire.refusal import Refusal
from ..wire.types import Item
from .asking import Asked

BY_RULE: Mapping[str, Findings] = {"prompt": {"jailbreak": True}, "completion": {"hate": "medium"}}
"""What is found where a rule's `content_filter` does not say what."""


@record(frozen=True, slots=True)
class Prompt:
    """What the filter reads of a request. `newest` is the user's newest message; `judged` is that alone, or all texts of the prompt where
    another one has a canary.
    """

    newest: str
    judged: tuple[str, ...]

    @property
    def length(self) -> int | None:
        """How many characters were checked; None where there was no text."""
        return sum(map(len, self.judged)) or None

    def findings(self) -> dict[str, str | bool]:
        """What the words in it stand for."""
        return _worst(canary for text in self.judged for canary in filters.canaries(text) if not canary.answer)


def prompt_of(asked: Asked) -> Prompt:
    """What the filter reads of this request: see `prompt` in its table."""
    newest = inputs.fresh_user_text(asked.items)
    texts = tuple(_texts(asked))
    return Prompt(newest, texts if any(filters.CANARY in text for text in texts if text != newest) else (newest,))


def _texts(asked: Asked) -> Iterator[str]:
    parts = filters.table().prompt
    if "instructions" in parts:
        yield asked.request.get("instructions") or ""
    before = asked.before if "before" in parts else ()
    for item in chain(before, asked.items):
        if _part(item) in parts:
            yield inputs.text_of(item)


def _part(item: Item) -> str:
    if from_model(item):
        return "answers"
    return "messages" if item.get("type", "message") == "message" else "tool_outputs"


def found(prompt: Prompt, said: Sequence[Item], outcome: Mapping[str, Any]) -> dict[str, Findings]:
    """All findings by source, in the prompt and in what is said to it."""
    blocked = outcome.get("content_filter")
    by_rule = outcome.get("findings") or ({blocked: BY_RULE[blocked]} if blocked else {})
    words = {"prompt": prompt.findings(), "completion": _worst(_answered(prompt.newest, said))}
    return {source: {**words[source], **by_rule.get(source, {})} for source in filters.SOURCES}


def admit(prompt: Prompt, outcome: Mapping[str, Any]) -> None:
    """Refuse a prompt that the filter blocks."""
    if outcome.get("content_filter") == "prompt" or filters.blocks(prompt.findings()):
        entry = filters.entry("prompt", prompt.length or 0, found(prompt, (), outcome)["prompt"])
        raise Refusal("content_filter", content_filters=[entry])


def cut(text: str, said: list[Item]) -> list[Item] | None:
    """What is left of an answer that the filter blocks: all up to the end of the word that it stumbles over; None where it passes."""
    if filters.CANARY not in text and not any(filters.CANARY in _text(item) for item in said):
        return None
    for index, item in enumerate(said):
        left = _stumbled(item)
        if left is not None:
            return [*said[:index], left]
    return said if filters.blocks(_worst(_answered(text, said))) else None


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
