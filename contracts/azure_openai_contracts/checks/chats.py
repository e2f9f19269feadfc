"""Chat completions: the body, the chunks of a stream, and that both keep to what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ..exchange import Exchange
from .check import Check, each, short
from .structured import problem_of

Chat = dict[str, Any]

FINISHED: Final = ("stop", "length", "tool_calls", "content_filter", "function_call")
_ID: Final = re.compile(r"chatcmpl-\w+")


def asked_of(exchange: Exchange) -> dict[str, Any]:
    """What was asked of a chat; empty for anything else."""
    body = exchange.request.json
    return body if exchange.operation == "chat.completions.create" and isinstance(body, dict) else {}


def chunks_of(exchange: Exchange) -> list[Chat]:
    """The chunks of a chat's stream that was heard to its end."""
    answer = exchange.answer
    heard = bool(asked_of(exchange)) and exchange.ok and answer is not None and answer.is_stream and answer.complete
    return answer.events if heard and answer else []


def joined(chunks: Iterable[Chat]) -> Chat | None:
    """The completion that the chunks tell; None where they name none."""
    named = [chunk for chunk in chunks if chunk.get("id")]
    if not named:
        return None
    whole: Chat = {name: named[0].get(name) for name in ("id", "created", "model")} | {"object": "chat.completion", "choices": []}
    choices: dict[int, Chat] = {}
    for chunk in named:
        whole["usage"] = chunk.get("usage") or whole.get("usage")
        for piece in chunk.get("choices") or []:
            index = piece.get("index", 0)
            choice = choices.setdefault(index, {"index": index, "message": {"role": None, "content": None}, "finish_reason": None})
            choice["finish_reason"] = piece.get("finish_reason") or choice["finish_reason"]
            _add(choice["message"], piece.get("delta") or {})
    whole["choices"] = [choices[index] for index in sorted(choices)]
    return whole


def _add(message: Chat, delta: Mapping[str, Any]) -> None:
    for name, value in delta.items():
        if name == "tool_calls":
            calls = message.setdefault("tool_calls", [])
            for call in value:
                while len(calls) <= call["index"]:
                    calls.append({"function": {"arguments": ""}})
                held, function = calls[call["index"]], call.get("function") or {}
                held.update({key: one for key, one in call.items() if key not in ("index", "function")})
                held["function"].update({"name": function["name"]} if function.get("name") else {})
                held["function"]["arguments"] += function.get("arguments") or ""
        elif name in ("content", "refusal"):
            message[name] = (message.get(name) or "") + value if value is not None else message.get(name)
        else:
            message[name] = value


def completion_of(exchange: Exchange) -> Chat | None:
    """The completion that a chat ended with, as a body or told by a stream."""
    if not asked_of(exchange) or not exchange.ok or exchange.answer is None:
        return None
    if exchange.answer.is_stream:
        return joined(chunks_of(exchange))
    body = exchange.answer.json
    return body if isinstance(body, dict) else None


def completion(look: Callable[[Chat, Chat], Iterable[str]]) -> Check:
    """A check of what was asked, and of the completion that came."""

    def over(exchange: Exchange) -> Iterator[str]:
        made = completion_of(exchange)
        if made is not None:
            yield from look(asked_of(exchange), made)

    return each(over)


def messages(made: Chat) -> Iterator[Chat]:
    """The messages of a completion's choices."""
    yield from (choice.get("message") or {} for choice in made.get("choices") or [])


def _members(_: Chat, made: Chat) -> Iterator[str]:
    if made.get("object") != "chat.completion" or _ID.fullmatch(str(made.get("id"))) is None:
        yield f"it is a {made.get('object')!r} with the id {made.get('id')!r}"
    if not isinstance(made.get("created"), int) or not isinstance(made.get("model"), str):
        yield f"it was created {made.get('created')!r} by {made.get('model')!r}"
    for choice in made.get("choices") or []:
        message = choice.get("message") or {}
        if message.get("role") != "assistant":
            yield f"a message has the role {message.get('role')!r}"
        if not (isinstance(message.get("content"), str) or message.get("tool_calls") or message.get("refusal")):
            blocked = choice.get("finish_reason") == "content_filter"
            if not blocked:
                yield f"a message says nothing: {short(message)}"


def _choices(asked: Chat, made: Chat) -> Iterator[str]:
    wanted, indexes = asked.get("n") or 1, [choice.get("index") for choice in made.get("choices") or []]
    if sorted(indexes, key=str) != list(range(wanted)):
        yield f"{wanted} choices were asked for, {short(indexes)} came"


def _finished(asked: Chat, made: Chat) -> Iterator[str]:
    for choice in made.get("choices") or []:
        reason, calls = choice.get("finish_reason"), (choice.get("message") or {}).get("tool_calls")
        if reason not in FINISHED:
            yield f"a choice ends by {reason!r}"
        if reason == "tool_calls" and not calls:
            yield "a choice ends by calling tools and calls none"
        named = isinstance(asked.get("tool_choice"), dict)  # a call that was demanded ends by stop
        if calls and reason == "stop" and not named and asked.get("tool_choice") != "required":
            yield "a choice calls tools and ends by stop"


def _usage(_: Chat, made: Chat) -> Iterator[str]:
    usage = made.get("usage")
    if usage is None:
        return
    asked, said, total = (usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if not all(isinstance(count, int) and count >= 0 for count in (asked, said, total)) or asked + said != total:
        yield f"{asked!r} and {said!r} tokens are not {total!r}"


def _counted(exchange: Exchange) -> Iterator[str]:
    made, asked = completion_of(exchange), asked_of(exchange)
    if made is None or exchange.notes.get("left"):
        return
    wanted = not asked.get("stream") or bool((asked.get("stream_options") or {}).get("include_usage"))
    if wanted != (made.get("usage") is not None):
        yield f"usage was {'' if wanted else 'not '}asked for, and is {short(made.get('usage'))}"
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
    used = (made.get("usage") or {}).get("completion_tokens")
    if isinstance(limit, int) and isinstance(used, int) and used > limit * (asked.get("n") or 1):
        yield f"{used} tokens were said, at most {limit} were allowed"


def _called(asked: Chat, made: Chat) -> Iterator[str]:
    tools = {(tool.get("function") or {}).get("name"): tool["function"] for tool in asked.get("tools") or [] if tool.get("function")}
    for call in (call for message in messages(made) for call in message.get("tool_calls") or []):
        function = call.get("function") or {}
        if not str(call.get("id", "")).startswith("call_") or call.get("type") != "function":
            yield f"a call has the id {call.get('id')!r} and the type {call.get('type')!r}"
        if function.get("name") not in tools:
            yield f"it calls {function.get('name')!r}, which was not declared"
        elif why := problem_of(str(function.get("arguments")), tools[function["name"]].get("parameters") or {}):
            yield f"the arguments of {function['name']}: {why}"


def _satisfied(asked: Chat, made: Chat) -> Iterator[str]:
    wanted = asked.get("response_format") or {}
    schema = {"json_schema": (wanted.get("json_schema") or {}).get("schema"), "json_object": {"type": "object"}}.get(wanted.get("type", ""))
    if schema is None:
        return
    for choice in made.get("choices") or []:
        content = (choice.get("message") or {}).get("content")
        if choice.get("finish_reason") == "stop" and content and (why := problem_of(content, schema)):
            yield why


def _one(exchange: Exchange) -> Iterator[str]:
    named = [chunk for chunk in chunks_of(exchange) if chunk.get("id")]
    for name in ("id", "created", "model"):
        if len({str(chunk.get(name)) for chunk in named}) > 1:
            yield f"its chunks name several: {name} is {short(sorted({str(chunk.get(name)) for chunk in named}))}"
    strange = {chunk.get("object") for chunk in named} - {"chat.completion.chunk"}
    if strange:
        yield f"a chunk is a {strange.pop()!r}"


def _ordered(exchange: Exchange) -> Iterator[str]:
    ended: set[int] = set()
    begun: set[int] = set()
    for chunk in chunks_of(exchange):
        for choice in chunk.get("choices") or []:
            index, delta = choice.get("index"), choice.get("delta") or {}
            if index in ended and delta:
                yield f"choice {index} goes on after its end"
            if index not in begun and delta.get("role") != "assistant":
                yield f"choice {index} begins with {short(delta)}"
            begun.add(index)
            if choice.get("finish_reason"):
                ended.add(index)
    if ended != begun:
        yield f"the choices {sorted(begun - ended)} never end"


def _done(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if not asked_of(exchange) or not exchange.ok or answer is None or not answer.is_stream:
        return
    if exchange.notes.get("left") or exchange.notes.get("stopped"):
        return
    if not answer.complete or not answer.frames or answer.frames[-1].data != "[DONE]":
        yield f"it ends with {short(answer.frames[-1].data if answer.frames else None)}, not [DONE]"
    elif any(frame.data == "[DONE]" for frame in answer.frames[:-1]):
        yield "it goes on after [DONE]"


CHECKS: Final[Mapping[str, Check]] = {
    "a chat completion has its members, and every choice says something": completion(_members),
    "as many choices come as were asked for": completion(_choices),
    "a choice ends by what it did": completion(_finished),
    "the tokens of a chat add up": completion(_usage),
    "a chat counts its tokens where it was asked to, and no more than allowed": each(_counted),
    "a chat calls functions as they were declared": completion(_called),
    "a chat's text satisfies the schema that was asked for": completion(_satisfied),
    "the chunks of a stream are of one completion": each(_one),
    "every choice begins with its role and ends once": each(_ordered),
    "a chat's stream ends with [DONE]": each(_done),
}
