"""`file_search`: a search in vector stores. What it finds is given by whoever holds the stores."""

from __future__ import annotations

import re

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from . import declaration
from .saying import message, query_of
from .shape import begun, finished, laid_out
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, queries, results (null unless included)."""
    return laid_out(item, mint, "fs", status="completed", queries=[], results=None)


def tell(item: Item, emit: Emit) -> None:
    """in_progress, searching, completed; queries and results only when done."""
    emit.added(begun(item, queries=[], results=None))
    emit.event("file_search_call.in_progress")
    emit.event("file_search_call.searching")
    if finished(item):
        emit.event("file_search_call.completed")
    emit.done(item)


ITEM = Kind(complete, tell)


def echo(spec: Object) -> Object:
    """Defaults filled in, also inside the ranking options (recorded)."""
    shown = declaration.echo(spec)
    given = spec.get("ranking_options")
    if given:
        ranking: Object = {**declaration.rows()["file_search"].absent["ranking_options"], **given}  # type: ignore[dict-item]
        shown["ranking_options"] = {name: ranking[name] for name in sorted(ranking)}
    return shown


def use(spec: Object, ask: Ask) -> list[Item]:
    """A search for the user's words, and a message that cites what was found, or says that nothing was."""
    query = query_of(ask.text, otherwise="everything")
    found = ask.found.get("results")
    results: list[Object] = found if isinstance(found, list) else []
    shown = results if "file_search_call.results" in ask.includes else None
    call: Item = {"type": "file_search_call", "queries": [query], "results": shown}
    if not results:
        return [call, message(f"A mock searched the files for “{query}” and found nothing.")]
    said, annotations = "", []
    for result in results[:CITED]:
        said = f"{said}\n\nFrom {result['filename']}: {passage(result['text'], query)}".lstrip()
        annotations.append({"type": "file_citation", "file_id": result["file_id"], "filename": result["filename"], "index": len(said)})
    return [call, message(said, annotations)]


def passage(text: str, query: str) -> str:
    """The sentence or line of the text that has the most words of the query, on one line and not too long."""
    wanted = {word for word in _WORD.findall(query.casefold()) if len(word) > 3}
    pieces = [" ".join(piece.split()) for piece in _BREAK.split(text) if piece.strip()]
    best = max(pieces, key=lambda piece: sum(word in piece.casefold() for word in wanted), default="")
    return best if len(best) <= LONGEST else f"{best[: LONGEST - 1].rstrip()}…"


CITED = 3
"""Results that the message quotes."""
LONGEST = 400
"""Characters that it quotes of each."""
_BREAK = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"\w+")

TOOL = Tool(declaration.check, echo, use)
