"""Which vector stores have a file: one row for each, under the file's id, so that deleting the file finds them all."""

from __future__ import annotations

import asyncio

from ..store.protocol import Row, Store
from ..wire import json
from .scope import Scope

KIND = "vector_store_link"
FILE = "vector_store_file"
CHUNKS = "vector_store_chunks"


def key(store_id: str, file_id: str) -> str:
    """The id of whatever belongs to a file in a vector store."""
    return f"{store_id}/{file_id}"


async def link(store: Store, scope: Scope, store_id: str, file_id: str) -> None:
    """Remember that the vector store has the file."""
    await store.put(Row(scope.name, KIND, key(store_id, file_id), json.compact(store_id), group=file_id))


async def unlink(store: Store, scope: Scope, file_id: str) -> None:
    """Take the file out of every vector store."""
    for row in await store.page(scope.name, KIND, group=file_id, limit=1_000_000):
        await detach(store, scope, json.loads(row.body), file_id)


async def detach(store: Store, scope: Scope, store_id: str, file_id: str) -> bool:
    """Take the file out of one vector store, its chunks too; whether it was in there."""
    was = await store.delete(scope.name, FILE, key(store_id, file_id))
    chunks = await store.page(scope.name, CHUNKS, group=key(store_id, file_id), limit=1_000_000)
    await asyncio.gather(*(store.delete(scope.name, CHUNKS, row.id) for row in chunks))
    await store.delete(scope.name, KIND, key(store_id, file_id))
    return was
