"""Searching vector stores. Each process keeps the indexes that it used last; one whose store has changed is built again."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary, proxy

from ...search import attributes
from ...search.index import Chunk, Hit, Index
from ...store.protocol import Store
from ...wire.types import Object
from ..links import FILE
from ..scope import Scope
from .held import KIND, MOST, StoreFile, file_of_row, of_row, used
from .indexing import chunks_of

KEPT = 16
"""Indexes that a process keeps."""
DEEPER = 20
"""How many times more chunks are looked at where a filter may take some away."""
ASIDE = 500
"""Chunks from which on an index is built and searched in a thread of its own, so that it holds nobody up."""


@dataclass(frozen=True, slots=True)
class Found:
    """One result: the chunk's text, where it stands, and how well it fits (0 to 1)."""

    store_id: str
    file: StoreFile
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class _Kept:
    """An index, and the versions of the rows that it was built from."""

    state: tuple[tuple[str, int, int], ...]
    files: dict[str, StoreFile]
    index: Index

    async def search(self, query: str, limit: int) -> list[Hit]:
        """The best chunks for a query."""
        if len(self.index.chunks) < ASIDE:
            return self.index.search(query, limit)
        return await asyncio.to_thread(self.index.search, query, limit)


class Indexes:
    """The indexes of one process, over one store, which they do not keep alive."""

    def __init__(self, store: Store) -> None:
        self._store: Store = proxy(store)
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    async def search(
        self, scope: Scope, stores: Sequence[str], queries: Sequence[str], *, limit: int, filters: Any = None, threshold: float = 0.0
    ) -> list[Found]:
        """The best `limit` chunks for any of the queries in all of the vector stores, best first; those that are not there have none."""
        best: dict[tuple[str, str, str], Found] = {}
        for ident in stores:
            row = await self._store.get(scope.name, KIND, ident)
            if row is None or of_row(row).expired(scope.now()):
                continue
            await used(self._store, scope, of_row(row))
            kept = await self._current(scope, ident)
            for query in queries:
                for hit in await kept.search(query, limit if filters is None else limit * DEEPER):
                    chunk = kept.index.chunks[hit.place]
                    file = kept.files[chunk.file]
                    found = Found(ident, file, chunk.text, hit.score)
                    place = (ident, chunk.file, chunk.text)
                    passes = hit.score >= threshold and attributes.matches(filters, file.attributes)
                    if passes and (place not in best or best[place].score < hit.score):
                        best[place] = found
        return sorted(best.values(), key=lambda found: -found.score)[:limit]

    async def _current(self, scope: Scope, ident: str) -> _Kept:
        rows = await self._store.page(scope.name, FILE, group=ident, limit=MOST)
        state = tuple((row.id, row.version, row.order) for row in rows)
        held = self._kept.get((scope.name, ident))
        if held is None or held.state != state:
            held = self._kept[scope.name, ident] = await self._built(scope, [file_of_row(row) for row in rows], state)
        self._kept.move_to_end((scope.name, ident))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return held

    async def _built(self, scope: Scope, files: list[StoreFile], state: tuple[tuple[str, int, int], ...]) -> _Kept:
        chunks = []
        for file in files:
            if file.status == "completed":
                chunks += [Chunk(file.file_id, file.filename, text) for text in await chunks_of(self._store, scope, file)]
        index = await asyncio.to_thread(Index, chunks) if len(chunks) >= ASIDE else Index(chunks)
        return _Kept(state, {file.file_id: file for file in files}, index)


_OF: WeakKeyDictionary[Store, Indexes] = WeakKeyDictionary()


def of(store: Store) -> Indexes:
    """The indexes over that store, the same for whoever asks."""
    held = _OF.get(store)
    if held is None:
        held = _OF[store] = Indexes(store)
    return held


def result_of(found: Found) -> Object:
    """As `file_search_call.results` shows it (recorded: alphabetical)."""
    return {
        "attributes": found.file.attributes,
        "file_id": found.file.file_id,
        "filename": found.file.filename,
        "score": found.score,
        "text": found.text,
        "vector_store_id": found.store_id,
    }
