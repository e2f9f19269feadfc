"""`file_search`: a search in vector stores. What it finds is given by whoever holds the stores."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from .member import Member, check
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


RANKING: Object = {"ranker": "auto", "score_threshold": 0.0}


def echo(spec: Object) -> Object:
    """Defaults filled in (recorded)."""
    return {
        "type": "file_search",
        "filters": spec.get("filters"),
        "max_num_results": spec.get("max_num_results") or 20,
        "ranking_options": {**RANKING, **(spec.get("ranking_options") or {})},
        "vector_store_ids": spec["vector_store_ids"],
    }


def use(spec: Object, ask: Ask) -> list[Item]:
    """A search for the user's words, and a message that cites what was found, or says that nothing was."""
    query = " ".join(ask.text.split())[:200] or "everything"
    found = ask.found.get("results")
    results = found if isinstance(found, list) else []
    call: Item = {
        "type": "file_search_call",
        "queries": [query],
        "results": results if "file_search_call.results" in ask.includes else None,
    }
    if not results:
        return [call, {"type": "message", "content": f"A mock searched the files for “{query}” and found nothing."}]
    said = f"From {results[0]['filename']}: {results[0]['text']}"
    citation = {"type": "file_citation", "file_id": results[0]["file_id"], "filename": results[0]["filename"], "index": len(said)}
    return [call, {"type": "message", "content": [{"type": "output_text", "text": said, "annotations": [citation]}]}]


TOOL = Tool(check({"vector_store_ids": Member((list,), required=True, least=1), "max_num_results": Member((int,), least=1)}), echo, use)
