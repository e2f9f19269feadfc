"""`web_search` and its preview: a search that is told but never made."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from . import declaration
from .saying import citing_pages, query_of
from .shape import begun, finished, laid_out
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action."""
    return laid_out(item, mint, "ws", status="completed", action={"type": "search", "query": ""})


def tell(item: Item, emit: Emit) -> None:
    """in_progress, searching, completed; one that is still searching is never completed (recorded once on Azure).

    A search begins without its words (recorded), every other action whole (assumed: its fields are required).
    """
    action = item["action"] or {"type": "search"}
    emit.added(begun(item, action={"type": "search"} if action["type"] == "search" else action))
    emit.event("web_search_call.in_progress")
    emit.event("web_search_call.searching")
    if finished(item):
        emit.event("web_search_call.completed")
    emit.done(item)


ITEM = Kind(complete, tell)


PAGES = (("Example Domain", "https://example.com/"), ("Example, about", "https://example.com/about"))
"""What a search finds: pages of a domain that is kept for examples."""


def echo(spec: Object) -> Object:
    """Defaults filled in; a location is whole, and has no country of its own where one was given without (recorded)."""
    shown = declaration.echo(spec)
    given = spec.get("user_location")
    if given:
        shown["user_location"] = {**declaration.rows()[spec["type"]].absent["user_location"], "country": None, **given}  # type: ignore[dict-item]
    return shown


def use(spec: Object, ask: Ask) -> list[Item]:
    """A search for the user's words, and a message that cites two pages. Nothing is searched."""
    query = query_of(ask.text, otherwise="news")
    action: Object = {"type": "search", "queries": [query], "query": query}
    if "web_search_call.action.sources" in ask.includes:
        action["sources"] = [{"type": "url", "url": url} for _, url in PAGES]
    return [{"type": "web_search_call", "action": action}, citing_pages(f"A mock searched the web for “{query}” and found", *PAGES)]


TOOL = Tool(declaration.check, echo, use)
