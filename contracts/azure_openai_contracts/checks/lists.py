"""Lists and their pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..exchange import Exchange
from .check import Check, Finding, Run, each, short

LIMIT: Final = 20
"""How many a page holds where nobody says."""


def page_of(exchange: Exchange) -> dict[str, Any] | None:
    """The page of a list that knows pages, None for anything else."""
    body = exchange.answer.json if exchange.answer and exchange.ok else None
    paged = str(exchange.operation).endswith(("input_items", "items.list"))
    return body if paged and isinstance(body, dict) else None


def _shaped(exchange: Exchange) -> Iterator[str]:
    page = page_of(exchange)
    if page is None:
        return
    if page.get("object") != "list" or not isinstance(page.get("data"), list) or not isinstance(page.get("has_more"), bool):
        yield f"it is {short(page)}"
        return
    ends = (page["data"][0].get("id"), page["data"][-1].get("id")) if page["data"] else (page.get("first_id"), page.get("last_id"))
    if (page.get("first_id"), page.get("last_id")) != ends:
        yield f"it begins with {ends[0]} and ends with {ends[1]}, and says {page.get('first_id')} and {page.get('last_id')}"


def _bounded(exchange: Exchange) -> Iterator[str]:
    page = page_of(exchange)
    if page is None:
        return
    limit = int(dict(exchange.request.query).get("limit", LIMIT))
    data = page.get("data") or []
    if len(data) > limit:
        yield f"{len(data)} items where {limit} were asked for"
    if page.get("has_more") and len(data) < limit:
        yield f"{len(data)} of {limit} items, and it says that there are more"


def _joined(run: Run) -> Iterator[Finding]:
    walks: dict[tuple[str, str], list[str]] = {}
    for exchange in run:
        page = page_of(exchange)
        if page is None:
            continue
        query = dict(exchange.request.query)
        key, ids = (exchange.request.path, query.get("order", "desc")), [str(item.get("id")) for item in page.get("data") or []]
        seen = walks.get(key, []) if "after" in query else []
        if seen and query["after"] == seen[-1] and (twice := [id for id in ids if id in seen]):
            yield exchange, f"{twice[0]} was on a page before"
        walks[key] = seen + ids


def _turned(run: Run) -> Iterator[Finding]:
    whole: dict[str, dict[str, list[str]]] = {}
    for exchange in run:
        page = page_of(exchange)
        query = dict(exchange.request.query)
        order = query.get("order", "desc")
        if page is None or page.get("has_more") or "after" in query or "before" in query or order not in ("asc", "desc"):
            continue
        ids = [str(item.get("id")) for item in page.get("data") or []]
        orders = whole.setdefault(exchange.request.path, {})
        orders[order] = ids
        if len(orders) == 2 and orders["asc"] != orders["desc"][::-1]:
            yield exchange, "one order is not the other turned around"


CHECKS: Final[Mapping[str, Check]] = {
    "a page names its ends": each(_shaped),
    "a page holds no more than was asked for, and is full while there are more": each(_bounded),
    "no item is on two pages": Check(_joined),
    "ascending is descending turned around": Check(_turned),
}
