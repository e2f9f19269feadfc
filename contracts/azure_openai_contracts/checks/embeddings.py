"""Embeddings: one vector for each text, in the form and of the size that was asked for."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..exchange import Exchange
from .check import Check, Finding, Run, each, short

AS_LONG_AS_ONE: Final = 0.01
"""How far from 1 the length of a vector may be."""


def asked_of(exchange: Exchange) -> dict[str, Any]:
    """What was to be embedded; empty for anything else, and for what was refused."""
    body = exchange.request.json
    return body if exchange.operation == "embeddings.create" and exchange.ok and isinstance(body, dict) else {}


def texts_of(asked: Mapping[str, Any]) -> list[Any]:
    """The texts that were sent: a string, or a list of tokens, is one."""
    given = asked.get("input")
    return given if isinstance(given, list) and given and not isinstance(given[0], int) else [given]


def _data(exchange: Exchange) -> list[dict[str, Any]]:
    body = exchange.answer.json if exchange.answer else None
    data = body.get("data") if isinstance(body, dict) else None
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def vector_of(told: Any) -> tuple[float, ...] | None:
    """The numbers, from a list or from base64 of 32-bit floats; None where they are neither."""
    if isinstance(told, list):
        return tuple(told) if all(isinstance(one, (int, float)) for one in told) else None
    try:
        raw = base64.b64decode(told, validate=True)
        return struct.unpack(f"<{len(raw) // 4}f", raw)
    except (TypeError, ValueError, binascii.Error, struct.error):
        return None


def _one_each(exchange: Exchange) -> Iterator[str]:
    asked = asked_of(exchange)
    if asked and [one.get("index") for one in _data(exchange)] != list(range(len(texts_of(asked)))):
        yield f"{len(texts_of(asked))} texts were sent, the indexes are {short([one.get('index') for one in _data(exchange)])}"


def _shaped(exchange: Exchange) -> Iterator[str]:
    asked = asked_of(exchange)
    body = exchange.answer.json if exchange.answer else None
    if not asked or not isinstance(body, dict):
        return
    if body.get("object") != "list" or not isinstance(body.get("model"), str):
        yield f"it is a {body.get('object')!r} of the model {body.get('model')!r}"
    usage = body.get("usage") or {}
    if not isinstance(usage.get("prompt_tokens"), int) or usage.get("prompt_tokens") != usage.get("total_tokens"):
        yield f"the usage is {short(usage)}"
    for one in _data(exchange):
        if one.get("object") != "embedding":
            yield f"an entry is a {one.get('object')!r}"


def _formed(exchange: Exchange) -> Iterator[str]:
    asked = asked_of(exchange)
    wanted = str if asked.get("encoding_format") == "base64" else list
    for one in _data(exchange) if asked else []:
        vector = vector_of(one.get("embedding"))
        if not isinstance(one.get("embedding"), wanted) or not vector:
            yield f"{asked.get('encoding_format') or 'float'} was asked for, {short(one.get('embedding'), 40)} came"
            continue
        if asked.get("dimensions") is not None and len(vector) != asked["dimensions"]:
            yield f"{asked['dimensions']} dimensions were asked for, {len(vector)} came"
        if abs(sum(number * number for number in vector) ** 0.5 - 1) > AS_LONG_AS_ONE:
            yield "a vector is not of length 1"


def _same(run: Run) -> Iterator[Finding]:
    known: dict[tuple[str, Any, str], tuple[float, ...]] = {}
    for exchange in run:
        asked = asked_of(exchange)
        for text, one in zip(texts_of(asked) if asked else [], _data(exchange), strict=False):
            vector = vector_of(one.get("embedding")) or ()
            key = (str(asked.get("model")), asked.get("dimensions"), repr(text))
            before = known.setdefault(key, vector)
            if len(before) != len(vector) or any(abs(was - now) > AS_LONG_AS_ONE for was, now in zip(before, vector, strict=True)):
                yield exchange, f"{short(text, 40)} lies elsewhere than before"


CHECKS: Final[Mapping[str, Check]] = {
    "every text has its vector, in its place": each(_one_each),
    "embeddings are a list that counts its tokens": each(_shaped),
    "a vector has the form, the size and the length that it should": each(_formed),
    "the same text lies in the same place": Check(_same),
}
