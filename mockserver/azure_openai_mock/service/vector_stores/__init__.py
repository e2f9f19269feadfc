"""Vector stores: made, shown, changed, deleted and searched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...azure import files
from ...search import attributes
from ...store.protocol import Conflict, Store
from ...wire.refusal import Refusal
from ...wire.types import Object
from .. import paging
from ..call import Answer, Call, Plan, Whole
from ..deciding import decide
from ..files import known, plain
from ..links import detach
from .contents import Contents, attached
from .held import KIND, MOST, VectorStore, files_of, found, of_row
from .searching import of

__all__ = ["Contents", "VectorStores"]


class VectorStores:
    """The operations on vector stores, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def create(self, call: Call) -> Plan:
        """`POST /vector_stores`, perhaps with first files, which are shown as still being worked at."""
        await decide(self.store, call, call.json)
        body = files.check("vector_store", call.json)
        strategy = files.chunking(body.get("chunking_strategy"))
        first = await known(self.store, call.scope, body.get("file_ids") or ())
        now = int(call.scope.now())
        made = VectorStore(
            f"vs_{call.scope.world.dice.bits(16).hex()[:32]}",
            now,
            now,
            body.get("name", ""),
            body.get("metadata") or {},
            _days(body),
            body.get("description"),
        )

        async def run() -> Answer:
            await self.store.put(made.row(call.scope.name), expect=0)
            held = [await attached(self.store, call, made.id, file, {}, strategy) for file in first]
            return Whole(made.shown(held, call.scope.now(), busy=len(held)))

        return Plan(run)

    async def listing(self, call: Call) -> Plan:
        """`GET /vector_stores`, newest first."""
        await decide(self.store, call)
        rows = await self.store.page(call.scope.name, KIND, limit=MOST)
        page = paging.page(call, [{"id": row.id, "row": row} for row in rows])
        page["data"] = [await self._shown(call, of_row(entry["row"])) for entry in page["data"]]
        return plain(page)

    async def retrieve(self, call: Call) -> Plan:
        """`GET /vector_stores/{id}`: an expired one still shows."""
        await decide(self.store, call)
        return plain(await self._shown(call, await self._held(call)))

    async def update(self, call: Call) -> Plan:
        """`POST /vector_stores/{id}`: another name, metadata or expiry. Refuses any other parameter."""
        await decide(self.store, call, call.json)
        await self._held(call, alive=True)
        body = files.check("vector_store", call.json)
        for name in ("file_ids", "chunking_strategy", "description"):
            if name in body:
                raise Refusal("unknown_parameter", param=name)

        async def run() -> Answer:
            return Whole(await self._shown(call, await self._changed(call, body)))

        return Plan(run)

    async def _changed(self, call: Call, body: Object) -> VectorStore:
        """Change it, whoever else does."""
        while True:
            held = await self._held(call, alive=True)
            changed = replace(
                held,
                name=body.get("name", held.name),
                metadata=body.get("metadata", held.metadata),
                days=_days(body) if "expires_after" in (call.json or {}) else held.days,
                last_active_at=int(call.scope.now()),
            )
            try:
                await self.store.put(changed.row(call.scope.name), expect=held.version)
            except Conflict:
                continue
            return changed

    async def delete(self, call: Call) -> Plan:
        """`DELETE /vector_stores/{id}`: the files themselves stay (documented)."""
        await decide(self.store, call)
        held = await self._held(call)

        async def run() -> Answer:
            if not await self.store.delete(call.scope.name, KIND, held.id):
                raise Refusal("vector_store_not_found", id=held.id)
            for file in await files_of(self.store, call.scope, held.id):
                await detach(self.store, call.scope, held.id, file.file_id)
            return Whole({"id": held.id, "object": "vector_store.deleted", "deleted": True})

        return Plan(run)

    async def search(self, call: Call) -> Plan:
        """`POST /vector_stores/{id}/search`."""
        await decide(self.store, call, call.json)
        held = await self._held(call, alive=True)
        body = files.check("vector_store_search", call.json)
        wanted: Any = body.get("filters")
        if wanted is not None:
            attributes.check(wanted, "filters")
        queries = [body["query"]] if isinstance(body["query"], str) else body["query"]
        limit = body.get("max_num_results", files.default("search_results"))
        threshold = (body.get("ranking_options") or {}).get("score_threshold") or 0.0

        async def run() -> Answer:
            hits = await of(self.store).search(call.scope, [held.id], queries, limit=limit, filters=wanted, threshold=threshold)
            data = [
                {
                    "file_id": hit.file.file_id,
                    "filename": hit.file.filename,
                    "score": hit.score,
                    "attributes": hit.file.attributes,
                    "content": [{"type": "text", "text": hit.text}],
                }
                for hit in hits
            ]
            page = {"object": "vector_store.search_results.page", "search_query": queries, "data": data}
            return Whole({**page, "has_more": False, "next_page": None})

        return Plan(run)

    async def _held(self, call: Call, *, alive: bool = False) -> VectorStore:
        return await found(self.store, call.scope, call.ids["vector_store_id"], alive=alive)

    async def _shown(self, call: Call, held: VectorStore) -> Object:
        return held.shown(await files_of(self.store, call.scope, held.id), call.scope.now())


def _days(body: Object) -> int | None:
    given = body.get("expires_after")
    return None if given is None else int(given["days"])
