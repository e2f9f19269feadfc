"""From a file to the chunks that a vector store keeps of it: read, cut, and written in rows of some chunks each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from ...azure import files
from ...search import chunking, text
from ...store.protocol import Row, Store
from ...wire import json
from ...wire.types import Object
from .. import blobs
from ..files import File
from ..links import CHUNKS, detach, key, link
from ..scope import Scope
from .held import MOST, StoreFile

PER_ROW = 64
"""Chunks in one row."""


async def put_in(store: Store, scope: Scope, made: StoreFile, file: File) -> StoreFile:
    """Put the file into the vector store, in place of what it had of that file; its final state. What cannot be read is `failed`."""
    await detach(store, scope, made.store_id, made.file_id)
    try:
        pieces = await _chunks(store, scope, file, made.strategy)
    except text.Unreadable as problem:
        made = replace(made, status="failed", error={"code": problem.code, "message": str(problem)})
    else:
        rows = _rows(scope, made, pieces)
        await asyncio.gather(*(store.put(row) for row in rows))
        made = replace(made, status="completed", usage_bytes=sum(len(row.body) for row in rows), chunks=len(pieces))
    await link(store, scope, made.store_id, made.file_id)
    await store.put(made.row(scope.name))
    return made


async def _chunks(store: Store, scope: Scope, file: File, strategy: Object) -> list[str]:
    if not files.supported(file.filename):
        raise text.Unreadable("unsupported_file", "The file type is not supported.")
    if file.bytes > text.LARGEST:
        raise text.Unreadable("invalid_file", f"The file is too large: at most {files.limit('file_tokens'):,} tokens are read.")
    data = await blobs.whole(store, scope.name, file.id, file.bytes)
    size, overlap = strategy["static"]["max_chunk_size_tokens"], strategy["static"]["chunk_overlap_tokens"]

    def cut() -> list[str]:
        return chunking.chunks(text.text_of(file.filename, data), size=size, overlap=overlap)

    if file.bytes <= SMALL and text.simple(file.filename, data):
        return cut()
    try:
        return await asyncio.wait_for(asyncio.to_thread(cut), PATIENCE)
    except TimeoutError:
        raise text.Unreadable("invalid_file", f"The file took more than {PATIENCE:g} s to read.") from None


SMALL = 64 * 1024
"""Bytes up to which a text is cut at once; everything else is read in a thread of its own and holds nobody up."""
PATIENCE = 30.0
"""Real seconds after which a file that is still being read is given up."""


def _rows(scope: Scope, made: StoreFile, pieces: Sequence[str]) -> list[Row]:
    owner = key(made.store_id, made.file_id)
    return [
        Row(scope.name, CHUNKS, f"{owner}/{start}", json.compact(pieces[start : start + PER_ROW]), group=owner)
        for start in range(0, len(pieces), PER_ROW)
    ]


async def chunks_of(store: Store, scope: Scope, file: StoreFile) -> list[str]:
    """What the vector store keeps of the file."""
    rows = await store.page(scope.name, CHUNKS, group=key(file.store_id, file.file_id), limit=MOST)
    return [piece for row in rows for piece in json.loads(row.body)]
