"""Files and what is searched in them: what was given comes back, and the best comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from ..exchange import Exchange
from ..forms import Part
from ..operations import CONTENT
from .check import Check, Finding, Run, each, short

MOST: Final = 10
"""How many results a search brings where nobody says."""


def _told(exchange: Exchange) -> dict[str, Any]:
    """The object that a call was answered with; empty for a refusal."""
    body = exchange.answer.json if exchange.answer and exchange.ok else None
    return body if isinstance(body, dict) else {}


def _given(exchange: Exchange) -> tuple[Part | None, dict[str, str]]:
    """The file of an upload, and the other fields of its form."""
    parts = exchange.request.parts if exchange.operation == "files.create" and exchange.ok else []
    file = next((part for part in parts if part.filename is not None), None)
    return file, {part.name: part.data.decode("utf-8", "replace") for part in parts if part.filename is None}


def _described(exchange: Exchange) -> Iterator[str]:
    file, fields = _given(exchange)
    if file is None:
        return
    told = _told(exchange)
    wanted = {"object": "file", "filename": file.filename, "bytes": len(file.data), "purpose": fields.get("purpose")}
    for name, value in wanted.items():
        if told.get(name) != value:
            yield f"{name} is {short(told.get(name))}, {short(value)} was sent"


def _kept(run: Run) -> Iterator[Finding]:
    given: dict[str, bytes] = {}
    for exchange in run:
        file, _ = _given(exchange)
        if file is not None:
            given[str(_told(exchange).get("id"))] = file.data
        elif exchange.operation in CONTENT and exchange.ok and exchange.answer is not None:
            name = exchange.request.path.rstrip("/").split("/")[-2]
            if name in given and exchange.answer.plain != given[name]:
                yield exchange, f"{len(exchange.answer.plain)} bytes came back, others than the {len(given[name])} that were given"


def _counted(exchange: Exchange) -> Iterator[str]:
    counts = _told(exchange).get("file_counts")
    if isinstance(counts, dict) and sum(count for name, count in counts.items() if name != "total") != counts.get("total"):
        yield f"the counts do not add up: {short(counts)}"


def _ranked(exchange: Exchange) -> Iterator[str]:
    if exchange.operation != "vector_stores.search" or not exchange.ok:
        return
    asked = exchange.request.json if isinstance(exchange.request.json, dict) else {}
    results = _told(exchange).get("data") or []
    most = asked.get("max_num_results", MOST)
    if len(results) > most:
        yield f"{len(results)} results came, at most {most} were asked for"
    scores = [one.get("score", 0) for one in results]
    if any(later > earlier for earlier, later in pairwise(scores)) or not all(0 <= score <= 1 for score in scores):
        yield f"the scores are {short(scores)}"


CHECKS: Final[Mapping[str, Check]] = {
    "a file is described as it was sent": each(_described),
    "a file comes back as it was given": Check(_kept),
    "the files of a store add up": each(_counted),
    "a search brings no more than was asked for, the best first": each(_ranked),
}
