"""Recorded refusals, and whatever else is no answer of the model: an error of the catalogue by its name, or the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...azure import errors
from ...wire import json
from ...wire.refusal import Refusal
from ...wire.types import Object
from .cassette import Exchange

OF_A_MOMENT = frozenset({
    "date", "server", "vary", "connection", "keep-alive", "content-length", "content-encoding", "transfer-encoding", "set-cookie",
    "apim-request-id", "x-request-id", "x-ms-client-request-id", "openai-processing-ms", "strict-transport-security",
    "x-content-type-options",
})  # fmt: skip
"""Headers of one connection and one moment, which are not told again."""


def refused(exchange: Exchange) -> list[Object]:
    """The error of the catalogue that has these bytes, or the bytes."""
    wait = _seconds(exchange.answer_headers)
    given = exchange.answered
    for row in errors.catalogue() if given is not None else ():
        if row.status != exchange.status or not row.faultable:
            continue
        fields: Object = {} if wait is None else {"retry_after": wait}
        made = errors.render(Refusal(row.key, **fields))
        told = _seconds(dict(made.headers))
        if _value(made.body) == given and (told == wait or (told is None) == (wait is None)):
            return [{"refuse": {"key": row.key, **fields}}]
    return verbatim(exchange)


def _value(body: bytes) -> Any:
    return json.loads(body) if body else None


def _seconds(headers: Mapping[str, str]) -> float | None:
    """How long the answer tells its client to wait."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
    return None


def verbatim(exchange: Exchange) -> list[Object]:
    """The answer to the letter."""
    body: Any = exchange.answer.decode("utf-8", "replace")
    value = exchange.answered
    if isinstance(value, (dict, list)) and json.pretty(value) == exchange.answer:
        body = value
    headers = {name: text for name, text in exchange.answer_headers.items() if name not in OF_A_MOMENT}
    faults: list[Object] = [{"answer": {"status": exchange.status, "body": body, "headers": headers}}]
    if not exchange.complete:
        faults.append({"wrong_length": {"by": max(_promised(exchange) - len(exchange.answer), 1)}})
    return faults


def _promised(exchange: Exchange) -> int:
    length = exchange.answer_headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0
