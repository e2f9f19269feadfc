"""Conversations: items that outlive responses, in the order in which they were added. A response in one is given all of them.

A conversation is a row of its own with what the next turn must know; each item is a row grouped under it. They have no expiry: the
service keeps a conversation until it is deleted (documented).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..azure import inputs
from ..engine import tokens
from ..store.protocol import Conflict, Row, Store
from ..tools import answers, include
from ..wire import json
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from ..world import Minter
from . import paging
from .call import Answer, Call, Plan, Whole
from .deciding import decide
from .scope import Scope
from .stored import with_ids

KIND = "conversation"
ITEM = "conversation_item"
MOST_ITEMS = 20
"""Items that one call may add (documented)."""
RECENT = 20
"""Items of a conversation that are read for the next turn's answer; what it weighs is kept in its row."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as its row keeps it. `turn` counts the answers in it, `tokens` what its items weigh, `open` the calls that wait."""

    id: str
    created_at: int
    metadata: Object
    turn: int = 0
    tokens: int = 0
    open: tuple[str, ...] = ()
    added: int = 0
    version: int = 0

    def shown(self) -> Object:
        """As the API shows it."""
        return {"id": self.id, "object": "conversation", "created_at": self.created_at, "metadata": self.metadata}

    def row(self, scope: str) -> Row:
        """The row that keeps it."""
        body = [self.created_at, self.metadata, self.turn, self.tokens, list(self.open), self.added]
        return Row(scope, KIND, self.id, json.compact(body))


def _conversation(row: Row) -> Conversation:
    created_at, metadata, turn, weight, calls, added = json.loads(row.body)
    return Conversation(row.id, created_at, metadata, turn, weight, tuple(calls), added, row.version)


async def found(store: Store, scope: Scope, ident: str) -> Conversation:
    """The conversation of that id. Raises `conversation_not_found`."""
    row = await store.get(scope.name, KIND, ident)
    if row is None:
        raise Refusal("conversation_not_found", id=ident)
    return _conversation(row)


async def recent(store: Store, scope: Scope, ident: str) -> list[Item]:
    """Its newest items, oldest first."""
    rows = await store.page(scope.name, ITEM, group=ident, limit=RECENT, descending=True)
    return [json.loads(row.body) for row in reversed(rows)]


async def extend(store: Store, scope: Scope, held: Conversation, items: Sequence[Item], *, answered: bool) -> None:
    """Add items, each with its id, in one commit with the row. Raises `conversation_locked` where another turn was faster."""
    grown = Conversation(
        held.id,
        held.created_at,
        held.metadata,
        held.turn + answered,
        held.tokens + sum(tokens.of_item(text, kind) for kind, text in map(inputs.weighed, items)),
        answers.open_calls(items, held.open),
        held.added + len(items),
    )
    try:
        await store.put(grown.row(scope.name), expect=held.version)
    except Conflict:
        raise Refusal("conversation_locked", id=held.id) from None
    rows = [Row(scope.name, ITEM, _key(held.id, item["id"]), json.compact(item), group=held.id) for item in items]
    await asyncio.gather(*(store.put(row) for row in rows))


def _key(conversation: str, item: str) -> str:
    return f"{conversation}/{item}"


class Conversations:
    """The operations on conversations, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def create(self, call: Call) -> Plan:
        """`POST /conversations`, perhaps with first items."""
        await decide(self.store, call)
        body = _object(call.json)
        metadata = _metadata(body)
        items = self._items(call, body.get("items"), at="items") if body.get("items") is not None else []
        seed = call.scope.world.dice.bits(16)
        made = Conversation(f"conv_{seed[:8].hex()}{call.scope.world.dice.bits(16).hex()}", int(call.scope.now()), metadata)

        async def run() -> Answer:
            row = await self.store.put(made.row(call.scope.name), expect=0)
            if items:
                await extend(self.store, call.scope, _conversation(row), _named(items, seed, call), answered=False)
            return Whole(made.shown())

        return Plan(run)

    async def retrieve(self, call: Call) -> Plan:
        """`GET /conversations/{id}`."""
        await decide(self.store, call)
        held = await self._held(call)
        return _plain(held.shown())

    async def update(self, call: Call) -> Plan:
        """`POST /conversations/{id}`: new metadata."""
        await decide(self.store, call)
        held = await self._held(call)
        metadata = _metadata(_object(call.json))

        async def run() -> Answer:
            changed = Conversation(held.id, held.created_at, metadata, held.turn, held.tokens, held.open, held.added)
            await self.store.put(changed.row(call.scope.name), expect=held.version)
            return Whole(changed.shown())

        return Plan(run)

    async def delete(self, call: Call) -> Plan:
        """`DELETE /conversations/{id}`; responses made in it stay (documented)."""
        await decide(self.store, call)
        held = await self._held(call)

        async def run() -> Answer:
            await self.store.delete(call.scope.name, KIND, held.id)
            return Whole({"id": held.id, "object": "conversation.deleted", "deleted": True})

        return Plan(run)

    async def items_list(self, call: Call) -> Plan:
        """`GET /conversations/{id}/items`, newest first."""
        await decide(self.store, call)
        includes = include.of_query(call.query)
        held = await self._held(call)
        rows = await self.store.page(call.scope.name, ITEM, group=held.id, limit=100_000)
        return _plain(paging.page(call, [include.shown(json.loads(row.body), includes) for row in rows]))

    async def items_create(self, call: Call) -> Plan:
        """`POST /conversations/{id}/items`: at most 20 at a time; answers with the list of them. Refuses a body without `items`."""
        await decide(self.store, call)
        held = await self._held(call)
        body = _object(call.json)
        if "items" not in body:
            raise Refusal("missing_required_parameter", param="items")
        items = _named(self._items(call, body["items"], at="items"), call.scope.world.dice.bits(16), call)

        async def run() -> Answer:
            await extend(self.store, call.scope, held, items, answered=False)
            ends = {"first_id": items[0]["id"], "has_more": False, "last_id": items[-1]["id"]} if items else {}
            return Whole({"object": "list", "data": items, **ends})

        return Plan(run)

    async def items_retrieve(self, call: Call) -> Plan:
        """`GET /conversations/{id}/items/{item_id}`."""
        await decide(self.store, call)
        includes = include.of_query(call.query)
        row = await self._item(call)
        return _plain(include.shown(json.loads(row.body), includes))

    async def items_delete(self, call: Call) -> Plan:
        """`DELETE /conversations/{id}/items/{item_id}`: answers with the conversation."""
        await decide(self.store, call)
        held = await self._held(call)
        row = await self._item(call)

        async def run() -> Answer:
            await self.store.delete(call.scope.name, ITEM, row.id)
            return Whole(held.shown())

        return Plan(run)

    async def _held(self, call: Call) -> Conversation:
        return await found(self.store, call.scope, call.ids["conversation_id"])

    async def _item(self, call: Call) -> Row:
        held = await self._held(call)
        row = await self.store.get(call.scope.name, ITEM, _key(held.id, call.ids["item_id"]))
        if row is None:
            raise Refusal("conversation_item_not_found", id=call.ids["item_id"], name=held.id)
        return row

    def _items(self, call: Call, given: Any, *, at: str) -> list[Item]:
        if not isinstance(given, list):
            raise Refusal("invalid_type", param=at, expected="an array", got="an object" if isinstance(given, dict) else "a string")
        if len(given) > MOST_ITEMS:
            raise Refusal("array_above_max_length", param=at, maximum=MOST_ITEMS, length=len(given))
        return inputs.check(given, at, profile=call.profile)


def _named(items: list[Item], seed: bytes, call: Call) -> list[Item]:
    return with_ids(items, Minter(seed[:8].hex(), seed, call.scope.now()))


def _object(body: Any) -> Object:
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise Refusal("invalid_json")
    return body


def _metadata(body: Object) -> Object:
    given = body.get("metadata")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Refusal("invalid_type", param="metadata", expected="an object", got="an array" if isinstance(given, list) else "a string")
    if len(given) > 16:
        raise Refusal("object_above_max_properties", param="metadata", maximum=16, length=len(given))
    for name, value in given.items():
        if not isinstance(value, str):
            raise Refusal("invalid_type", param=f"metadata.{name[:64]}", expected="a string", got="an object")
        if len(value) > 512:
            raise Refusal("string_above_max_length", param=f"metadata.{name[:64]}", maximum=512, length=len(value))
    return given


def _plain(value: Any) -> Plan:
    async def run() -> Answer:
        return Whole(value)

    return Plan(run)
