"""A chat request in the words of a Responses request: the same model answers both. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...wire.refusal import Refusal
from ...wire.types import Item, Object

SAME = ("temperature", "top_p", "parallel_tool_calls", "metadata", "user", "service_tier", "stream", "top_logprobs")
"""Parameters that both know under one name."""


def request_of(body: Object, deployment: str, items: Sequence[Item], tools: Sequence[Object]) -> Object:
    """The Responses request that asks for the same. `stop` has no name there and keeps its own."""
    request: Object = {"model": deployment, "input": list(items), "store": False}
    request |= {name: body[name] for name in SAME if body.get(name) is not None}
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    if limit is not None:
        request["max_output_tokens"] = limit
    if body.get("reasoning_effort") is not None:
        request["reasoning"] = {"effort": body["reasoning_effort"]}
    text = {"format": format_of(body["response_format"])} if body.get("response_format") else {}
    if body.get("verbosity") is not None:
        text["verbosity"] = body["verbosity"]
    if text:
        request["text"] = text
    if body.get("logprobs"):
        request["include"] = ["message.output_text.logprobs"]
    if tools:
        request["tools"] = list(tools)
        request["tool_choice"] = choice_of(body)
    if body.get("functions"):
        request["parallel_tool_calls"] = False
    stop = body.get("stop")
    if stop:
        request["stop"] = [stop] if isinstance(stop, str) else stop
    return request


def format_of(given: Object) -> Object:
    """`response_format` as `text.format`."""
    if given["type"] != "json_schema":
        return {"type": given["type"]}
    inner = given["json_schema"]
    return {"type": "json_schema", "schema": {}, "strict": False, **{name: value for name, value in inner.items() if value is not None}}


def tools_of(body: Object) -> list[Object]:
    """The declared tools, each flat as Responses have it. `strict` is false where it is left out, other than there."""
    if body.get("functions"):
        return [_function(one) for one in body["functions"]]
    return [_function(one["function"]) if one["type"] == "function" else _custom(one["custom"]) for one in body.get("tools") or ()]


def _function(given: Object) -> Object:
    return {"type": "function", "strict": False, **{name: value for name, value in given.items() if value is not None}}


def _custom(given: Object) -> Object:
    form = given.get("format")
    flat = {**form["grammar"], "type": "grammar"} if isinstance(form, dict) and isinstance(form.get("grammar"), dict) else form
    return {"type": "custom", **given, **({"format": flat} if flat else {})}


def choice_of(body: Object) -> Any:
    """`tool_choice`, or the older `function_call`, as Responses have it."""
    choice = body.get("function_call") if body.get("functions") else body.get("tool_choice")
    if not isinstance(choice, dict):
        return choice or "auto"
    if "type" not in choice:
        return {"type": "function", "name": choice.get("name")}
    if choice["type"] == "allowed_tools":
        inner = choice.get("allowed_tools") or {}
        return {"type": "allowed_tools", "mode": inner.get("mode"), "tools": [_named(one) for one in inner.get("tools") or ()]}
    return _named(choice)


def _named(choice: Any) -> Any:
    inner = choice.get(choice.get("type")) if isinstance(choice, dict) else None
    return {"type": choice["type"], "name": inner.get("name")} if isinstance(inner, dict) else choice


def items_of(messages: Sequence[Object]) -> list[Item]:
    """The messages as input items, oldest first: a message, its calls, their outputs."""
    return [item for message in messages for item in _ROLES.get(message["role"], _spoken)(message)]


def _spoken(message: Object) -> Iterator[Item]:
    yield _message(message["role"], _parts(message["content"], "input_text"))


def _answered(message: Object) -> Iterator[Item]:
    parts = _parts(message.get("content") or [], "output_text")
    if message.get("refusal"):
        parts.append({"type": "refusal", "refusal": message["refusal"]})
    if parts:
        yield _message("assistant", parts)
    for call in message.get("tool_calls") or ():
        inner = call[call["type"]]
        if call["type"] == "function":
            yield {"type": "function_call", "status": "completed", "arguments": inner["arguments"], "call_id": call["id"], **_name(inner)}
        else:
            yield {"type": "custom_tool_call", "status": "completed", "call_id": call["id"], "input": inner["input"], **_name(inner)}
    legacy = message.get("function_call")
    if legacy:
        yield {"type": "function_call", "status": "completed", "arguments": legacy["arguments"], "call_id": legacy["name"], **_name(legacy)}


def _name(call: Object) -> Object:
    return {"name": call["name"]}


def _returned(message: Object) -> Iterator[Item]:
    content = message["content"]
    output = content if isinstance(content, str) else "".join(part["text"] for part in content)
    ident = message.get("tool_call_id") or message.get("name")
    yield {"type": "function_call_output", "status": "completed", "call_id": ident, "output": output}


_ROLES = {"assistant": _answered, "tool": _returned, "function": _returned}


def _message(role: str, parts: list[Object]) -> Item:
    return {"type": "message", "status": "completed", "content": parts, "role": role}


def _parts(content: Any, kind: str) -> list[Object]:
    if isinstance(content, str):
        return [{"type": kind, "text": content}]
    return [_part(part, kind) for part in content]


def _part(part: Object, kind: str) -> Object:
    if part["type"] == "text":
        return {"type": kind, "text": part["text"]}
    if part["type"] == "image_url":
        image = part["image_url"]
        return {"type": "input_image", "detail": image.get("detail") or "auto", "image_url": image["url"]}
    if part["type"] == "file":
        return {"type": "input_file", **part["file"]}
    return dict(part)


def paired(messages: Sequence[Object]) -> None:
    """Raise the service's refusal of a tool message that answers no call, or a call that no tool message answers."""
    waiting: dict[str, None] = {}
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                raise Refusal("tool_message_without_call", param=f"messages.[{index}].role")
            del waiting[message["tool_call_id"]]
            continue
        _none_waits(waiting, index)
        waiting = {call["id"]: None for call in message.get("tool_calls") or ()}
    _none_waits(waiting, len(messages))


def _none_waits(waiting: Mapping[str, None], index: int) -> None:
    if waiting:
        raise Refusal("tool_calls_unanswered", param=f"messages.[{index}].role", call_id=", ".join(waiting))


def speaks_of_json(messages: Sequence[Object]) -> bool:
    """Whether any message says the word, which JSON mode demands."""
    return any("json" in part.get("text", "").lower() for message in messages for part in _parts(message.get("content") or "", "text"))
