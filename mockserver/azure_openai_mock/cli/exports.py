"""`export` and `load`: responses that would be lost, kept as lines of JSON, and given to a server again."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from ..remote import Failed
from .remote import ask, of_server

EVERY = 500
"""Responses between two words of progress."""


def export(argv: Sequence[str]) -> int:
    """Write stored responses with their input, a JSON object a line, oldest first."""
    about = "Write stored responses with their input as JSON lines; `load` gives them to a server again."
    made = of_server("export", about, "--output kept.jsonl", "--expiring-within 3d  # what would be lost soonest")
    made.add_argument("--expiring-within", metavar="DURATION", help="only those that expire within 3d, 12h … (default: all)")
    made.add_argument("--output", metavar="FILE", help="where to (default: standard output)")
    given = made.parse_args(argv)
    return _counted("exported", lambda: _export(given))


def load(argv: Sequence[str]) -> int:
    """Give responses that were exported to a server: retrievable, chainable and deletable under their ids."""
    about = "Give responses that `export` wrote to a server, under their ids and for another thirty days."
    made = of_server("load", about, "kept.jsonl", "- < kept.jsonl")
    made.add_argument("file", help="what export wrote; - for standard input")
    given = made.parse_args(argv)
    return _counted("loaded", lambda: _load(given))


def _counted(done: str, work: Callable[[], Iterator[int]]) -> int:
    number = 0
    try:
        for number in work():
            if not number % EVERY and sys.stderr.isatty():
                sys.stderr.write(f"\r{done} {number}")
    except (Failed, OSError) as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        return 1
    sys.stderr.write(f"{done} {number} response{'' if number == 1 else 's'}\n")
    return 0


def _export(given: argparse.Namespace) -> Iterator[int]:
    query = {"expiring_within": given.expiring_within} if given.expiring_within else {}
    number, more = 0, True
    with _opened(given.output, "w", sys.stdout) as out:
        while more:
            page = ask(given, "GET", f"responses?{urlencode(query)}")
            for entry in page["data"]:
                out.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
                number += 1
                yield number
            more, query["after"] = page["after"] is not None, page["after"]


def _load(given: argparse.Namespace) -> Iterator[int]:
    number = 0
    with _opened(None if given.file == "-" else given.file, "r", sys.stdin) as lines:
        for place, line in enumerate(lines, 1):
            if line.strip():
                ask(given, "POST", "responses", _entry(line, place))
                number += 1
                yield number


def _entry(line: str, place: int) -> Any:
    try:
        entry = json.loads(line)
        return {"response": entry["response"], "input": entry["input"]}
    except (ValueError, KeyError, TypeError):
        raise Failed(f"line {place} is not what export writes: an object with response and input") from None


@contextmanager
def _opened(path: str | None, mode: str, standard: IO[str]) -> Iterator[IO[str]]:
    if path is None:
        yield standard
    else:
        with Path(path).open(mode, encoding="utf-8") as file:
            yield file
