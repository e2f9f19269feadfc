"""Conversations as trees of turns: what the store holds, and from the journal what it no longer does."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

from ..store.protocol import Row, Store
from ..wire.types import Item, Object
from .context import gone
from .journal import GIST, gist_of
from .journals import Journals
from .scope import Scope
from .stored import KIND, Stored, stored

MOST = 300
"""Stored responses that are looked at, the newest."""

State: TypeAlias = Literal["stored", "expired", "deleted", "not stored"]


async def of_scope(store: Store, scope: Scope) -> Object:
    """`{"data": [nodes], "more": whether there are older ones, "next_expiry": Unix seconds or None}`, parents before their children.

    A node is `{"id", "parent", "conversation", "turn", "model", "status", "state", "created_at", "expires_at", "input_tokens",
    "output_tokens", "asked", "sent", "said", "request"}`; `request` is the id of the journal's entry that made it, None where it has none.
    """
    rows = (await store.page(scope.name, KIND, limit=MOST, descending=True))[::-1]
    seen = {row.id: row for row in rows}
    for row in rows:
        if row.parent is not None and row.parent not in seen:
            seen |= {each.id: each for each in await store.lineage(scope.name, KIND, row.id)}
    past = await _past(store, scope)
    nodes = [_of_row(row, scope.now(), past) for row in sorted(seen.values(), key=lambda row: row.order)]
    nodes += [node for ident, node in past.items() if ident not in seen]
    for node in nodes:
        node.pop("deleted", None)
    living = [node["expires_at"] for node in nodes if node["state"] == "stored" and node["expires_at"] is not None]
    ordered = sorted(nodes, key=lambda node: node["created_at"])
    return {"data": ordered, "more": len(rows) == MOST, "next_expiry": min(living, default=None)}


async def _past(store: Store, scope: Scope) -> dict[str, Object]:
    """What the journal knows of each response that was made: a node, as if the store had it no longer."""
    nodes: dict[str, Object] = {}
    for entry in await Journals(store).of(scope, ("responses.create", "responses.delete")):
        ident = entry["response_id"]
        if ident is None or entry["status"] != HTTPStatus.OK:
            continue
        if entry["operation"] == "responses.delete":
            nodes.setdefault(ident, {})["deleted"] = True
        else:
            nodes[ident] = {**_of_entry(entry, ident), **nodes.get(ident, {})}
    for node in nodes.values():
        if node.get("deleted"):
            node["state"] = "deleted"
    return {ident: node for ident, node in nodes.items() if "id" in node}


def _of_entry(entry: Object, ident: str) -> Object:
    body = entry["body"] if isinstance(entry["body"], dict) else {}
    tokens = entry["tokens"] or {}
    state: State = "not stored" if body.get("store") is False else "expired"
    return {
        "id": ident,
        "parent": body.get("previous_response_id"),
        "conversation": _conversation(body),
        "turn": entry["turn"],
        "model": entry["model"],
        "status": None,
        "state": state,
        "created_at": int(entry["at"]),
        "expires_at": None,
        "input_tokens": tokens.get("counted"),
        "output_tokens": tokens.get("output"),
        **(gist_of(body) if body else {"asked": entry.get("asked"), "sent": entry.get("sent")}),
        "said": None,
        "request": entry["id"],
    }


def _conversation(body: Object) -> str | None:
    given = body.get("conversation")
    named = given.get("id") if isinstance(given, dict) else given
    return named if isinstance(named, str) else None


def _of_row(row: Row, now: float, past: dict[str, Object]) -> Object:
    response = stored(row)
    body = response.log(coarse=True).body(now)
    usage = body.get("usage") or {}
    made = past.get(row.id, {})
    return {
        "id": row.id,
        "parent": row.parent or body.get("previous_response_id"),
        "conversation": _conversation(body),
        "turn": response.digest.turn,
        "model": body.get("model"),
        "status": body.get("status"),
        "state": _state(row, now, deleted=bool(made.get("deleted"))),
        "created_at": response.turn.created_at,
        "expires_at": row.expires,
        "input_tokens": usage.get("input_tokens"),
        "output_tokens": usage.get("output_tokens"),
        **gist_of({"input": list(response.input)}),
        "said": _said(response),
        "request": made.get("request"),
    }


def _state(row: Row, now: float, *, deleted: bool) -> State:
    if not row.gone and not gone(row, now):
        return "stored"
    return "deleted" if deleted or not gone(row, now) else "expired"


def _said(response: Stored) -> str | None:
    """The answer in a line: its text, or the names of what it called."""
    items: Iterable[Item] = response.output()
    texts = [part["text"] for item in items for part in _parts(item) if isinstance(part.get("text"), str)]
    if texts:
        return " ".join(texts)[:GIST]
    calls = [str(item.get("name") or item.get("type")) for item in items if item.get("type") != "reasoning"]
    return ", ".join(calls)[:GIST] or None


def _parts(item: Item) -> list[Any]:
    content = item.get("content")
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) and item.get("type") == "message" else []
