"""Headers: what every answer carries, and what a limited one says of waiting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..exchange import Exchange
from ..operations import CONTENT
from .check import Check, each

STREAMS: Final = ("responses.create", "responses.retrieve", "chat.completions.create")
"""Operations that can be asked for a stream."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _typed(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if answer is None or not answer.plain or (exchange.ok and exchange.operation in CONTENT):
        return
    kind = answer.header("content-type") or ""
    if answer.is_stream:
        if kind.replace(" ", "") != "text/event-stream;charset=utf-8":
            yield f"a stream has the content type {kind!r}"
    elif kind.partition(";")[0].strip() != "application/json":
        yield f"a body has the content type {kind!r}"


def _as_asked(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if answer is None or not exchange.ok or exchange.operation not in STREAMS:
        return
    if exchange.request.wants_stream != answer.is_stream:
        yield f"a stream was {'' if exchange.request.wants_stream else 'not '}asked for, {answer.header('content-type')!r} came"


def _identified(exchange: Exchange) -> Iterator[str]:
    if exchange.answer is None:
        return
    id = exchange.answer.header("apim-request-id")
    if id is None or _UUID.fullmatch(id) is None:
        yield f"apim-request-id is {id!r}"


def _client_id(exchange: Exchange) -> Iterator[str]:
    sent = exchange.request.header("x-ms-client-request-id")
    if exchange.answer is not None and exchange.ok and sent is not None and exchange.answer.header("x-ms-client-request-id") != sent:
        yield f"{sent!r} was sent, {exchange.answer.header('x-ms-client-request-id')!r} came back"


def _sniffing(exchange: Exchange) -> Iterator[str]:
    if exchange.answer and exchange.ok:
        if exchange.answer.header("x-content-type-options") != "nosniff":
            yield "no x-content-type-options: nosniff"
        if not (exchange.answer.header("strict-transport-security") or "").startswith("max-age="):
            yield "no strict-transport-security"


def _placed(exchange: Exchange) -> Iterator[str]:
    region = exchange.answer.header("x-ms-region") if exchange.answer and exchange.ok else "ok"
    if not region or region != region.strip() or not region[0].isalpha():
        yield f"x-ms-region is {region!r}"


def _waits(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if answer is None:
        return
    seconds, exact = answer.header("retry-after"), answer.header("retry-after-ms")
    if seconds is not None and not seconds.isdigit():
        yield f"retry-after is {seconds!r}"
    elif exact is not None and not exact.isdigit():
        yield f"retry-after-ms is {exact!r}"
    elif seconds is not None and exact is not None and int(exact) > int(seconds) * 1000:
        yield f"retry-after {seconds} is shorter than retry-after-ms {exact}"


def _limits(exchange: Exchange) -> Iterator[str]:
    if exchange.answer is None:
        return
    for what in ("requests", "tokens"):
        most, left = (exchange.answer.header(f"x-ratelimit-{which}-{what}") for which in ("limit", "remaining"))
        if most is None or left is None:
            continue
        if not all(re.fullmatch(r"-?\d+", each) for each in (most, left)) or (int(most) >= 0 and int(left) > int(most)):
            yield f"{left} of {most} {what} remain"


def _length(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    length = answer.header("content-length") if answer else None
    if answer is None or length is None or not answer.complete:
        return
    if not length.isdigit() or int(length) != len(answer.body):
        yield f"content-length is {length}, the body has {len(answer.body)} bytes"


CHECKS: Final[Mapping[str, Check]] = {
    "bodies are JSON and streams are events, and say so": each(_typed),
    "a stream comes where one was asked for": each(_as_asked),
    "every answer has an apim-request-id": each(_identified),
    "the client's own request id comes back": each(_client_id),
    "a success says how to treat it safely": each(_sniffing),
    "a success names its region": each(_placed),
    "retry-after is a number of seconds, never shorter than its milliseconds": each(_waits),
    "no more remains than the limit": each(_limits),
    "the content length is the body's": each(_length),
}
