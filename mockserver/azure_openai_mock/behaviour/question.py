"""What a rule is asked about: one request, as far as rules may look at it. What costs something is computed when first looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..wire import json
from ..wire.types import Item, Object

_FROM_CLIENT = frozenset({"mcp_approval_response", "additional_tools", "compaction_trigger"})
"""Input item types that a client makes and whose names do not say so."""


ENTRA = "entra."
"""What the operations of Entra ID begin with: another service, whose tokens the service takes."""


@dataclass(frozen=True)
class Question:
    """One request to an operation.

    `model` is the deployment that the client named, `items` the input of this request alone (a string is one user message), `before` what
    the service keeps of the context, `turn` 1 + the answers visible in it. `headers` have lower-case names.
    """

    operation: str = "responses.create"
    model: str = ""
    request: Object = field(default_factory=dict)
    items: Sequence[Item] | None = None
    turn: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    region: str = ""
    profile: str = ""
    before: Sequence[Item] = ()

    @cached_property
    def user_texts(self) -> tuple[str, ...]:
        """The newest user message's text, and all user text together where there are several: only what stands behind the model's
        last output. Empty where that is no user text, as when the input holds a tool's output alone.
        """
        return _newest_and_all([text_of(item) for item in behind_last_answer(self._own) if item.get("role") == "user"])

    @cached_property
    def tool_texts(self) -> tuple[str, ...]:
        """The newest tool's output that the client sends, and all of them together where there are several: a text as it stands, any other
        output as JSON. Empty where none is behind the model's last output.
        """
        return _newest_and_all([_output(item["output"]) for item in behind_last_answer(self._own) if "output" in item])

    @cached_property
    def texts_before(self) -> tuple[str, ...]:
        """What the model said last before this question, in words; empty where it said none."""
        context = [*self.before, *self._own]
        said = last_said(context[: len(context) - len(behind_last_answer(context))])
        text = "\n".join(text for item in said if (text := text_of(item)))
        return (text,) if text else ()

    @property
    def _own(self) -> Sequence[Item]:
        return self.items if self.items is not None else _items(self.request.get("input"))

    @property
    def newest_user_text(self) -> str | None:
        """The newest user message's text, behind the model's last output."""
        return self.user_texts[0] if self.user_texts else None

    @cached_property
    def tools(self) -> frozenset[str]:
        """Every name by which a declared tool may be asked for: its name, its type, its server's label."""
        declared = self.request.get("tools")
        return frozenset(_names(declared)) if isinstance(declared, list) else frozenset()


def _items(given: object) -> Sequence[Item]:
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def _newest_and_all(texts: Sequence[str]) -> tuple[str, ...]:
    if not texts:
        return ()
    return (texts[-1],) if len(texts) == 1 else (texts[-1], "\n".join(texts))


def _output(given: object) -> str:
    return given if isinstance(given, str) else json.compact(given).decode()


def _names(tools: Sequence[Any]) -> Iterator[str]:
    for tool in tools:
        if isinstance(tool, dict):
            yield from (value for key in ("name", "type", "server_label") if isinstance(value := tool.get(key), str))
            if isinstance(inner := tool.get("tools"), list):
                yield from (name for spec in inner if isinstance(spec, dict) and isinstance(name := spec.get("name"), str))


def from_model(item: Item) -> bool:
    """Whether an input item is an earlier output of the model sent back. A reference is taken for one."""
    kind = str(item.get("type", "message"))
    if kind == "message":
        return item.get("role") == "assistant"
    return not (kind.endswith("_output") or kind in _FROM_CLIENT)


def behind_last_answer(items: Sequence[Item]) -> Sequence[Item]:
    """The items behind the model's last output."""
    last = next((index for index in range(len(items) - 1, -1, -1) if from_model(items[index])), -1)
    return items[last + 1 :]


def last_said(items: Sequence[Item]) -> list[Item]:
    """What the model said last: its items at the end."""
    start = len(items)
    while start and from_model(items[start - 1]):
        start -= 1
    return list(items[start:])


def answers_in(items: Sequence[Item]) -> int:
    """How many answers of the model an input shows: runs of its outputs that nothing of the client's interrupts."""
    kinds = [from_model(item) for item in items]
    return sum(1 for index, answer in enumerate(kinds) if answer and (index == 0 or not kinds[index - 1]))


def text_of(item: Item) -> str:
    """A message's text: its text parts, a line break between them."""
    content = item.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
