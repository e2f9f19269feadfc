"""The recordings of some cassettes: each request that made the model speak, what it asked, and its answer as a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ...faults import Wrong
from ...wire.types import Item, Object
from .. import rule
from ..question import Question, answers_in
from ..rule import Rule
from . import answered, asked, cassette, chats, streams
from .cassette import Cassette, Exchange

IDS = re.compile(r"/[a-z]+[-_][\w-]{6,}")
"""Ids in a path."""
API = ("/openai/", "/v1/", "/responses", "/chat/completions")
"""What paths of the service have in them."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One question with its answer.

    `question` is the request as rules look at it, its `turn` 0 where the beginning of its chain is not recorded. `asked` is what it asks,
    ids as symbols. `status` is the answer's. `rule` is the answer alone: it has no conditions.
    """

    name: str
    question: Question
    asked: Object
    status: int
    rule: Rule

    @property
    def operation(self) -> str:
        """`responses.create` or `chat.completions.create`."""
        return self.question.operation


@dataclass(frozen=True, slots=True)
class Recordings:
    """All of them, in the order in which they were recorded.

    `problems` name what cannot be said again and why, `aside` what needs no recording, because the server's own state answers it: each a
    pair of the exchange's name and a sentence. `profiles` are those that the cassettes name.
    """

    all: tuple[Recording, ...]
    problems: tuple[tuple[str, str], ...] = ()
    aside: tuple[tuple[str, str], ...] = ()
    profiles: tuple[str, ...] = ()


def load(paths: Sequence[Path], *, pace: bool = False) -> Recordings:
    """The recordings of cassettes and of folders of them. `pace` keeps the time that answers took. Raises CassetteError."""
    found = [_of(cassette.load(path), pace=pace) for path in cassette.under(paths)]
    return Recordings(
        tuple(one for each in found for one in each.all),
        tuple(one for each in found for one in each.problems),
        tuple(one for each in found for one in each.aside),
        tuple(dict.fromkeys(profile for each in found for profile in each.profiles)),
    )


@dataclass(slots=True)
class _Reading:
    """One cassette as it is read. `responses` are the newest of each id, `said` what each conversation heard last, `turns` how deep."""

    responses: dict[str, Object] = field(default_factory=dict)
    said: dict[str, list[Item]] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)


def _of(read: Cassette, *, pace: bool) -> Recordings:
    reading = _Reading(_responses(read.exchanges))
    found: list[Recording] = []
    problems: list[tuple[str, str]] = []
    aside: list[tuple[str, str]] = []
    for exchange in read.exchanges:
        operation = asked.operation_of(exchange.method, exchange.path)
        if operation is None:
            _note_conversation(exchange, reading)
            aside.append((exchange.name, _aside(exchange)))
            continue
        if not isinstance(exchange.asked, dict):
            problems.append((exchange.name, "its request is no JSON object"))
            continue
        answer = answered.of_exchange(exchange, whole=reading.responses.get(_id(exchange)), pace=pace)
        problems.extend((exchange.name, problem) for problem in answer.problems)
        if not answer.parts:
            continue
        try:
            found.append(_recording(exchange, operation, answer.parts, reading))
        except Wrong as wrong:
            problems.append((exchange.name, f"its answer is no rule: {wrong}"))
    profile = read.provenance.get("profile")
    return Recordings(tuple(found), tuple(problems), tuple(aside), (str(profile),) if profile else ())


def _recording(exchange: Exchange, operation: str, parts: Object, reading: _Reading) -> Recording:
    body: Object = exchange.asked
    before, turns = _before(operation, body, reading)
    items = chats.items_of(body.get("messages")) if operation == asked.CHAT else asked.as_items(body.get("input"))
    turn = 0 if turns is None else turns + 1 + answers_in(items)
    _note_said(exchange, body, turn, reading)
    model = _model(exchange)
    wanted = asked.of_request(operation, body, model=model, before=before)
    question = Question(operation, model, body, items, turn, before=before or ())
    return Recording(exchange.name, question, wanted, exchange.status, rule.read({"name": exchange.name, **parts}))


def _model(exchange: Exchange) -> str:
    """The deployment that was asked: the path's, or the body's."""
    _, found, rest = exchange.path.partition("/deployments/")
    return unquote(rest.partition("/")[0]) if found else str(exchange.asked.get("model") or "")


def _before(operation: str, body: Object, reading: _Reading) -> tuple[tuple[Item, ...] | None, int | None]:
    """The answer that the request builds on, and how many came before; None for what is not recorded."""
    if operation != asked.RESPONSES or not asked.continues(body):
        return (), 0
    conversation = _conversation(body)
    if conversation is not None:
        return (tuple(reading.said[conversation]), reading.turns[conversation]) if conversation in reading.said else (None, None)
    parent = reading.responses.get(str(body["previous_response_id"]))
    if parent is None:
        return None, None
    return tuple(parent.get("output") or ()), reading.turns.get(str(parent["id"]))


def _note_said(exchange: Exchange, body: Object, turn: int, reading: _Reading) -> None:
    """What later requests may build on."""
    response = reading.responses.get(_id(exchange))
    if response is None or not turn:
        return
    reading.turns[str(response["id"])] = turn
    conversation = _conversation(body)
    if conversation is not None:
        reading.said[conversation], reading.turns[conversation] = list(response.get("output") or ()), turn


def _note_conversation(exchange: Exchange, reading: _Reading) -> None:
    """A conversation that begins in the recording has heard nothing yet."""
    made = exchange.answered
    if (
        exchange.method == "POST"
        and exchange.path.endswith("/conversations")
        and isinstance(made, dict)
        and isinstance(made.get("id"), str)
    ):
        reading.said[made["id"]], reading.turns[made["id"]] = [], 0


def _conversation(body: Object) -> str | None:
    given: Any = body.get("conversation")
    ident = given.get("id") if isinstance(given, Mapping) else given
    return ident if isinstance(ident, str) else None


def _responses(exchanges: Iterable[Exchange]) -> dict[str, Object]:
    """Every response that is shown anywhere, as it ended, or as it was last seen."""
    found: dict[str, Object] = {}
    for exchange in exchanges:
        response = _shown(exchange)
        known = found.get(str(response.get("id"))) if response else None
        if response and (known is None or known.get("status") not in answered.ENDED):
            found[str(response["id"])] = response
    return found


def _shown(exchange: Exchange) -> Object:
    """The response in an answer, empty where there is none."""
    if exchange.streamed:
        told = streams.told(event for _, event in streams.events(exchange))
        return {**told.response, "output": told.output} if told.response.get("id") else {}
    body = exchange.answered
    return body if isinstance(body, dict) and body.get("object") == "response" and body.get("id") else {}


def _id(exchange: Exchange) -> str:
    return str(_shown(exchange).get("id", ""))


def _aside(exchange: Exchange) -> str:
    """Why an exchange needs no recording."""
    what = f"{exchange.method} {IDS.sub('/…', exchange.path)}"
    if exchange.path.endswith("/embeddings"):
        return f"{what}: the server makes vectors of its own"
    if any(part in exchange.path for part in API):
        return f"{what}: the server's own state answers it"
    return f"{what}: is not the service's API"
