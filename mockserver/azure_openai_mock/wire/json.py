"""JSON in and out: bodies are pretty-printed with two spaces, events are compact, non-ASCII stays UTF-8 (as recorded)."""

from __future__ import annotations

import re
from typing import Any

import orjson

MAX_DEPTH = 100
"""Nesting that a request body may have. Deeper bodies are refused before any rule reads them."""


_BRACKETS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|[\[\]{}]', re.DOTALL)
"""A whole string, or one bracket: strings are passed over by the regex engine, not by a loop of ours."""


def pretty(value: Any) -> bytes:
    """A body as the service prints it: two-space indent, no trailing newline."""
    return bytes(memoryview(orjson.dumps(value, option=orjson.OPT_INDENT_2)))  # a copy of its size: see `compact`


def compact(value: Any) -> bytes:
    """One line without spaces, as in stream events.

    What orjson gives may hold two to five times its length in memory for as long as it is kept; a copy holds its own.
    """
    return bytes(memoryview(orjson.dumps(value)))


def loads(data: bytes | str) -> Any:
    """Strict JSON (no NaN, no trailing commas, valid UTF-8, no lone surrogates). Raises ValueError."""
    return orjson.loads(data)


def depth_exceeds(data: bytes, limit: int = MAX_DEPTH) -> bool:
    """Whether brackets nest deeper than `limit`, judged on the bytes so that no parser recurses first.

    Brackets inside strings do not count.
    """
    if data.count(b"[") + data.count(b"{") <= limit:
        return False
    depth = 0
    for match in _BRACKETS.finditer(data):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            if depth > limit:
                return True
        elif token in (b"]", b"}"):
            depth -= 1
    return False
