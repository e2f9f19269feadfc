"""The log of requests, one calm line each: for people in colour where there is a terminal, or as JSON."""

from __future__ import annotations

import logging
import os
import sys
from typing import TextIO

from .wire import json
from .wire.types import Object

_RESET, _DIM, _GREEN, _YELLOW, _RED = "\x1b[0m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"


def configure(form: str, *, quiet: bool) -> None:
    """Send the server's own loggers to stderr; requests are logged unless quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson() if form == "json" else _ForPeople(colour=colours(sys.stderr)))
    ours = logging.getLogger("azure_openai_mock")
    ours.handlers[:] = [handler]
    ours.propagate = False
    ours.setLevel(logging.WARNING if quiet else logging.INFO)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)


def colours(out: TextIO) -> bool:
    """Whether what is written there may be coloured: it is a terminal, and nobody said NO_COLOR."""
    return out.isatty() and not os.environ.get("NO_COLOR")


_TOKENS = {"sent": "sent", "counted": "counted", "output": "out"}
"""What is told of an exchange's tokens, and how: what has a vector has nothing said."""


def safe(text: object) -> str:
    """Text from a client on one line, without control characters, not too long."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(text))[:200]


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        exchange: Object | None = getattr(record, "exchange", None)
        if exchange is None:
            return json.compact({"level": record.levelname.lower(), "message": _message(record, self)}).decode()
        told = {name: value for name, value in exchange.items() if name != "headers"}
        return json.compact({"level": "info", "scope": getattr(record, "mock_scope", None), **told}).decode()


class _ForPeople(logging.Formatter):
    def __init__(self, *, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        exchange: Object | None = getattr(record, "exchange", None)
        if exchange is None:
            return f"{record.levelname.lower()}: {_message(record, self)}"
        return line(exchange, colour=self._colour)


def line(exchange: Object, *, colour: bool = False) -> str:
    """An exchange of the journal on one line, its hints on lines of their own below."""

    def paint(text: str, shade: str) -> str:
        return f"{shade}{text}{_RESET}" if colour else text

    status = exchange["status"]
    parts = [paint(f"{status or '---'}", _shade(status)), f"{safe(exchange['method']):6}", safe(exchange["path"])]
    for name, shown in (("model", "{}"), ("turn", "turn {}"), ("rule", "rule {}")):
        if exchange.get(name) is not None:
            parts.append(shown.format(safe(exchange[name])))
    if exchange.get("faults"):
        parts.append(paint("faults " + ", ".join(map(safe, exchange["faults"])), _YELLOW))
    tokens = exchange.get("tokens")
    if tokens:
        parts.append(paint(", ".join(f"{tokens[name]} {word}" for name, word in _TOKENS.items() if name in tokens), _DIM))
    if exchange.get("ms") is not None:
        parts.append(paint(f"{exchange['ms']:.1f} ms", _DIM))
    lines = ["  ".join(parts), *(paint(f"      {safe(hint)}", _YELLOW) for hint in exchange.get("hints") or ())]
    return "\n".join(lines)


def _shade(status: int | None) -> str:
    return _RED if status is None or status >= 500 else _YELLOW if status >= 400 else _GREEN


def _message(record: logging.LogRecord, formatter: logging.Formatter) -> str:
    text = record.getMessage()
    return f"{text}\n{formatter.formatException(record.exc_info)}" if record.exc_info else text
