"""What a recorded stream amounts to, however far it came and whoever sent it.

The engine's own fold holds a stream to the grammar; a recording is taken as it is: events that are missing, doubled or unknown lose nothing
but themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...engine.grammar import ADDED, DONE, ERROR, TERMINAL
from ...wire import json
from ...wire.types import Event, Item, Object
from .cassette import Exchange

DELTAS: Mapping[str, tuple[str, ...]] = {
    "response.output_text.delta": ("content", "content_index", "output_text", "text"),
    "response.refusal.delta": ("content", "content_index", "refusal", "refusal"),
    "response.reasoning_text.delta": ("content", "content_index", "reasoning_text", "text"),
    "response.reasoning_summary_text.delta": ("summary", "summary_index", "summary_text", "text"),
    "response.function_call_arguments.delta": ("arguments",),
    "response.mcp_call_arguments.delta": ("arguments",),
    "response.custom_tool_call_input.delta": ("input",),
    "response.code_interpreter_call_code.delta": ("code",),
}
"""A delta event -> where its text goes: a member of the item, or a member's part (by which index, of which type, in which member)."""


@dataclass(slots=True)
class Told:
    """A stream, heard to its end or to where it broke off.

    `response` is the newest one that it showed. `items` are as far as they came. `last` is the type of the last event. `ended` says
    whether the terminal event came; `error` is the object of an `error` event.
    """

    response: Object = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    last: str = ""
    count: int = 0
    ended: bool = False
    error: Object | None = None

    def hear(self, event: Event) -> None:
        """The next event."""
        kind = str(event.get("type", ""))
        self.last, self.count = kind, self.count + 1
        if isinstance(event.get("response"), dict):
            self.response = event["response"]
            self.ended = self.ended or kind in TERMINAL
        if kind == ERROR:
            self.error = event["error"] if isinstance(event.get("error"), dict) else event
        index, item = event.get("output_index"), event.get("item")
        if not isinstance(index, int):
            return
        if kind in (ADDED, DONE) and isinstance(item, dict):
            self.items[index] = json.loads(json.compact(item))
        elif kind in DELTAS and index in self.items and isinstance(event.get("delta"), str):
            _append(self.items[index], DELTAS[kind], event)

    @property
    def output(self) -> list[Item]:
        """The output items: those of the terminal event, or what was heard of them."""
        whole = self.response.get("output") if self.ended else None
        return list(whole) if whole else [self.items[index] for index in sorted(self.items)]


def _append(item: Item, place: tuple[str, ...], event: Event) -> None:
    name, *inside = place
    if not inside:
        item[name] = f"{item.get(name) or ''}{event['delta']}"
        return
    at, kind, member = inside
    parts: list[Any] = item[name] if isinstance(item.get(name), list) else item.setdefault(name, [])
    index = event.get(at) if isinstance(event.get(at), int) else 0
    while len(parts) <= min(index or 0, 1_000):
        parts.append({"type": kind, member: ""})
    part = parts[min(index or 0, 1_000)]
    part[member] = f"{part.get(member) or ''}{event['delta']}"


def told(events: Iterable[Event]) -> Told:
    """What these events amount to."""
    whole = Told()
    for event in events:
        whole.hear(event)
    return whole


def events(exchange: Exchange) -> list[tuple[float | None, Event]]:
    """A recorded stream's events, each with the time in seconds at which its last byte came, None where nobody noted it.

    Frames that are no JSON object, and one that was cut short, are passed over.
    """
    heard: list[tuple[float | None, Event]] = []
    start = 0
    for block in _blocks(exchange.answer):
        start += len(block)
        lines = [line[5:].strip() for line in block.splitlines() if line.startswith(b"data:")]
        try:
            event = json.loads(b"\n".join(lines)) if lines else None
        except ValueError:
            event = None
        if isinstance(event, dict):
            heard.append((_moment(exchange.times, start), event))
    return heard


def _blocks(body: bytes) -> Iterable[bytes]:
    """The frames that a blank line ends, each with it."""
    block = b""
    for line in body.splitlines(keepends=True):
        block += line
        if not line.strip():
            yield block
            block = b""


def _moment(times: tuple[tuple[int, float], ...], length: int) -> float | None:
    """When so many bytes had come."""
    come = 0
    for size, at in times:
        come += size
        if come >= length:
            return at
    return times[-1][1] if times else None
