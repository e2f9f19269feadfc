"""Copies of a scope: a snapshot is a copy that is kept, a restore copies it back, a fork copies what led to one turn.

Copied are the rows with settings, clock and rules. How often rules were used is counted, not stored: a snapshot keeps it as a row of its
own. What limits counted and the journal are not copied.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from ..store.protocol import Row, Store
from ..wire import json
from .stored import KIND as RESPONSE

STATE = "scope"
"""The kind of the row that holds a scope's settings, clock and rules. It is written over, never deleted: its version tells other
processes that it changed."""
USES = "uses"
"""The kind of the row by which a snapshot knows how often its rules were used."""
AT_ONCE = 500
"""Rows that are read and written together."""


def snapshot_name(scope: str, name: str) -> str:
    """The scope that keeps a scope's snapshot of that name."""
    return f"{scope}@{name}"


async def copy(store: Store, source: str, target: str, *, until: str | None = None) -> int:
    """Make `target` hold what `source` holds, and nothing else; with `until`, of the responses that one and its ancestors only.

    How many rows were copied.
    """
    await _empty(store, target)
    copied = 0
    for kind in await store.count(source):
        if kind == USES:
            continue
        rows = _line(store, source, kind, until) if until is not None and kind == RESPONSE else _all(store, source, kind)
        gone = []
        async for row in rows:
            await store.put(replace(row, scope=target, gone=False, version=0, order=0))
            copied += 1
            if row.gone:
                gone.append(row.id)
        for ident in gone:
            await store.delete(target, kind, ident)
    return copied


async def keep_uses(store: Store, kept: str, used: Mapping[str, int]) -> None:
    """Let a snapshot know how often each rule was used."""
    await store.put(Row(kept, USES, "rules", json.compact(used)))


async def kept_uses(store: Store, kept: str) -> dict[str, int]:
    """How often each rule was used at the snapshot; nothing for one of a version that did not keep it."""
    row = await store.get(kept, USES, "rules")
    return {} if row is None else dict(json.loads(row.body))


async def _empty(store: Store, scope: str) -> None:
    for kind in await store.count(scope):
        if kind != STATE:
            while rows := await store.page(scope, kind, limit=AT_ONCE):
                for row in rows:
                    await store.delete(scope, kind, row.id)
    await store.sweep(scope, 0.0)


async def _all(store: Store, scope: str, kind: str) -> AsyncIterator[Row]:
    """The rows, parents before their children; an ancestor that is gone comes with its descendant."""
    done: set[str] = set()
    after: str | None = None
    while rows := await store.page(scope, kind, after=after, limit=AT_ONCE):
        for row in rows:
            line = [row] if row.parent is None or row.parent in done else await store.lineage(scope, kind, row.id)
            for each in line:
                if each.id not in done:
                    done.add(each.id)
                    yield each
        after = rows[-1].id


async def _line(store: Store, scope: str, kind: str, ident: str) -> AsyncIterator[Row]:
    for row in await store.lineage(scope, kind, ident):
        yield row
