"""What a request asks, so that two that ask the same are equal whatever ids they carry and however their client spells them.

    {"model": "gpt-4o", "input": [...], "after": [...], …}

Ids become symbols in the order in which they first appear: a call and its output still belong together. What the model said before is told
by its essence, for the server mints its own ids and may add what the recorded service did not. Parameters that say how an answer is told,
kept or counted are left out, and so are those that say what a silent request means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...wire import json
from ...wire.types import Item, Object
from .. import match
from ..question import from_model, last_said

RESPONSES, CHAT = "responses.create", "chat.completions.create"
SPEAKING: Mapping[str, str] = {"/responses": RESPONSES, "/chat/completions": CHAT}
"""The end of a path that makes the model speak -> its operation."""
ASIDE = frozenset(
    {"stream", "stream_options", "store", "background", "include", "service_tier", "metadata", "user", "safety_identifier"}
    | {"prompt_cache_key", "prompt_cache_retention", "previous_response_id", "conversation"}
)
"""Parameters that do not change what is said. The last two are told by what was said before."""
IDS = frozenset({"call_id", "tool_call_id", "approval_request_id", "container", "container_id", "file_id", "file_ids", "vector_store_ids"})
"""Members that hold ids that the service mints."""
WORD = re.compile(r"[\w-]{8,}")
"""What may be an id in a text."""
SAID = ("name", "namespace", "arguments", "input", "action", "operation")
"""Members of a model's item that say what it said, besides its text."""
UNKNOWN = "another answer"
"""Stands for what was said before where the recording does not hold it."""


def operation_of(method: str, path: str) -> str | None:
    """The operation that makes the model speak, or None for any other."""
    return next((operation for end, operation in SPEAKING.items() if method == "POST" and path.rstrip("/").endswith(end)), None)


def continues(body: Object) -> bool:
    """Whether the request builds on what the service keeps."""
    return body.get("previous_response_id") is not None or body.get("conversation") is not None


def of_request(operation: str, body: Object, *, model: str, before: Sequence[Item] | None = ()) -> Object:
    """What this request asks. `before` is the context that the service keeps, None where nobody knows it."""
    symbols = _Symbols([*(before or ()), *as_items(body.get("input"))])
    asked: Object = {"model": model}
    if operation == RESPONSES and continues(body):
        asked["after"] = UNKNOWN if before is None else symbols.essences(last_said(before))
    for name, value in body.items():
        if name in ASIDE or name == "model" or _silent(operation, name, value):
            continue
        if name == "input":
            asked[name] = symbols.items(as_items(value))
        elif name == "messages" and isinstance(value, list):
            asked[name] = [symbols.message(one) for one in value if isinstance(one, Mapping)]
        else:
            asked[name] = symbols.value(value)
    return asked


def key_of(asked: Object) -> bytes:
    """Equal for what asks the same."""
    return json.compact(_sorted(asked))


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _silent(operation: str, name: str, value: Any) -> bool:
    """Whether leaving the parameter out says the same."""
    if value is None or value in ([], {}):
        return True
    return operation == RESPONSES and value == match.default_of(name)


def as_items(given: Any) -> list[Any]:
    """An input as items: a text is one user message."""
    return [{"role": "user", "content": given}] if isinstance(given, str) else given if isinstance(given, list) else []


class _Symbols:
    """Ids -> symbols, in the order of their first appearance."""

    def __init__(self, context: Iterable[Any]) -> None:
        self._known: dict[str, str] = {}
        items = [item for item in context if isinstance(item, Mapping)]
        self._minted = {ident for item in items for name in ("id", "call_id") if isinstance(ident := item.get(name), str)}

    def of(self, ident: str) -> str:
        """The symbol of an id."""
        return self._known.setdefault(ident, f"id {len(self._known) + 1}")

    def text(self, text: str) -> str:
        """A text with the context's ids as symbols: clients write calls' ids into what they send."""
        return WORD.sub(lambda found: self.of(found[0]) if found[0] in self._minted else found[0], text) if self._minted else text

    def value(self, value: Any, name: str = "") -> Any:
        """A plain value without what is null, its ids as symbols."""
        if isinstance(value, Mapping):
            return {key: self.value(one, key) for key, one in value.items() if one is not None}
        if isinstance(value, list):
            return [self.value(one, name) for one in value]
        if not isinstance(value, str):
            return value
        return self.of(value) if name in IDS else self.text(value)

    def essences(self, items: Iterable[Item]) -> list[Object]:
        """What the model's items say; what it thought is left out."""
        return [self._essence(item) for item in items if item.get("type") != "reasoning"]

    def items(self, items: Iterable[Any]) -> list[Object]:
        """Input items: the client's to the letter, the model's by their essence."""
        given = [item for item in items if isinstance(item, Mapping) and item.get("type") != "reasoning"]
        return [self._essence(item) if _said(item) else self._item(item) for item in given]

    def message(self, message: Mapping[str, Any]) -> Object:
        """One message of a chat."""
        kept = {name: value for name, value in message.items() if name not in ("content", "tool_calls", "annotations", "audio")}
        calls = [{"id": self.of(str(call.get("id"))), **self._call(call)} for call in message.get("tool_calls") or ()]
        content = _parts(message.get("content"), "text")
        return {**self.value(kept), **({"content": self.value(content)} if content else {}), **({"tool_calls": calls} if calls else {})}

    def _call(self, call: Mapping[str, Any]) -> Object:
        return {name: self.value(value) for name, value in call.items() if name not in ("id", "index")}

    def _item(self, item: Mapping[str, Any]) -> Object:
        if item.get("type") == "item_reference":
            return {"type": "item_reference", "id": self.of(str(item.get("id")))}
        kept = {
            name: value for name, value in item.items() if name not in ("id", "status", "content") and (name, value) != ("type", "message")
        }
        content = _parts(item.get("content"), "input_text")
        return {**self.value(kept), **({"content": self.value(content)} if content else {})}

    def _essence(self, item: Mapping[str, Any]) -> Object:
        kind = item.get("type", "message")
        said: Object = {"said": kind, **{name: self.value(_spelled(item[name])) for name in SAID if item.get(name) is not None}}
        if isinstance(item.get("call_id"), str):
            said["call_id"] = self.of(item["call_id"])
        text = "\n".join(str(part.get("text", part.get("refusal", ""))) for part in _parts(item.get("content"), "output_text"))
        return {**said, "text": self.text(text)} if text else said


def _said(item: Mapping[str, Any]) -> bool:
    return from_model(dict(item)) and item.get("type") != "item_reference"


def _parts(content: Any, kind: str) -> list[Any]:
    """A content's parts; a text is one part."""
    if isinstance(content, str):
        return [{"type": kind, "text": content}] if content else []
    return [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []


def _spelled(value: Any) -> Any:
    """Arguments as values: how JSON is spaced says nothing."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _sorted(json.loads(value))
        except ValueError:
            return value
    return value
