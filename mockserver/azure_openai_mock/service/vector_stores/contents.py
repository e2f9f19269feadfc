"""What is in a vector store: its files, one by one or in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...azure import files
from ...store.protocol import Row, Store
from ...wire import json
from ...wire.refusal import Refusal
from ...wire.types import Object
from .. import paging
from ..call import Answer, Call, Plan, Whole
from ..deciding import decide
from ..files import File, known, plain
from ..links import FILE, detach, key
from .held import STATUSES, StoreFile, VectorStore, file_of_row, files_of, found, used
from .indexing import chunks_of, put_in

BATCH = "vector_store_batch"


async def attached(
    store: Store, call: Call, store_id: str, file: File, given: Object, strategy: Object, *, batch: str | None = None
) -> StoreFile:
    """Put the file in, read and cut; `given` are its attributes."""
    made = StoreFile(file.id, store_id, int(call.scope.now()), "in_progress", 0, 0, file.filename, given, strategy, batch=batch)
    return await put_in(store, call.scope, made, file)


class Contents:
    """The operations on the files of vector stores, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def create(self, call: Call) -> Plan:
        """`POST /vector_stores/{id}/files`: the answer shows the work begun, whoever looks again finds it done."""
        await decide(self.store, call, call.json)
        owner = await self._store(call, alive=True)
        body = files.check("vector_store_file", call.json)
        strategy = files.chunking(body.get("chunking_strategy"))
        (file,) = await known(self.store, call.scope, [body["file_id"]])
        await self._room(call, owner, [file])

        async def run() -> Answer:
            made = await attached(self.store, call, owner.id, file, body.get("attributes", {}), strategy)
            await used(self.store, call.scope, owner)
            return Whole(made.shown(busy=True))

        return Plan(run)

    async def listing(self, call: Call) -> Plan:
        """`GET /vector_stores/{id}/files`, newest first, perhaps those of one state."""
        await decide(self.store, call)
        owner = await self._store(call)
        return plain(self._page(call, await files_of(self.store, call.scope, owner.id)))

    async def retrieve(self, call: Call) -> Plan:
        """`GET /vector_stores/{id}/files/{file_id}`."""
        await decide(self.store, call)
        return plain((await self._file(call)).shown())

    async def update(self, call: Call) -> Plan:
        """`POST /vector_stores/{id}/files/{file_id}`: other attributes."""
        await decide(self.store, call, call.json)
        file = await self._file(call)
        body = files.check("vector_store_file_change", call.json)

        async def run() -> Answer:
            changed = replace(file, attributes=body.get("attributes", {}))
            await self.store.put(changed.row(call.scope.name))
            return Whole(changed.shown())

        return Plan(run)

    async def delete(self, call: Call) -> Plan:
        """`DELETE /vector_stores/{id}/files/{file_id}`: the file itself stays (documented)."""
        await decide(self.store, call)
        file = await self._file(call)

        async def run() -> Answer:
            if not await detach(self.store, call.scope, file.store_id, file.file_id):
                raise Refusal("vector_store_file_not_found", id=file.file_id, name=file.store_id)
            return Whole({"id": file.file_id, "object": "vector_store.file.deleted", "deleted": True})

        return Plan(run)

    async def content(self, call: Call) -> Plan:
        """`GET /vector_stores/{id}/files/{file_id}/content`: the text as it was read, chunk by chunk."""
        await decide(self.store, call)
        file = await self._file(call)
        data = [{"type": "text", "text": piece} for piece in await chunks_of(self.store, call.scope, file)]
        return plain({"object": "vector_store.file_content.page", "data": data, "has_more": False, "next_page": None})

    async def batches_create(self, call: Call) -> Plan:
        """`POST /vector_stores/{id}/file_batches`: many files at once, alike or each with its own attributes.

        Refuses both, and neither, of `file_ids` and `files`.
        """
        await decide(self.store, call, call.json)
        owner = await self._store(call, alive=True)
        body = files.check("vector_store_batch", call.json)
        if ("file_ids" in body) == ("files" in body):
            if "files" in body:
                raise Refusal("mutually_exclusive", param="file_ids", other="files")
            raise Refusal("missing_required_parameter", param="file_ids")
        asked = body.get("files") or [{**body, "file_id": ident} for ident in body["file_ids"]]
        strategies = [files.chunking(one.get("chunking_strategy")) for one in asked]
        named = {file.id: file for file in await known(self.store, call.scope, [one["file_id"] for one in asked])}
        await self._room(call, owner, list(named.values()))
        ident = f"vsfb_{call.scope.world.dice.bits(16).hex()}"
        created = int(call.scope.now())

        async def run() -> Answer:
            row = Row(call.scope.name, BATCH, ident, json.compact([owner.id, created, sorted(named)]), group=owner.id)
            await self.store.put(row, expect=0)
            for one, strategy in zip(asked, strategies, strict=True):
                await attached(self.store, call, owner.id, named[one["file_id"]], one.get("attributes") or {}, strategy, batch=ident)
            await used(self.store, call.scope, owner)
            return Whole(_batch(ident, owner.id, created, {"in_progress": len(named)}))

        return Plan(run)

    async def batches_retrieve(self, call: Call) -> Plan:
        """`GET /vector_stores/{id}/file_batches/{batch_id}`."""
        await decide(self.store, call)
        return plain(await self._shown_batch(call))

    async def batches_cancel(self, call: Call) -> Plan:
        """`POST /vector_stores/{id}/file_batches/{batch_id}/cancel`: nothing is left to be stopped, so it is shown as it ended."""
        await decide(self.store, call)
        return plain(await self._shown_batch(call))

    async def batches_files(self, call: Call) -> Plan:
        """`GET /vector_stores/{id}/file_batches/{batch_id}/files`."""
        await decide(self.store, call)
        owner, _, members = await self._batch(call)
        inside = await files_of(self.store, call.scope, owner.id)
        return plain(self._page(call, [file for file in inside if file.batch == call.ids["batch_id"] and file.file_id in members]))

    def _page(self, call: Call, inside: Sequence[StoreFile]) -> Object:
        wanted = call.first("filter")
        if wanted is not None and wanted not in STATUSES:
            raise Refusal("invalid_value", param="filter", got=wanted, supported=STATUSES)
        return paging.page(call, [file.shown() for file in inside if wanted in (None, file.status)])

    async def _store(self, call: Call, *, alive: bool = False) -> VectorStore:
        return await found(self.store, call.scope, call.ids["vector_store_id"], alive=alive)

    async def _file(self, call: Call) -> StoreFile:
        owner = await self._store(call)
        row = await self.store.get(call.scope.name, FILE, key(owner.id, call.ids["file_id"]))
        if row is None:
            raise Refusal("vector_store_file_not_found", id=call.ids["file_id"], name=owner.id)
        return file_of_row(row)

    async def _room(self, call: Call, owner: VectorStore, more: Sequence[File]) -> None:
        inside = {file.file_id for file in await files_of(self.store, call.scope, owner.id)}
        if len(inside | {file.id for file in more}) > files.limit("store_files"):
            raise Refusal("vector_store_full", id=owner.id, limit=files.limit("store_files"))

    async def _batch(self, call: Call) -> tuple[VectorStore, int, list[str]]:
        owner = await self._store(call)
        row = await self.store.get(call.scope.name, BATCH, call.ids["batch_id"])
        store_id, created, members = json.loads(row.body) if row is not None else ("", 0, [])
        if store_id != owner.id:
            raise Refusal("vector_store_batch_not_found", id=call.ids["batch_id"])
        return owner, created, members

    async def _shown_batch(self, call: Call) -> Object:
        owner, created, members = await self._batch(call)
        counts: dict[str, int] = {}
        for file in await files_of(self.store, call.scope, owner.id):
            if file.file_id in members and file.batch == call.ids["batch_id"]:
                counts[file.status] = counts.get(file.status, 0) + 1
        return _batch(call.ids["batch_id"], owner.id, created, counts)


def _batch(ident: str, store_id: str, created: int, counts: dict[str, int]) -> Object:
    return {
        "id": ident,
        "object": "vector_store.files_batch",
        "created_at": created,
        "vector_store_id": store_id,
        "status": "in_progress" if counts.get("in_progress") else "completed",
        "file_counts": {**dict.fromkeys(STATUSES, 0), **counts, "total": sum(counts.values())},
    }
