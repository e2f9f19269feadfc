"""What the client library made of the wire: the claims that hold of a client, not of the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from ..exchange import Exchange
from ..operations import CONTENT
from .check import Check, Finding, Run, each, short

RAISED: Final[Mapping[int, str]] = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
}
"""Status -> the class that the `openai` client raises; InternalServerError from 500 on."""

RETRIED: Final = (408, 409, 429)

MARKS: Final = ("type", "sequence_number", "object", "id")
"""Members by which an event or a chunk of a stream is known again."""


def by_openai(exchange: Exchange) -> bool:
    """Whether the `openai` client sent it and something is known of what it made of the answer."""
    agent = exchange.request.header("user-agent") or ""
    return "OpenAI/" in agent and (exchange.returned is not None or exchange.raised is not None)


def _raises(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if answer is None or answer.status < 400 or not by_openai(exchange):
        return
    wanted = RAISED.get(answer.status, "InternalServerError" if answer.status >= 500 else "APIStatusError")
    found = [each.__name__ for each in type(exchange.raised).__mro__]
    if wanted not in found:
        yield f"the client raised {type(exchange.raised).__name__}, not {wanted}"


def _tells(exchange: Exchange) -> Iterator[str]:
    raised, error = exchange.raised, exchange.answer.error if exchange.answer else None
    if raised is None or not error or not by_openai(exchange) or "code" not in error:
        return
    if getattr(raised, "code", None) != error["code"]:
        yield f"the exception's code is {getattr(raised, 'code', None)!r}, the wire's {error['code']!r}"


def _to_the_end(exchange: Exchange) -> Iterator[str]:
    stopped = exchange.notes.get("stopped") and not exchange.notes.get("left")
    if stopped and exchange.ok and exchange.raised is None and by_openai(exchange):
        yield f"it stopped after {len(exchange.answer.events) if exchange.answer else 0} events"


def _dumped(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json", exclude_unset=True, by_alias=True, warnings=False) if callable(dump) else value


def _reads(exchange: Exchange) -> Iterator[str]:
    answer, returned = exchange.answer, exchange.returned
    if answer is None or not exchange.ok or not by_openai(exchange) or exchange.raised is not None:
        return
    if isinstance(returned, list) and answer.is_stream:
        read = [tuple(getattr(event, name, None) for name in MARKS) for event in returned]
        told = [tuple(event.get(name) for name in MARKS) for event in answer.events]
        if read != told[: len(read)] or (len(read) != len(told) and not exchange.notes.get("left")):
            yield f"the client read {len(read)} events of {len(told)}, or others"
    elif exchange.operation in CONTENT:
        if getattr(returned, "content", None) != answer.plain:
            yield "the client reads another file than came"
    elif isinstance(answer.json, dict) and not hasattr(returned, "model_dump"):
        yield f"the client reads {short(returned)} where an object came"
    elif isinstance(answer.json, dict):
        read = _dumped(returned)
        lost = [name for name, value in answer.json.items() if read.get(name) != value and not _same(read.get(name), value)]
        if lost:
            yield f"the client reads {lost[0]!r} as {short(read.get(lost[0]))}, the wire says {short(answer.json[lost[0]])}"


def _same(read: Any, told: Any) -> bool:
    """Whether a value came through: numbers may change between whole and real, and what a client adds of its own does not matter."""
    if isinstance(told, dict):
        return isinstance(read, dict) and all(name in read and _same(read[name], value) for name, value in told.items())
    if isinstance(told, list):
        return isinstance(read, list) and len(read) == len(told) and all(map(_same, read, told))
    return bool(read == told)


def _again(run: Run) -> Iterator[Finding]:
    for before, now in pairwise(run):
        count = now.request.header("x-stainless-retry-count")
        if count in (None, "0") or before.answer is None:
            continue
        status = before.answer.status
        if status not in RETRIED and status < 500 and before.answer.header("x-should-retry") != "true":
            yield now, f"it was sent again after {status}"
        if before.request.body != now.request.body:
            yield now, "it was sent again with another body"


def _patient(run: Run) -> Iterator[Finding]:
    for before, now in pairwise(run):
        if now.request.header("x-stainless-retry-count") in (None, "0") or before.answer is None or before.request.body != now.request.body:
            continue
        if before.sent_at is None or now.sent_at is None:
            continue
        exact, seconds = before.answer.header("retry-after-ms"), before.answer.header("retry-after")
        wait = float(exact) / 1000 if exact else float(seconds) if seconds and seconds.isdigit() else 0.0
        if now.sent_at - before.sent_at < wait * 0.95:
            yield now, f"it was sent again after {now.sent_at - before.sent_at:.3f} s, {wait:.3f} s were asked for"


CHECKS: Final[Mapping[str, Check]] = {
    "the client raises what the status means": each(_raises),
    "the client tells the code of the refusal": each(_tells),
    "the client reads what the wire says": each(_reads),
    "the client reads a stream to its end": each(_to_the_end),
    "only what may be tried again is sent again, unchanged": Check(_again),
    "a client waits as long as it was asked to": Check(_patient),
}
