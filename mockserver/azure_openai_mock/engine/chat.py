"""A chat completion as a view of the same log that Responses would tell: its chunks with their due times, and the body that they fold to.

Keys stand in alphabetical order, as the service spells chat completions. Nothing here knows what Azure adds: annotations of the content
filter are given.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import shake_128
from heapq import merge
from typing import Any, TypeAlias

from ..wire import json
from ..wire.types import Event, Item, Object
from .grammar import ADDED, ERROR
from .log import Log

Entry: TypeAlias = tuple[float, Event]
"""A chunk and when it is due, in seconds after the turn began."""

CHUNK = "chat.completion.chunk"
BODY = "chat.completion"
CALLS: Mapping[str, tuple[str, str]] = {"function_call": ("function", "arguments"), "custom_tool_call": ("custom", "input")}
"""Items that a chat shows as tool calls -> the call's type, and its member that is streamed. Other hosted items do not show."""
ENDS: Mapping[str, str] = {"max_output_tokens": "length", "content_filter": "content_filter"}
"""Why a turn was incomplete -> its finish reason."""


@dataclass(frozen=True, slots=True)
class Padding:
    """`obfuscation`: random signs that bring the JSON of a chunk to one of few lengths. What the content filter adds to it is not counted.

    The lengths are those that leave `rest` when they are divided by `block`. The signs follow from `seed`.
    """

    seed: bytes
    block: int
    rest: int

    def padded(self, number: int, made: Event) -> Event:
        """The chunk of that number with its signs, its keys in alphabetical order."""
        choices = [{name: choice[name] for name in choice if name != "content_filter_results"} for choice in made["choices"]]
        wanted = (self.rest - len(json.compact({**made, "choices": choices, "obfuscation": ""}))) % self.block
        signs = b64encode(shake_128(self.seed + number.to_bytes(4, "big")).digest(self.block), b"xQ").decode()[:wanted]
        padded = {**made, "obfuscation": signs}
        return {name: padded[name] for name in sorted(padded)}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every chunk of one completion shares, and what its ends add.

    `prompt` are the annotations of the prompt (None: the service gives none), `spoken` those of what is said, `blocked` those of an answer
    that the filter ended. `usage` adds the chunk with the usage. `legacy` tells a call as `function_call`, as a request with `functions`
    wants it; `forced`: a request that named the function ends with `stop` instead of `tool_calls`. `padding` pads the chunks of a stream.
    """

    id: str
    created: int
    model: str
    fingerprint: str | None
    prompt: list[Object] | None = None
    spoken: Object | None = None
    blocked: Object | None = None
    usage: bool = False
    legacy: bool = False
    forced: bool = False
    padding: Padding | None = None

    def chunk(self, choices: list[Object], **more: Any) -> Event:
        """One chunk with these choices."""
        usage = {"usage": None} if self.usage else {}
        made = {
            "choices": choices,
            "created": self.created,
            "id": self.id,
            "model": self.model,
            "object": CHUNK,
            "system_fingerprint": self.fingerprint,
            **usage,
            **more,
        }
        return {name: made[name] for name in sorted(made)}


def chunks(logs: Sequence[Log], envelope: Envelope) -> tuple[Entry, ...]:
    """The chunks of all choices, one log a choice, in the order of their due times."""
    entries = _merged(logs, envelope)
    padding = envelope.padding
    if padding is None:
        return tuple(entries)
    return tuple((due, padding.padded(number, event) if event.get("id") else event) for number, (due, event) in enumerate(entries))


def _merged(logs: Sequence[Log], envelope: Envelope) -> list[Entry]:
    told = [list(_Choice(index, envelope).told(log)) for index, log in enumerate(logs)]
    entries = list(merge(*told, key=lambda entry: entry[0]))
    first = entries[0][0] if entries else 0.0
    if envelope.prompt is not None:
        entries.insert(0, (first, _annotations(envelope.prompt)))
    if envelope.usage and not any("error" in event for _, event in entries):
        entries.append((entries[-1][0], envelope.chunk([], usage=usage_of([log.response for log in logs]))))
    return entries


def _annotations(prompt: list[Object]) -> Event:
    """The chunk before all others: the prompt's annotations and nothing else (recorded: the rest is empty, `object` too; there it would not
    stand up to the client library's strict validation).
    """
    return {"choices": [], "created": 0, "id": "", "model": "", "object": CHUNK, "prompt_filter_results": prompt}


class _Choice:
    """One choice as it is told."""

    def __init__(self, index: int, envelope: Envelope) -> None:
        self._index = index
        self._envelope = envelope
        self._calls = -1
        self._member: tuple[str, str] | None = None

    def told(self, log: Log) -> Iterator[Entry]:
        """From the role to the finish reason."""
        opened = False
        for due, event in log.entries:
            kind = event["type"]
            if not opened and kind == ADDED:
                opened = True
                yield due, self._chunk({"content": "", "refusal": None, "role": "assistant"}, filters={})
            if kind == ERROR:
                yield due, {"error": event["error"]}
                return
            tell = _TELLERS.get(kind)
            delta = tell(self, event) if tell is not None else None
            if delta is not None:
                yield due, self._chunk(delta, logprobs=_logprobs(event), filters=self._envelope.spoken if "content" in delta else {})
        if not opened:
            yield log.end, self._chunk({"content": "", "refusal": None, "role": "assistant"}, filters={})
        reason = self._reason(log.response)
        yield log.end, self._chunk({}, reason=reason, filters=self._envelope.blocked if reason == "content_filter" else {})

    def _chunk(self, delta: Object, *, reason: str | None = None, logprobs: Object | None = None, filters: Object | None = None) -> Event:
        choice: Object = {"delta": delta, "finish_reason": reason, "index": self._index, "logprobs": logprobs}
        if self._envelope.spoken is not None:
            choice = {"content_filter_results": filters or {}, **choice}
        return self._envelope.chunk([choice])

    def _reason(self, response: Object) -> str:
        details = response.get("incomplete_details")
        if details:
            return ENDS.get(details["reason"], "stop")
        if self._calls < 0 or self._envelope.forced:
            return "stop"
        return "function_call" if self._envelope.legacy else "tool_calls"

    def _added(self, event: Event) -> Object | None:
        item: Item = event["item"]
        named = CALLS.get(item["type"])
        if named is None:
            return None
        self._calls += 1
        if self._envelope.legacy and self._calls:  # `function_call` has room for one
            self._member = None
            return None
        self._member = kind, member = named
        call = {member: "", "name": item["name"]}
        if self._envelope.legacy:
            return {"function_call": call}
        return {"tool_calls": [{kind: call, "id": item["call_id"], "index": self._calls, "type": kind}]}

    def _argument(self, event: Event) -> Object | None:
        if not event["delta"] or self._member is None:
            return None
        kind, member = self._member
        if self._envelope.legacy:
            return {"function_call": {member: event["delta"]}}
        return {"tool_calls": [{kind: {member: event["delta"]}, "index": self._calls}]}

    def _text(self, event: Event) -> Object | None:
        return {"content": event["delta"]} if event["delta"] else None

    def _refused(self, event: Event) -> Object | None:
        return {"refusal": event["delta"]} if event["delta"] else None


_TELLERS: Mapping[str, Callable[[_Choice, Event], Object | None]] = {
    ADDED: _Choice._added,
    "response.output_text.delta": _Choice._text,
    "response.refusal.delta": _Choice._refused,
    "response.function_call_arguments.delta": _Choice._argument,
    "response.custom_tool_call_input.delta": _Choice._argument,
}


def _logprobs(event: Event) -> Object | None:
    given = event.get("logprobs")
    return {"content": given, "refusal": None} if given else None


def usage_of(responses: Sequence[Object]) -> Object:
    """The usage of all choices: the prompt counts once."""
    each = [response["usage"] for response in responses if response.get("usage")]
    if not each:
        return {"completion_tokens": 0, "prompt_tokens": 0, "total_tokens": 0}
    spoken = sum(usage["output_tokens"] for usage in each)
    return {
        "completion_tokens": spoken,
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": sum(usage["output_tokens_details"]["reasoning_tokens"] for usage in each),
            "rejected_prediction_tokens": 0,
        },
        "prompt_tokens": each[0]["input_tokens"],
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": each[0]["input_tokens_details"]["cached_tokens"]},
        "total_tokens": each[0]["input_tokens"] + spoken,
    }


def fold(events: Sequence[Event]) -> Object:
    """The body that the chunks amount to. Raises ValueError for chunks that are no completion."""
    body: Object = {}
    choices: dict[int, Object] = {}
    for event in events:
        if "prompt_filter_results" in event:
            body["prompt_filter_results"] = event["prompt_filter_results"]
            continue
        if event.get("object") != CHUNK:
            raise ValueError("not a chunk of a chat completion")
        for name in ("created", "id", "model", "system_fingerprint"):
            body[name] = event[name]
        if event.get("usage"):
            body["usage"] = event["usage"]
        for choice in event["choices"]:
            _apply(choices.setdefault(choice["index"], _begun(choice)), choice)
    shown = {**body, "choices": [_shown(choices[index]) for index in sorted(choices)], "object": BODY}
    return {name: shown[name] for name in sorted(shown)}


def _begun(choice: Object) -> Object:
    message: Object = {"annotations": [], "content": None, "refusal": None, "role": "assistant"}
    filters: Object = {"content_filter_results": {}} if "content_filter_results" in choice else {}
    return {**filters, "finish_reason": None, "index": choice["index"], "logprobs": None, "message": message}


def _apply(whole: Object, choice: Object) -> None:
    message, delta = whole["message"], choice["delta"]
    for name in ("content", "refusal"):
        if delta.get(name):
            message[name] = (message[name] or "") + delta[name]
    for call in delta.get("tool_calls") or ():
        _call(message.setdefault("tool_calls", []), call)
    if "function_call" in delta:
        held = message.setdefault("function_call", {})
        held.update({name: held.get(name, "") + value for name, value in delta["function_call"].items()})
    if choice["logprobs"]:
        held = whole["logprobs"] or {"content": [], "refusal": None}
        whole["logprobs"] = {"content": [*held["content"], *choice["logprobs"]["content"]], "refusal": None}
    if choice.get("content_filter_results"):
        whole["content_filter_results"] = choice["content_filter_results"]
    whole["finish_reason"] = choice["finish_reason"] or whole["finish_reason"]


def _call(calls: list[Object], delta: Object) -> None:
    if delta["index"] == len(calls):
        kind = delta["type"]
        calls.append({kind: dict(delta[kind]), "id": delta["id"], "type": kind})
        return
    call = calls[delta["index"]]
    held = call[call["type"]]
    held.update({name: held[name] + value for name, value in delta[call["type"]].items()})


def _shown(choice: Object) -> Object:
    """The choice as the body has it: a message that says nothing at all says the empty text."""
    message = choice["message"]
    if message["content"] is None and message["refusal"] is None and not ({"tool_calls", "function_call"} & set(message)):
        message["content"] = ""
    choice["message"] = {name: message[name] for name in sorted(message)}
    return choice
