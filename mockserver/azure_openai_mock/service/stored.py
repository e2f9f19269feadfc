"""A response as a row: the turn that tells it, its own input, and a digest by which the next turn costs the same at any depth."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from ..engine.log import Log
from ..engine.play import completed, play
from ..engine.turn import AT_ONCE, PLAY_VERSION, WHOLE, Ending, Pace, Turn
from ..store.protocol import Row
from ..tools import ITEMS
from ..wire import json
from ..wire.record import record
from ..wire.types import Item, Object, Response
from ..world import Minter

KIND = "response"
INPUT_IDS = 1_000_000
"""Where the numbering of a turn's input ids begins, far from its output items'."""
PREFIX_OF_INPUT = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": "fc",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctc",
    "computer_call": "cu",
    "computer_call_output": "cu",
    "compaction": "cmp",
    "mcp_approval_response": "mcpr",
}
"""Ids that stored input items get (recorded for messages and function outputs, by likeness for the rest)."""


@record(frozen=True, slots=True)
class Digest:
    """What the next turn must know of this one without reading the chain.

    `turn` is its number in the chain, `tokens` what its whole context weighs with its output, `open` the call ids without an output,
    `model` the deployment's name, `chain` the id prefix.
    """

    turn: int
    tokens: int
    model: str
    chain: str
    open: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """As bytes for the row."""
        return json.compact([self.turn, self.tokens, self.model, self.chain, list(self.open)])

    @classmethod
    def decode(cls, data: bytes) -> Digest:
        """From the row's bytes."""
        turn, tokens, model, chain, calls = json.loads(data)
        return cls(turn, tokens, model, chain, tuple(calls))


@record(frozen=True, slots=True)
class Stored:
    """A response as it is kept. `input` is the turn's own; `seeded` is a response given whole through the control API."""

    turn: Turn
    input: tuple[Item, ...]
    digest: Digest
    expires: float
    parent: str | None = None
    includes: frozenset[str] = frozenset()
    seeded: Response | None = None
    extra: Object = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The response's id."""
        return str(self.turn.envelope["id"])

    def log(self, *, coarse: bool = False) -> Log:
        """All that is told of it; `coarse` where only the body is wanted."""
        log = play(self.turn, ITEMS, coarse=coarse)
        return log if self.seeded is None else Log(log.entries, self.seeded, log.started)

    def output(self) -> list[Item]:
        """Its output items as in the body."""
        return list(self.seeded["output"]) if self.seeded is not None else completed(self.turn, ITEMS)

    def input_with_ids(self) -> list[Item]:
        """Its own input items as they are listed: each with an id."""
        return with_ids(self.input, Minter(self.turn.chain, self.turn.seed, self.turn.created_at))

    def row(self, scope: str) -> Row:
        """The row that keeps it."""
        return Row(
            scope,
            KIND,
            self.id,
            json.compact(self._document()),
            digest=self.digest.encode(),
            parent=self.parent,
            group=self.turn.chain,
            expires=self.expires,
        )

    def _document(self) -> Object:
        turn, ending, pace = self.turn, self.turn.ending, self.turn.pace
        document: Object = {
            "v": PLAY_VERSION,
            "envelope": turn.envelope,
            "said": turn.said,
            "input": self.input,
            "seed": turn.seed.hex(),
            "at": turn.created_at,
            "closing": turn.closing,
        }
        if ending != WHOLE:
            document["ending"] = [ending.incomplete, ending.failed, ending.event, ending.error, ending.after]
        if pace != AT_ONCE:
            document["pace"] = [pace.queued, pace.first_token, pace.per_token, pace.total]
        for name, value in (
            ("background", turn.background),
            ("cut", turn.cut),
            ("options", turn.options),
            ("extra", self.extra),
            ("resource", turn.resource),
        ):
            if value or (value == 0.0 and name == "cut"):
                document[name] = value
        if self.includes:
            document["includes"] = sorted(self.includes)
        if self.seeded is not None:
            document["seeded"] = self.seeded
        return document


def stored(row: Row) -> Stored:
    """The response that the row keeps."""
    document: dict[str, Any] = json.loads(row.body)
    digest = Digest.decode(row.digest)
    turn = Turn(
        envelope=document["envelope"],
        said=tuple(document["said"]),
        chain=digest.chain,
        seed=bytes.fromhex(document["seed"]),
        created_at=document["at"],
        closing=document["closing"],
        ending=Ending(*document["ending"]) if "ending" in document else WHOLE,
        pace=Pace(*document["pace"]) if "pace" in document else AT_ONCE,
        background=document.get("background", False),
        cut=document.get("cut"),
        options=document.get("options", {}),
        resource=document.get("resource", ""),
    )
    return Stored(
        turn,
        tuple(document["input"]),
        digest,
        row.expires if row.expires is not None else float("inf"),
        row.parent,
        frozenset(document.get("includes", ())),
        document.get("seeded"),
        document.get("extra", {}),
    )


def with_ids(items: tuple[Item, ...] | list[Item], minter: Minter) -> list[Item]:
    """Input items with an id each, in front; those that came with one keep it."""
    listed = []
    for index, item in enumerate(items):
        own = item.get("id") or minter.id(PREFIX_OF_INPUT.get(item["type"], "item"), INPUT_IDS + index)
        listed.append({"id": own, **{name: value for name, value in item.items() if name != "id"}})
    return listed
