"""Chats that were asked for with `store: true`: listed, shown, given other metadata, deleted; and their messages.

They stay until they are deleted: nothing is documented about an end of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...azure import chat
from ...store.protocol import Row, Store
from ...wire import json
from ...wire.refusal import Refusal
from ...wire.types import Object
from .. import paging
from ..call import Answer, Call, Plan, Whole
from ..deciding import decide
from ..files import plain

KIND = "chat"
ECHOED: Mapping[str, Any] = {
    "frequency_penalty": 0.0,
    "presence_penalty": 0.0,
    "response_format": None,
    "seed": None,
    "service_tier": None,
    "temperature": 1.0,
    "tool_choice": None,
    "tools": None,
    "top_p": 1.0,
}
"""Parameters that a stored chat shows -> what it shows where the request left them out (chat completions reference)."""


async def keep(store: Store, call: Call, completion: Object) -> None:
    """Store the completion with what was asked for. The row's group is the model."""
    asked = call.json
    echoed = {name: usual if asked.get(name) is None else asked[name] for name, usual in ECHOED.items()}
    owned = {"input_user": asked.get("user"), "metadata": asked.get("metadata") or {}, "request_id": call.request_id}
    shown = {**completion, **echoed, **owned}
    await store.put(_row(call, {name: shown[name] for name in sorted(shown)}, _messages(shown["id"], asked["messages"])), expect=0)


def _row(call: Call, shown: Object, messages: Sequence[Object]) -> Row:
    return Row(call.scope.name, KIND, shown["id"], json.compact([shown, messages]), group=shown["model"])


def _messages(ident: str, messages: Sequence[Object]) -> list[Object]:
    """The messages of the request, each with an id of its own; content that came in parts is in `content_parts` instead."""
    shown = []
    for index, message in enumerate(messages):
        content = message.get("content")
        apart = {"content": None, "content_parts": content} if isinstance(content, list) else {"content": content, "content_parts": None}
        made = {"name": None, "refusal": None, **message, **apart, "id": f"{ident}-{index}"}
        shown.append({name: made[name] for name in sorted(made)})
    return shown


class Kept:
    """The operations on stored chats, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def listing(self, call: Call) -> Plan:
        """`GET /chat/completions`: oldest first, perhaps of one `model`, or with each `metadata[KEY]=VALUE`."""
        await decide(self.store, call)
        wanted = {name[9:-1]: values[0] for name, values in call.query.items() if name.startswith("metadata[") and name.endswith("]")}
        rows = await self.store.page(call.scope.name, KIND, group=call.first("model"), limit=1_000_000)
        shown = [json.loads(row.body)[0] for row in rows]
        fitting = [one for one in shown if wanted.items() <= one["metadata"].items()]
        return plain(paging.page(call, fitting, usual="asc"))

    async def retrieve(self, call: Call) -> Plan:
        """`GET /chat/completions/{id}`."""
        await decide(self.store, call)
        shown, _ = await self._held(call)
        return plain(shown)

    async def messages(self, call: Call) -> Plan:
        """`GET /chat/completions/{id}/messages`: what was asked, oldest first."""
        await decide(self.store, call)
        _, messages = await self._held(call)
        return plain(paging.page(call, messages, usual="asc"))

    async def update(self, call: Call) -> Plan:
        """`POST /chat/completions/{id}`: other metadata in place of what was there."""
        await decide(self.store, call)
        shown, messages = await self._held(call)
        changed = {**shown, "metadata": chat.metadata(call.json)}

        async def run() -> Answer:
            await self.store.put(_row(call, changed, messages))
            return Whole(changed)

        return Plan(run)

    async def delete(self, call: Call) -> Plan:
        """`DELETE /chat/completions/{id}`."""
        await decide(self.store, call)
        shown, _ = await self._held(call)

        async def run() -> Answer:
            if not await self.store.delete(call.scope.name, KIND, shown["id"]):
                raise Refusal("chat_not_found", id=shown["id"])
            return Whole({"deleted": True, "id": shown["id"], "object": "chat.completion.deleted"})

        return Plan(run)

    async def _held(self, call: Call) -> tuple[Object, list[Object]]:
        ident = call.ids["completion_id"]
        row = await self.store.get(call.scope.name, KIND, ident)
        if row is None:
            raise Refusal("chat_not_found", id=ident)
        shown, messages = json.loads(row.body)
        return shown, messages
