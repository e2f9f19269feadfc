"""`web_search` and its preview: a search that is told but never made."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from .member import Member, check, cited, text
from .shape import begun, finished, laid_out
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action."""
    return laid_out(item, mint, "ws", status="completed", action={"type": "search", "query": ""})


def tell(item: Item, emit: Emit) -> None:
    """in_progress, searching, completed; one that is still searching is never completed (recorded once on Azure)."""
    emit.added(begun(item, action={"type": (item["action"] or {}).get("type", "search")}))
    emit.event("web_search_call.in_progress")
    emit.event("web_search_call.searching")
    if finished(item):
        emit.event("web_search_call.completed")
    emit.done(item)


ITEM = Kind(complete, tell)


LOCATION: Object = {"type": "approximate", "city": None, "country": "US", "region": None, "timezone": None}
_DROPPED = frozenset({"external_web_access"})


def echo(spec: Object) -> Object:
    """Defaults filled in (recorded); `filters` are shown where they were given (16 of 19)."""
    given = spec.get("user_location")
    own = {name: value for name, value in spec.items() if name not in _DROPPED}
    return {
        "type": spec["type"],
        **own,
        "search_content_types": spec.get("search_content_types") or ["text"],
        "search_context_size": spec.get("search_context_size") or "medium",
        "user_location": {**LOCATION, "country": None, **given} if given else LOCATION,
        "return_token_budget": spec.get("return_token_budget") or "default",
    }


def use(spec: Object, ask: Ask) -> list[Item]:
    """A search for the user's words, and a message that cites two pages that do not exist."""
    query = " ".join(ask.text.split())[:200] or "news"
    action: Object = {"type": "search", "queries": [query], "query": query}
    pages = [("Example Domain", "https://example.com/"), ("Example, about", "https://example.com/about")]
    if "web_search_call.action.sources" in ask.includes:
        action["sources"] = [{"type": "url", "url": url} for _, url in pages]
    return [{"type": "web_search_call", "action": action}, cited(f"A mock searched the web for “{query}” and found", *pages)]


TOOL = Tool(
    check({"search_context_size": text("low", "medium", "high"), "user_location": Member((dict,)), "filters": Member((dict,))}), echo, use
)
