"""What a log of events amounts to: the response object. The only place where a body comes from.

Every event type that changes the response has one applier; `Fold.feed` is the one choke point that all events pass, whether they
are being emitted, replayed or checked: it holds sequence numbers, grammar, and that deltas add up to what their `done` event says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..wire.types import Event, Item, Response
from .grammar import ADDED, BREAKING, COMPLETING, DONE, ENVELOPE, ERROR, TERMINAL, IllegalEvent, following

_TEXT_OF: dict[str, str] = {
    "response.output_text.done": "text",
    "response.refusal.done": "refusal",
    "response.reasoning_text.done": "text",
    "response.reasoning_summary_text.done": "text",
    "response.function_call_arguments.done": "arguments",
    "response.custom_tool_call_input.done": "input",
    "response.code_interpreter_call_code.done": "code",
    "response.mcp_call_arguments.done": "arguments",
    "response.apply_patch_call_operation_diff.done": "diff",
    "response.shell_call_command.done": "command",
}
"""The event that closes a run of deltas -> its field that must equal their concatenation."""

_OUTPUT = "response.shell_call_output_content.done"
"""The event that tells a piece of the item's `output`, which must be all of them where any was told."""


class Fold:
    """Feed it events in order; `response` is what they amount to so far.

    `response["output"]` stays empty until the terminal event, as recorded: a run in progress shows no output.
    `first` is the number that the first event must have (a resumed stream starts later).
    """

    __slots__ = ("_inside", "_kind", "_last", "_output", "_pieces", "items", "next", "response")

    def __init__(self) -> None:
        self.response: Response = {}
        self.items: list[Item] = []
        self.next = 0
        self._last = ""
        self._inside = False
        self._kind = ""
        self._pieces: list[str] = []
        self._output: list[Any] = []

    @property
    def ended(self) -> bool:
        """Whether the terminal event was fed."""
        return self._last in TERMINAL

    @property
    def finished(self) -> list[Item]:
        """The items that are done: an item that is still open does not outlive a turn that breaks off."""
        return self.items[:-1] if self._inside else list(self.items)

    def feed(self, event: Event) -> None:
        """Check the event against the grammar and apply it. Raises IllegalEvent and changes nothing."""
        kind = event["type"]
        if event.get("sequence_number") != self.next:
            raise IllegalEvent(f"{kind} has sequence number {event.get('sequence_number')}, expected {self.next}")
        if kind == "keepalive":
            self.next += 1
            return
        allowed = following(self._kind, self._last) if self._inside else ENVELOPE[self._last]
        if kind not in allowed and not (self._inside and kind in BREAKING):
            where = f"inside {self._kind}" if self._inside else "between items"
            legal = ", ".join(sorted(allowed)) or "nothing"
            raise IllegalEvent(f"{kind} may not follow {self._last or 'the start'} ({where}); allowed: {legal}")
        delta = event.get("delta")
        if delta is not None:
            self._pieces.append(delta if isinstance(delta, str) else "")
        else:
            applier = _APPLIERS.get(kind)
            if applier is not None:
                applier(self, event)
            else:
                self._check_text(event)
        self._last = kind
        self.next += 1

    def feed_run(self, kind: str, pieces: Sequence[str]) -> None:
        """A run of text deltas of one kind, as `feed` would take them one by one, numbers contiguous. Raises IllegalEvent."""
        legal = self._inside and kind in following(self._kind, self._last)
        if not legal or (len(pieces) > 1 and kind not in following(self._kind, kind)):
            raise IllegalEvent(f"{kind} may not follow {self._last or 'the start'}")
        self._pieces.extend(pieces)
        self._last = kind
        self.next += len(pieces)

    def _check_text(self, event: Event) -> None:
        field = _TEXT_OF.get(event["type"])
        if field is None:
            if event["type"] == _OUTPUT:
                self._output.extend(event["output"])
            return
        if "".join(self._pieces) != event[field]:
            raise IllegalEvent(f"the deltas before {event['type']} do not add up to its {field}")
        self._pieces.clear()

    def _open(self, event: Event) -> None:
        self.response = {**event["response"]}

    def _progress(self, event: Event) -> None:
        self.response["status"] = event["response"]["status"]

    def _added(self, event: Event) -> None:
        if event["output_index"] != len(self.items):
            raise IllegalEvent(f"output_index {event['output_index']}, expected {len(self.items)}")
        self._inside, self._kind = True, event["item"]["type"]
        self._output.clear()
        self.items.append(event["item"])

    def _done(self, event: Event) -> None:
        if event["item"].get("id") != self.items[-1].get("id") or event["item"]["type"] != self._kind:
            raise IllegalEvent("output_item.done is of another item than the open one")
        completing = COMPLETING.get(self._kind)
        if completing is not None and (event["item"].get("status") == "completed") != (self._last == completing):
            raise IllegalEvent(f"output_item.done says {event['item'].get('status')!r} after {self._last}")
        if self._output and event["item"].get("output") != self._output:
            raise IllegalEvent("the pieces that were told do not add up to the item's output")
        self._inside = False
        self.items[-1] = event["item"]

    def _error(self, event: Event) -> None:
        """What was open when the turn broke off is no part of the output."""
        if self._inside:
            self._inside = False
            self.items.pop()
        self._pieces.clear()

    def _close(self, event: Event) -> None:
        self._error(event)
        self.response = {**event["response"], "output": self.items}


_APPLIERS: dict[str, Callable[[Fold, Event], None]] = {
    "response.created": Fold._open,
    "response.queued": Fold._progress,
    "response.in_progress": Fold._progress,
    ADDED: Fold._added,
    DONE: Fold._done,
    ERROR: Fold._error,
    "response.completed": Fold._close,
    "response.incomplete": Fold._close,
    "response.failed": Fold._close,
}


def fold(events: Iterable[Event]) -> Response:
    """The response object that the events amount to. Raises IllegalEvent."""
    state = Fold()
    for event in events:
        state.feed(event)
    return state.response
