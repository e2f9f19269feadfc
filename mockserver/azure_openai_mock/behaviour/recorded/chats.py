"""A recorded chat completion as the response that it would have been: rules speak of one model, which every operation shows in its form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...engine.chat import CALLS, ENDS
from ...wire.types import Event, Item, Object

REASONS: Mapping[str, str] = {reason: ended for ended, reason in ENDS.items()}
"""Finish reason -> why the turn was incomplete."""
KINDS: Mapping[str, tuple[str, str]] = {kind: (item, member) for item, (kind, member) in CALLS.items()}
"""A tool call's type -> the item that it is, and the member that is streamed."""


def are_chunks(events: Iterable[Event]) -> bool:
    """Whether a stream is one of chat completions."""
    return any("choices" in event for event in events)


def response_of(body: Object, problems: list[str]) -> Object:
    """`{status, incomplete_details, output}` of a chat completion's first choice."""
    choices = [choice for choice in body.get("choices") or () if isinstance(choice, Mapping)]
    if len(choices) > 1:
        problems.append(f"it has {len(choices)} choices, of which the first is told")
    choice: Mapping[str, Any] = choices[0] if choices else {}
    message = choice.get("message") or {}
    reason = REASONS.get(str(choice.get("finish_reason")))
    response: Object = {"status": "incomplete" if reason else "completed", "output": list(_items(message))}
    return {**response, "incomplete_details": {"reason": reason}} if reason else response


def _items(message: Mapping[str, Any]) -> Iterable[Item]:
    if message.get("reasoning_content"):
        yield {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": message["reasoning_content"]}]}
    content = [{"type": kind, member: message[name]} for name, kind, member in PARTS if message.get(name)]
    if content:
        yield {"type": "message", "content": content}
    legacy = message.get("function_call")
    for call in [*(message.get("tool_calls") or ()), *([{"type": "function", "function": legacy}] if legacy else [])]:
        kind = str(call.get("type") or "function")
        if kind in KINDS:
            item, member = KINDS[kind]
            inner = call.get(kind) or {}
            yield {"type": item, "name": inner.get("name", ""), member: inner.get(member, "")}


def items_of(messages: Any) -> list[Item]:
    """A chat's messages as the items that they are in a response's input."""
    items: list[Item] = []
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, Mapping):
            continue
        if message.get("role") in ("tool", "function"):
            items.append({"type": "function_call_output", "output": _text(message.get("content"))})
        elif message.get("role") == "assistant":
            items.extend({"role": "assistant", **item} for item in _items(message))
        else:
            items.append({"type": "message", "role": message.get("role"), "content": message.get("content")})
    return items


def _text(content: Any) -> str:
    parts = content if isinstance(content, list) else ()
    return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))


PARTS = (("content", "output_text", "text"), ("refusal", "refusal", "refusal"))
"""A message's member -> the type of the part that it is, and where its text stands."""


def folded(events: Sequence[Event]) -> Object:
    """The body that a recorded stream's chunks amount to, as far as they came, whoever sent them."""
    choices: dict[int, Object] = {}
    for event in events:
        for told in event.get("choices") or ():
            choice = choices.setdefault(told.get("index") or 0, {"message": {}, "finish_reason": None})
            choice["finish_reason"] = told.get("finish_reason") or choice["finish_reason"]
            _add(choice["message"], told.get("delta") or {})
    return {"choices": [choices[index] for index in sorted(choices)]}


def _add(message: Object, delta: Mapping[str, Any]) -> None:
    for name in ("content", "refusal", "reasoning_content"):
        if delta.get(name):
            message[name] = f"{message.get(name) or ''}{delta[name]}"
    if delta.get("function_call"):
        _join(message.setdefault("function_call", {}), delta["function_call"])
    calls: list[Object] = message.setdefault("tool_calls", []) if delta.get("tool_calls") else []
    for told in delta.get("tool_calls") or ():
        index = told.get("index", len(calls))
        while len(calls) <= min(index, 1_000):
            calls.append({})
        call = calls[min(index, 1_000)]
        call["type"] = told.get("type") or call.get("type") or next((kind for kind in KINDS if told.get(kind)), "function")
        _join(call.setdefault(call["type"], {}), told.get(call["type"]) or {})


def _join(held: Object, delta: Mapping[str, Any]) -> None:
    for name, value in delta.items():
        if isinstance(value, str):
            held[name] = f"{held.get(name) or ''}{value}"
