"""What a check is: a named look at what was exchanged, which objects or is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..exchange import Exchange
from ..operations import CHATS

Run: TypeAlias = Sequence[Exchange]
"""What one case exchanged, in order."""

Finding: TypeAlias = tuple[Exchange, str]


@dataclass(frozen=True)
class Objection:
    """What a check found: the claim that does not hold, where, and why."""

    family: str
    claim: str
    exchange: Exchange
    why: str

    def __str__(self) -> str:
        return f"{self.family}: {self.claim}: {self.exchange}: {self.why}"


@dataclass(frozen=True)
class Check:
    """`look` goes over a whole run and yields what it objects to; where it does not apply it yields nothing."""

    look: Callable[[Run], Iterable[Finding]]


def each(look: Callable[[Exchange], Iterable[str]]) -> Check:
    """A check of every exchange by itself."""

    def over(run: Run) -> Iterator[Finding]:
        for exchange in run:
            for why in look(exchange):
                yield exchange, why

    return Check(over)


def stream(look: Callable[[list[dict[str, Any]]], Iterable[str]]) -> Check:
    """A check of the events of every stream of a response that was heard to its end."""

    def over(run: Run) -> Iterator[Finding]:
        for exchange in run:
            answer = exchange.answer
            if exchange.operation in CHATS or not (answer and answer.complete and answer.is_stream and exchange.ok):
                continue
            if answer.events:
                for why in look(answer.events):
                    yield exchange, why

    return Check(over)


def response(look: Callable[[dict[str, Any]], Iterable[str]]) -> Check:
    """A check of every Response object: bodies, and what the events of a stream carry."""

    def over(run: Run) -> Iterator[Finding]:
        for exchange in run:
            for one in responses_of(exchange):
                for why in look(one):
                    yield exchange, why

    return Check(over)


def responses_of(exchange: Exchange) -> list[dict[str, Any]]:
    """Every Response object in an answer, in order."""
    if exchange.answer is None or not exchange.ok:
        return []
    body = exchange.answer.json
    held = [body] if isinstance(body, dict) else [event.get("response") for event in exchange.answer.events]
    return [one for one in held if isinstance(one, dict) and one.get("object") == "response"]


def short(value: Any, limit: int = 120) -> str:
    """A value as it stands in a message."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
