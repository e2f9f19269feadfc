"""Vector stores and their files as rows keep them, and what they look like at a moment. A store's counts are counted, never kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...store.protocol import Conflict, Row, Store
from ...wire import json
from ...wire.refusal import Refusal
from ...wire.types import Object
from ..links import FILE, key
from ..scope import Scope

KIND = "vector_store"
DAY = 86_400
"""Seconds."""
STATUSES = ("in_progress", "completed", "cancelled", "failed")
MOST = 1_000_000
"""Rows that are read in one go."""


@dataclass(frozen=True, slots=True)
class VectorStore:
    """A vector store. `days` without activity end it; None for never. One without a name shows an empty one (the OpenAPI description has a
    text there); `description` shows only where it was given.
    """

    id: str
    created_at: int
    last_active_at: int
    name: str
    metadata: Object
    days: int | None = None
    description: str | None = None
    version: int = 0

    @property
    def expires_at(self) -> int | None:
        """When it ends, unless it is used before."""
        return None if self.days is None else self.last_active_at + self.days * DAY

    def expired(self, now: float) -> bool:
        """Whether it has ended; it still shows then, and finds nothing."""
        return self.expires_at is not None and now >= self.expires_at

    def shown(self, files: list[StoreFile], now: float, *, busy: int = 0) -> Object:
        """As the API shows it; `busy` of its files are shown as still being worked at."""
        counts = dict.fromkeys(STATUSES, 0)
        for file in files:
            counts[file.status] += 1
        done = min(busy, counts["completed"])
        counts["completed"] -= done
        counts["in_progress"] += done
        status = "expired" if self.expired(now) else "in_progress" if counts["in_progress"] else "completed"
        return {
            "id": self.id,
            "object": "vector_store",
            "created_at": self.created_at,
            "name": self.name,
            **({} if self.description is None else {"description": self.description}),
            "usage_bytes": sum(file.usage_bytes for file in files),
            "file_counts": {**counts, "total": len(files)},
            "status": status,
            "expires_after": None if self.days is None else {"anchor": "last_active_at", "days": self.days},
            "expires_at": self.expires_at,
            "last_active_at": self.last_active_at,
            "metadata": self.metadata,
        }

    def row(self, scope: str) -> Row:
        """The row that keeps it."""
        body = [self.created_at, self.last_active_at, self.name, self.metadata, self.days, self.description]
        return Row(scope, KIND, self.id, json.compact(body))


def of_row(row: Row) -> VectorStore:
    """The vector store that the row keeps."""
    return replace(VectorStore(row.id, *json.loads(row.body)), version=row.version)


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A file in a vector store: what became of it, `chunks` its number of pieces."""

    file_id: str
    store_id: str
    created_at: int
    status: str
    usage_bytes: int
    chunks: int
    filename: str
    attributes: Object
    strategy: Object
    error: Object | None = None
    batch: str | None = None

    def shown(self, *, busy: bool = False) -> Object:
        """As the API shows it; `busy` as in the answer that put it there, when the work has just begun."""
        status = "in_progress" if busy and self.status == "completed" else self.status
        return {
            "id": self.file_id,
            "object": "vector_store.file",
            "usage_bytes": 0 if status == "in_progress" else self.usage_bytes,
            "created_at": self.created_at,
            "vector_store_id": self.store_id,
            "status": status,
            "last_error": self.error,
            "chunking_strategy": self.strategy,
            "attributes": self.attributes,
        }

    def row(self, scope: str) -> Row:
        """The row that keeps it."""
        body = [
            self.file_id,
            self.store_id,
            self.created_at,
            self.status,
            self.usage_bytes,
            self.chunks,
            self.filename,
            self.attributes,
            self.strategy,
            self.error,
            self.batch,
        ]
        return Row(scope, FILE, key(self.store_id, self.file_id), json.compact(body), group=self.store_id)


def file_of_row(row: Row) -> StoreFile:
    """The file that the row keeps."""
    return StoreFile(*json.loads(row.body))


async def found(store: Store, scope: Scope, ident: str, *, alive: bool = False) -> VectorStore:
    """The vector store of that id; `alive` where it must not have expired. Raises the service's refusals."""
    row = await store.get(scope.name, KIND, ident)
    if row is None:
        raise Refusal("vector_store_not_found", id=ident)
    held = of_row(row)
    if alive and held.expired(scope.now()):
        raise Refusal("vector_store_expired", id=ident)
    return held


async def files_of(store: Store, scope: Scope, ident: str) -> list[StoreFile]:
    """Its files, in the order in which they came."""
    return [file_of_row(row) for row in await store.page(scope.name, FILE, group=ident, limit=MOST)]


async def used(store: Store, scope: Scope, held: VectorStore) -> None:
    """Note that it was used now, which puts its end off. Whoever else noted it meanwhile said the same."""
    now = int(scope.now())
    if now == held.last_active_at:
        return
    try:
        await store.put(replace(held, last_active_at=now).row(scope.name), expect=held.version)
    except Conflict:
        return
