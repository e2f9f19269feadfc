"""From a turn to its log: a pure function. The same turn gives the same events on every machine.

An item type is told by its `Kind` (from the tools' registry): `complete` fills in what the service mints, `tell` emits its events.
A teller cannot emit an illegal order: `Emit` stamps sequence numbers, puts keys in wire order, checks the grammar and folds.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import shake_128
from typing import Any

from ..wire.record import record
from ..wire.types import Event, Item, Object, Response
from ..world import Minter
from . import tokens
from .fold import Fold
from .grammar import ADDED, COMPLETED, CREATED, DONE, ERROR, FAILED, FIELDS, IN_PROGRESS, INCOMPLETE, QUEUED
from .log import Log
from .turn import AT_ONCE, Turn


@record(frozen=True, slots=True)
class Mint:
    """The ids that one item of a turn may need, all drawn from the turn's seed. `index` is its place in the output, from 1.

    `resource` names who mints, for what no other resource may read.
    """

    minter: Minter
    index: int
    after: float
    resource: str = ""

    def id(self, prefix: str) -> str:
        """The item's own id."""
        return self.minter.id(prefix, self.index, after=self.after)

    def call_id(self) -> str:
        """The id by which a client answers the call."""
        return self.minter.call_id(self.index)

    def opaque(self, prefix: str, hexdigits: int = 48) -> str:
        """An id of something that the item names but is not (a container)."""
        return self.minter.opaque(prefix, self.index, hexdigits)

    def noise(self, size: int) -> bytes:
        """`size` bytes that look random: encrypted content."""
        return shake_128(self.minter.seed + self.index.to_bytes(4, "big")).digest(size)


@dataclass(frozen=True, slots=True)
class Kind:
    """An output item type: how its missing parts are filled in, and how it is told.

    `complete(item, mint)` returns the whole item, keys in the recorded order, `id` first; it never changes what was given.
    `tell(item, emit)` emits everything from `output_item.added` to `output_item.done`.
    """

    complete: Callable[[Item, Mint], Item]
    tell: Callable[[Item, Emit], None]


class _Over(Exception):
    """The turn fails here: no more events of its items."""


class Emit:
    """What a teller speaks into. `at` is the due time (seconds after the turn began) of the next event."""

    __slots__ = ("_coarse", "_fold", "_index", "_item_id", "_limit", "_noise", "_pool", "at", "entries", "options", "turn")

    def __init__(self, turn: Turn, *, coarse: bool = False) -> None:
        self.turn = turn
        self._coarse = coarse
        self.options = turn.options
        self.at = 0.0
        self.entries: list[tuple[float, Event]] = []
        self._fold = Fold()
        self._index = -1
        self._item_id = ""
        self._limit = (turn.ending.after if turn.ending.after is not None else 0) if turn.ending.failed else None
        self._pool = ""
        self._noise = 0

    def added(self, item: Item) -> None:
        """`output_item.added`: the item as it begins."""
        self._index += 1
        self._item_id = item["id"]
        self._put(ADDED, {"item": item, "output_index": self._index})

    def done(self, item: Item) -> None:
        """`output_item.done`: the item as it is in the body."""
        self._put(DONE, {"item": item, "output_index": self._index})

    def event(self, kind: str, **fields: Any) -> None:
        """An event inside the open item; `response.` is prefixed, `item_id` and `output_index` are filled in."""
        self._put(f"response.{kind}", {"item_id": self._item_id, "output_index": self._index, **fields})

    def deltas(self, kind: str, text: str, *, at_least_one: bool = False, **fields: Any) -> None:
        """The text as a run of delta events along token boundaries. An empty text has none, unless at least one is due."""
        if not text and not at_least_one:
            return
        pieces = tokens.split(text) if text and not self._coarse else [text]
        kind = f"response.{kind}"
        if self._limit is not None:
            for piece in pieces:
                self._delta(kind, piece, fields)
            return
        obfuscated = self.turn.obfuscate and "obfuscation" in FIELDS[kind]
        first = {"item_id": self._item_id, "output_index": self._index, "delta": "", **fields}
        if obfuscated:
            first["obfuscation"] = ""
        pattern = self._event(kind, first)
        number, pace = self._fold.next, self.turn.pace.per_token
        for piece in pieces:
            self.at += pace
            event = pattern.copy()
            event["delta"] = piece
            if obfuscated:
                event["obfuscation"] = self._padding(len(piece))
            event["sequence_number"] = number
            number += 1
            self.entries.append((self.at, event))
        self._fold.feed_run(kind, pieces)

    def delta(self, kind: str, piece: str | Object, **fields: Any) -> None:
        """One delta event, one token later than the event before it."""
        self._delta(f"response.{kind}", piece, fields)

    def _delta(self, kind: str, piece: str | Object, fields: Mapping[str, Any]) -> None:
        self.at += self.turn.pace.per_token
        noise = {"obfuscation": self._padding(len(piece))} if self.turn.obfuscate and "obfuscation" in FIELDS[kind] else {}
        self._put(kind, {"item_id": self._item_id, "output_index": self._index, "delta": piece, **noise, **fields})

    def _put(self, kind: str, fields: Mapping[str, Any]) -> None:
        if self._limit is not None and len(self.entries) >= self._limit and len(self.entries) >= self._opening:
            raise _Over
        self._append(kind, fields)

    @property
    def _opening(self) -> int:
        return 3 if self.turn.background else 2

    def _append(self, kind: str, fields: Mapping[str, Any]) -> None:
        event = self._event(kind, fields)
        self._fold.feed(event)
        self.entries.append((self.at, event))

    def _event(self, kind: str, fields: Mapping[str, Any]) -> Event:
        """The event with its keys in wire order and the next number."""
        event: Event = {"type": kind}
        for name in FIELDS[kind]:
            if name in fields:
                event[name] = fields[name]
            elif name == "sequence_number":
                event[name] = self._fold.next
        return event

    def _padding(self, length: int) -> str:
        """Random alphanumerics that round the delta up to a multiple of 16 characters (recorded: 22,727 of 22,737)."""
        wanted = -length % 16
        if self._noise + wanted > len(self._pool):
            self._pool = b64encode(shake_128(self.turn.seed + len(self.entries).to_bytes(4, "big")).digest(1536), b"xQ").decode()
            self._noise = 0
        self._noise += wanted
        return self._pool[self._noise - wanted : self._noise]

    def open(self) -> None:
        """`created`, perhaps `queued`, `in_progress`."""
        envelope = self.turn.envelope
        self._append(CREATED, {"response": envelope})
        if self.turn.background:
            self._append(QUEUED, {"response": envelope})
            self.at += self.turn.pace.queued
            self._append(IN_PROGRESS, {"response": {**envelope, "status": "in_progress"}})
        else:
            self._append(IN_PROGRESS, {"response": envelope})
        self.at += self.turn.pace.first_token

    def close(self) -> Response:
        """The terminal event; returns the response that the whole log folds to."""
        ending, end = self.turn.ending, self.turn.pace.total if self.turn.pace.total is not None else self.at
        change: Object
        if ending.failed:
            if ending.event is not None:
                self._append(ERROR, {"error": ending.event})
            kind = FAILED
            change = {"status": "failed", "error": ending.error}
        elif ending.incomplete is not None:
            kind = INCOMPLETE
            change = {"status": "incomplete", "incomplete_details": {"reason": ending.incomplete}, **self.turn.closing}
        else:
            kind = COMPLETED
            change = {"status": "completed", "completed_at": int(self.turn.created_at + end), **self.turn.closing}
        envelope = self.turn.envelope
        final = {name: change.get(name, value) for name, value in envelope.items()}
        final["output"] = self._fold.finished
        self._append(kind, {"response": final})
        return self._fold.response


def play(turn: Turn, kinds: Mapping[str, Kind], *, coarse: bool = False) -> Log:
    """Tell the turn. Raises KeyError for an item type that is in no registry (it is refused before a turn is made).

    `coarse` tells each text in one delta: it folds to the same body for less work, where nobody hears the deltas and they take no time.
    """
    emit = Emit(turn, coarse=coarse and turn.pace == AT_ONCE and not turn.ending.failed)
    emit.open()
    minter = Minter(turn.chain, turn.seed, turn.created_at)
    try:
        for index, item in enumerate(turn.said, start=1):
            kind = kinds[item["type"]]
            kind.tell(kind.complete(item, Mint(minter, index, emit.at, turn.resource)), emit)
    except _Over:
        pass
    response = emit.close()
    entries = _stretched(emit.entries, turn) if turn.pace.total is not None else emit.entries
    log = Log(tuple(entries), response, turn.created_at)
    return log if turn.cut is None else log.cut(turn.cut, turn.envelope)


def completed(turn: Turn, kinds: Mapping[str, Kind]) -> list[Item]:
    """The turn's output items as they are in the body, without telling them."""
    if turn.cut is not None or turn.ending.failed:
        return list(play(turn, kinds).response["output"])
    minter = Minter(turn.chain, turn.seed, turn.created_at)
    if turn.pace.first_token or turn.pace.per_token:
        return list(play(turn, kinds).response["output"])
    after = turn.pace.queued if turn.background else 0.0
    return [kinds[item["type"]].complete(item, Mint(minter, index, after, turn.resource)) for index, item in enumerate(turn.said, start=1)]


def _stretched(entries: list[tuple[float, Event]], turn: Turn) -> list[tuple[float, Event]]:
    """The entries after the opening, spread evenly up to `pace.total`."""
    start = min(turn.pace.queued, turn.pace.total or 0.0)
    opening = 3 if turn.background else 2
    rest = len(entries) - opening
    span = (turn.pace.total or 0.0) - start
    return [entry if index < opening else (start + span * (index - opening + 1) / rest, entry[1]) for index, entry in enumerate(entries)]
