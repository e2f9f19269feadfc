"""What was answered, in the vocabulary of rules: `say`, `outcome`, `pace`, `fault`. What cannot be said again is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...azure import errors
from ...engine.chat import CALLS
from ...engine.log import Log
from ...engine.play import play
from ...engine.turn import Turn
from ...faults import Wrong
from ...tools import ITEMS
from ...wire.types import Event, Item, Object
from .. import outcome, said
from . import chats, streams
from .cassette import Exchange
from .refused import refused, verbatim
from .spoken import spoken

AMISS = 400
"""From this status on an answer is a refusal."""
ENDED = frozenset({"completed", "incomplete", "failed", "cancelled"})
"""How a response stands that changes no more."""
ENDLESS = "1h"
"""How long a run takes whose end is not recorded: it can still be polled and cancelled."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded answer as parts of a rule; empty parts are an answer that cannot be said. `problems` are sentences for a person."""

    parts: Object
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Saying:
    """The parts as they come together."""

    parts: Object = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def done(self) -> Answer:
        """What they came to."""
        return Answer(self.parts, tuple(self.problems))


def of_exchange(exchange: Exchange, *, whole: Object | None = None, pace: bool = False) -> Answer:
    """The answer of a request that made the model speak.

    `whole` is the same response as it was seen last, where the answer shows a run in progress or a stream that broke off. `pace` keeps its
    time.
    """
    if exchange.encoded is not None:
        return Answer({}, (f"its body is encoded as {exchange.encoded}, which cannot be read here",))
    if exchange.status >= AMISS:
        return Answer({"fault": refused(exchange)})
    if exchange.streamed:
        return _streamed(exchange, whole, pace=pace)
    body = exchange.answered
    if not isinstance(body, dict):
        return Answer({"fault": verbatim(exchange)}, () if exchange.complete else ("its body broke off, and is told to the letter",))
    saying = _Saying()
    response = chats.response_of(body, saying.problems) if "choices" in body else whole or body
    _ended(saying, response, list(response.get("output") or []))
    if pace and exchange.took and "pace" not in saying.parts:
        saying.parts["pace"] = {"total": _milliseconds(exchange.took)}
    return saying.done()


# ---- streams ----------------------------------------------------------------------------------------------------------------------------


def _streamed(exchange: Exchange, whole: Object | None, *, pace: bool) -> Answer:
    saying = _Saying()
    heard = streams.events(exchange)
    if not heard:
        return Answer({"fault": verbatim(exchange)})
    if chats.are_chunks(event for _, event in heard):
        response = chats.response_of(chats.folded([event for _, event in heard]), saying.problems)
        _ended(saying, response, response["output"])
        if not exchange.complete:
            saying.parts["fault"] = [{"cut": {"after": _chunks(saying.parts["say"])}}]
        return saying.done()
    told = streams.told(event for _, event in heard)
    if told.ended:
        _ended(saying, told.response, told.output)
    else:
        heard_of = spoken(told.output, saying.problems)
        after = _place(heard_of, told, background=told.response.get("background") is True)
        if whole is not None and whole.get("status") in ENDED:
            _ended(saying, whole, list(whole.get("output") or []))
        else:
            saying.parts["say"] = heard_of
        saying.parts["fault"] = [_stopped(told, after, saying.problems)]
    if pace and (kept := _pace(heard, saying.parts.get("say") or [])):
        saying.parts["pace"] = kept
    return saying.done()


def _stopped(told: streams.Told, after: int, problems: list[str]) -> Object:
    """The fault that ends a stream where it ended: an error event, or nothing more."""
    if told.error is None:
        return {"cut": {"after": after}}
    code = told.error.get("code") or told.error.get("type")
    key = next((row.key for row in errors.catalogue() if "stream" in row.forms and code in (row.key, row.code, _in_stream(row))), None)
    if key is None:
        problems.append(f"the error {code!r} in the stream is told as server_error: the catalogue has no other")
    return {"error_event": {"after": max(after - 1, 0), "key": key or "server_error"}}


def _in_stream(row: errors.ErrorRow) -> str | None:
    return None if row.in_stream is None else row.in_stream.code or row.in_stream.type


def _log(say: Sequence[Item], *, background: bool = False) -> Log:
    """These items as the engine tells them: what counts is how many events."""
    envelope: Object = {"id": "resp", "object": "response", "status": "queued" if background else "in_progress", "output": []}
    return play(Turn(envelope, tuple(say), chain="0" * 16, seed=bytes(16), created_at=0.0, background=background), ITEMS)


def _place(say: Sequence[Item], told: streams.Told, *, background: bool) -> int:
    """How many events the server tells until it comes to where the recording broke off."""
    if told.count <= 2 or not say:
        return told.count
    kinds = [event["type"] for _, event in _log(_normal(say), background=background).entries]
    here = max((index + 1 for index, kind in enumerate(kinds) if kind == told.last), default=told.count)
    return min(here, len(kinds) - 1)


def _chunks(say: Sequence[Any]) -> int:
    """How many chunks of a chat tell these items: the prompt's annotations, the role, each call's name, and every delta."""
    deltas = [event for _, event in _log(_normal(say)).entries if event["type"].endswith(".delta")]
    calls = [item for item in say if isinstance(item, Mapping) and item.get("type") in CALLS]
    return 2 + len(calls) + len(deltas)


def _normal(say: Sequence[Any]) -> list[Item]:
    return said.normalise(list(say))


def _pace(heard: Sequence[tuple[float | None, Event]], say: Sequence[Any]) -> Object | None:
    """The first word's time, and the mean time between words as the server cuts them."""
    words = [at for at, event in heard if at is not None and str(event.get("type", "")).endswith(".delta")]
    if not words:
        return None
    count = sum(event["type"].endswith(".delta") for _, event in _log(_normal(say)).entries) if say else 0
    between = (words[-1] - words[0]) / (count - 1) if count > 1 else 0.0
    return {"first_token": _milliseconds(max(words[0] - between, 0.0)), "per_token": _milliseconds(between)}


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.3f}".rstrip("0").rstrip(".") + "ms"


# ---- items and endings ------------------------------------------------------------------------------------------------------------------


def _ended(saying: _Saying, response: Object, output: list[Item]) -> None:
    """What a response says, and how it ended."""
    status = response.get("status", "completed")
    say = spoken(output, saying.problems)
    if say or status not in ("failed", "cancelled"):
        saying.parts["say"] = say
    if status == "incomplete":
        reason = (response.get("incomplete_details") or {}).get("reason")
        saying.parts["outcome"] = {"incomplete": reason if reason in ("max_output_tokens", "content_filter") else "max_output_tokens"}
    elif status == "failed":
        saying.parts["outcome"] = {"failed": _failure(response.get("error"), saying.problems)}
    elif status in ("queued", "in_progress", "cancelled"):
        saying.problems.append(f"the recording shows the run as {status} and never its end: it is told as one that takes {ENDLESS}")
        saying.parts.update({"say": say, "pace": {"total": ENDLESS}})


def _failure(error: Any, problems: list[str]) -> str | None:
    if not isinstance(error, Mapping):
        return None
    try:
        return str(outcome.read({"failed": error.get("code")})["failed"])
    except Wrong:
        problems.append(f"the failure {error.get('code')!r} is told as server_error: the catalogue has no other")
        return "server_error"
