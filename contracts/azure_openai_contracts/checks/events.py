"""The grammar of events: in which order a stream tells a response, and that what it tells adds up.

Written from recorded traffic and the published event types, apart from any server: the order within an item is a regular expression over
the events' names without `response.`, each followed by a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..exchange import TERMINAL, Exchange
from ..operations import CHATS
from .check import Check, each, short, stream

Event = dict[str, Any]

ADDED, DONE = "response.output_item.added", "response.output_item.done"

ENVELOPE: Final = re.compile(
    r"((created )?(queued )?(in_progress )?|)"  # a resumed stream begins later
    r"(item )*"
    r"((completed|incomplete|failed) (rate_limits\.updated )?|error (failed )?|)"  # a cancelled run ends without a terminal event
)
"""The order of events that speak of the whole response, `item ` standing for all of one item."""

_HOSTED = r"({0}\.in_progress )({0}\.{1} )({0}\.completed )?"
_TEXT = r"(output_text\.delta |output_text\.annotation\.added )*output_text\.done "
_REFUSAL = r"(refusal\.delta )*refusal\.done "
_THOUGHT = r"(reasoning_text\.delta )*reasoning_text\.done "

WITHIN: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "message": rf"(content_part\.added ({_TEXT}|{_REFUSAL})content_part\.done )*",
        "reasoning": (
            r"(reasoning_summary_part\.added (reasoning_summary_text\.delta )*reasoning_summary_text\.done reasoning_summary_part\.done )*"
            rf"(content_part\.added {_THOUGHT}content_part\.done )*"
        ),
        "function_call": r"(function_call_arguments\.delta )+function_call_arguments\.done ",
        "custom_tool_call": r"(custom_tool_call_input\.delta )*(custom_tool_call_input\.done )?",
        "web_search_call": _HOSTED.format("web_search_call", "searching"),
        "file_search_call": _HOSTED.format("file_search_call", "searching"),
        "code_interpreter_call": (
            r"code_interpreter_call\.in_progress (code_interpreter_call_code\.delta )*code_interpreter_call_code\.done "
            r"(code_interpreter_call\.interpreting )?(code_interpreter_call\.completed )?"
        ),
        "image_generation_call": (
            r"image_generation_call\.in_progress image_generation_call\.generating (image_generation_call\.partial_image )*"
            r"(image_generation_call\.completed )?"
        ),
        "mcp_list_tools": r"mcp_list_tools\.in_progress mcp_list_tools\.(completed|failed) ",
        "mcp_call": (r"mcp_call\.in_progress (mcp_call_arguments\.delta )*mcp_call_arguments\.done mcp_call\.(completed|failed) "),
        "apply_patch_call": r"((apply_patch_call_operation_diff\.delta )*apply_patch_call_operation_diff\.done )?",
        "shell_call": r"(shell_call_command\.added (shell_call_command\.delta )*shell_call_command\.done )*",
        "shell_call_output": r"((shell_call_output_content\.delta )*shell_call_output_content\.done )*",
        "compaction": r"(compaction\.compacting )?",
    }.items()
}
"""Item type -> what may stand between its `output_item.added` and `output_item.done`. Nothing may for a type without a row."""

TELLS: Final[Mapping[str, tuple[str, str]]] = {
    "response.output_text.delta": ("response.output_text.done", "text"),
    "response.refusal.delta": ("response.refusal.done", "refusal"),
    "response.reasoning_summary_text.delta": ("response.reasoning_summary_text.done", "text"),
    "response.reasoning_text.delta": ("response.reasoning_text.done", "text"),
    "response.function_call_arguments.delta": ("response.function_call_arguments.done", "arguments"),
    "response.custom_tool_call_input.delta": ("response.custom_tool_call_input.done", "input"),
    "response.mcp_call_arguments.delta": ("response.mcp_call_arguments.done", "arguments"),
    "response.code_interpreter_call_code.delta": ("response.code_interpreter_call_code.done", "code"),
    "response.apply_patch_call_operation_diff.delta": ("response.apply_patch_call_operation_diff.done", "diff"),
}
"""Delta -> (the event that says the whole, the member that holds it)."""

SECRET: Final = ("encrypted_content", "fingerprint")
"""Members that are encrypted anew each time they are said."""


def name_of(event: Event) -> str:
    """The event's type without `response.`."""
    return str(event.get("type", "")).removeprefix("response.")


def _whole_items(events: list[Event]) -> list[Event]:
    """The events without the rest of an item in whose middle a resumed stream begins."""
    for position, event in enumerate(events):
        if event.get("type") == ADDED:
            break
        if event.get("type") == DONE:
            return events[position + 1 :]
    return events


def split(events: list[Event]) -> tuple[str, list[tuple[Event, list[Event], Event | None]]]:
    """The envelope's names, and each item: its `added`, what came inside, its `done` (None where the stream ended before)."""
    names: list[str] = []
    items: list[tuple[Event, list[Event], Event | None]] = []
    is_open = False
    for event in _whole_items(events):
        kind = event.get("type")
        if kind == "keepalive":
            continue
        if kind == ADDED:
            items.append((event, [], None))
            names.append("item")
            is_open = True
        elif is_open and kind == DONE:
            items[-1] = (items[-1][0], items[-1][1], event)
            is_open = False
        elif is_open and not (kind == "error" or kind in TERMINAL):
            items[-1][1].append(event)
        else:
            names.append(name_of(event))
    return "".join(f"{name} " for name in names), items


def _numbered(events: list[Event]) -> Iterator[str]:
    numbers = [event.get("sequence_number") for event in events]
    if all(number is None for number in numbers):
        return  # the first previews had none
    start = numbers[0] if isinstance(numbers[0], int) else 0
    for position, number in enumerate(numbers):
        if number != start + position:
            yield f"event {position} ({events[position].get('type')}) has the number {number}, not {start + position}"
            return
    if events[0].get("type") == "response.created" and start != 0:
        yield f"the stream begins with {start}, not 0"


def _begins(exchange: Exchange) -> Iterator[str]:
    if exchange.operation != "responses.create" or not (exchange.answer and exchange.answer.events and exchange.ok):
        return
    first = exchange.answer.events[0].get("type")
    if first != "response.created":
        yield f"it begins with {first!r}"


def _ends(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if not (answer and answer.is_stream and exchange.ok) or exchange.operation in CHATS:
        return
    if exchange.notes.get("left") or exchange.notes.get("stopped"):
        return
    kinds = [event.get("type") for event in answer.events]
    ended = any(kind in TERMINAL or kind == "error" for kind in kinds)
    if not answer.complete:
        yield "the connection ended before the stream did"
    elif not ended and exchange.operation == "responses.create":
        yield f"the last of {len(kinds)} events is {kinds[-1] if kinds else None!r}: no event ends the response"


def _ordered(events: list[Event]) -> Iterator[str]:
    names, items = split(events)
    if ENVELOPE.fullmatch(names) is None:
        yield f"the order is {names.strip()}"
    for number, (added, _, done) in enumerate(items):
        cut = number == len(items) - 1 and any(event.get("type") in ("error", "response.failed") for event in events)
        if done is None and not cut:
            yield f"the item {short(added.get('item', {}).get('id'))} is never done"


def _within(events: list[Event]) -> Iterator[str]:
    for added, inside, done in split(events)[1]:
        kind = str((added.get("item") or {}).get("type"))
        names = "".join(f"{name_of(event)} " for event in inside)
        pattern = WITHIN.get(kind)
        legal = not names if pattern is None else pattern.fullmatch(names) is not None
        if done is not None and not legal:
            yield f"inside a {kind}: {names.strip() or 'nothing'}"


def _addressed(events: list[Event]) -> Iterator[str]:
    for number, (added, inside, done) in enumerate(split(events)[1]):
        item = added.get("item") or {}
        for event in (added, *inside, *([done] if done else [])):
            if event.get("output_index") != added.get("output_index"):
                yield f"{event.get('type')} has the output_index {event.get('output_index')}, its item {added.get('output_index')}"
            if "item_id" in event and event["item_id"] != item.get("id"):
                yield f"{event.get('type')} speaks of {event['item_id']}, the open item is {item.get('id')}"
        if done and (done.get("item") or {}).get("id") != item.get("id"):
            yield f"{item.get('id')} was added and {(done.get('item') or {}).get('id')} is done"
        if events[0].get("type") == "response.created" and added.get("output_index") != number:
            yield f"item {number} has the output_index {added.get('output_index')}"


def _adds_up(events: list[Event]) -> Iterator[str]:
    for _, inside, done in split(events)[1]:
        said: dict[tuple[str, Any, Any], str] = {}
        for event in inside:
            kind = str(event.get("type"))
            part = (event.get("content_index"), event.get("summary_index"))
            if kind in TELLS:
                key = (TELLS[kind][0], *part)
                said[key] = said.get(key, "") + str(event.get("delta", ""))
            for end, member in TELLS.values():
                if kind == end and event.get(member) != said.get((end, *part), ""):
                    yield f"{end} says {short(event.get(member))}, the deltas {short(said.get((end, *part), ''))}"
        if done:
            yield from _said_in_item(inside, done.get("item") or {})


def _said_in_item(inside: list[Event], item: Mapping[str, Any]) -> Iterator[str]:
    for event in inside:
        kind = event.get("type")
        if kind == "response.function_call_arguments.done" and item.get("arguments") != event.get("arguments"):
            yield f"the item has the arguments {short(item.get('arguments'))}, the event {short(event.get('arguments'))}"
        if kind == "response.content_part.done":
            parts, index = item.get("content") or [], event.get("content_index")
            if not isinstance(index, int) or index >= len(parts) or _bare(parts[index]) != _bare(event.get("part")):
                yield f"part {index} of the item is not the part that was done: {short(event.get('part'))}"
        if kind == "response.reasoning_summary_part.done":
            parts, index = item.get("summary") or [], event.get("summary_index")
            if not isinstance(index, int) or index >= len(parts) or parts[index] != event.get("part"):
                yield f"summary {index} of the item is not the part that was done: {short(event.get('part'))}"


def _bare(part: Any) -> Any:
    """A part without its logprobs, which the service tells with the text rather than with the part."""
    return {name: value for name, value in part.items() if name != "logprobs"} if isinstance(part, dict) else part


def _folds(events: list[Event]) -> Iterator[str]:
    final = next((event.get("response") for event in events if event.get("type") in ("response.completed", "response.incomplete")), None)
    if not isinstance(final, dict) or events[0].get("type") != "response.created":
        return
    done = [_plain(event.get("item")) for event in events if event.get("type") == DONE]
    if _plain(final.get("output")) != done:
        yield f"the output is {short(final.get('output'))}, the items that were done are {short(done)}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name not in SECRET}
    return [_plain(one) for one in value] if isinstance(value, list) else value


MAY_CHANGE: Final = frozenset(
    {
        "status",
        "output",
        "usage",
        "service_tier",
        "completed_at",
        "content_filters",
        "incomplete_details",
        "error",
        "tool_usage",
        "moderation",
        "billing",
    }
)
"""What may differ between the first and the last response object of a stream."""


def _steady(events: list[Event]) -> Iterator[str]:
    told = [event["response"] for event in events if isinstance(event.get("response"), dict)]
    if not told:
        return
    first = told[0]
    for event, now in zip([event for event in events if isinstance(event.get("response"), dict)], told, strict=True):
        if event.get("type") in ("response.created", "response.queued", "response.in_progress"):
            if now.get("output") or now.get("usage") is not None:
                yield f"{event['type']} has output or usage already"
            if now.get("status") not in ("queued", "in_progress"):
                yield f"{event['type']} has the status {now.get('status')!r}"
        changed = [name for name in first if name not in MAY_CHANGE and first[name] != now.get(name)]
        if changed:
            yield f"{event.get('type')} changes {', '.join(changed)}"


def _named_by_status(events: list[Event]) -> Iterator[str]:
    for event in events:
        if event.get("type") in TERMINAL:
            status = (event.get("response") or {}).get("status")
            if status != name_of(event):
                yield f"{event['type']} holds a response that is {status!r}"


def _annotated(events: list[Event]) -> Iterator[str]:
    for _, inside, done in split(events)[1]:
        told = [event for event in inside if event.get("type") == "response.output_text.annotation.added"]
        listed = [one for part in ((done or {}).get("item") or {}).get("content") or [] for one in part.get("annotations") or []]
        if done and [event.get("annotation") for event in told] != listed:
            yield f"{len(told)} annotations were told, the item has {len(listed)}, or others"


def _framed(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if not (answer and answer.is_stream and exchange.ok) or exchange.operation in CHATS:
        return
    for number, frame in enumerate(answer.frames):
        if not frame.whole or frame.is_comment:
            continue
        event = frame.json()
        if event is None:
            yield f"frame {number} holds no JSON object: {short(frame.data)}"
        elif frame.event is not None and frame.event != event.get("type"):
            yield f"frame {number} is called {frame.event!r} and holds a {event.get('type')!r}"
        elif frame.data is not None and "\n" in frame.data:
            yield f"frame {number} has data of several lines"


CHECKS: Final[Mapping[str, Check]] = {
    "every frame holds one JSON object under its own name": each(_framed),
    "events are numbered from 0 without a gap": stream(_numbered),
    "a stream begins with response.created": each(_begins),
    "a stream ends with the event that ends the response": each(_ends),
    "events of the whole response come in order, and items never interleave": stream(_ordered),
    "the events within an item come in its type's order": stream(_within),
    "every event names the item and the place that are open": stream(_addressed),
    "deltas add up to what is done": stream(_adds_up),
    "the output is the items that were done": stream(_folds),
    "only what ends a response changes between its first and last telling": stream(_steady),
    "the last event is named after the response's status": stream(_named_by_status),
    "annotations are told in the order in which the item lists them": stream(_annotated),
}
