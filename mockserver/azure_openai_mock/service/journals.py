"""The journals of all scopes: in this process, or in the store where several processes answer for one scope."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..store.protocol import Store
from ..wire import json
from ..wire.types import Object
from .journal import Entry
from .scope import Scope

LOG = "journal"
SHARED_KEEP = 1000
"""Entries that a scope's journal holds where processes share it through the store."""
SHARED_BODY = 64 * 1024
"""Bytes of a request body that such an entry keeps."""


class Journals:
    """Where entries are kept and read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, scope: Scope, entry: Entry) -> None:
        """Keep the entry, before the answer that it tells of leaves."""
        if self._store.shared:
            await self._store.append(scope.name, LOG, json.compact(entry.shown(SHARED_BODY)), keep=SHARED_KEEP)
        else:
            scope.journal.add(entry)

    def finish(self, scope: Scope, entry: Entry) -> None:
        """The answer has left; a shared journal is told no more than how it began."""
        if not self._store.shared:
            scope.journal.finish(entry)

    async def shown(self, scope: Scope) -> list[Object]:
        """All entries, oldest first."""
        if self._store.shared:
            return [json.loads(entry) for entry in await self._store.read(scope.name, LOG)]
        return scope.journal.shown()

    async def forget(self, scope: Scope) -> None:
        """Empty the journal. What is being answered meanwhile may be in it or not."""
        if self._store.shared:
            await self._store.truncate(scope.name, LOG)
        else:
            scope.journal.clear()

    async def of(self, scope: Scope, operations: Collection[str]) -> list[Object]:
        """The entries of these operations, oldest first."""
        if self._store.shared:
            return [entry for entry in await self.shown(scope) if entry["operation"] in operations]
        return scope.journal.of(operations)


async def spend(store: Store, scope: Scope, rule: str, times: int | None) -> int | None:
    """Take one of a rule's uses, counted where all processes see it; which it was, from 0, None where none is left."""
    if not store.shared:
        return await scope.book.spend(rule, times)
    used = await store.tally(scope.name, f"rule/{rule}", 1)
    return None if times is not None and used > times else used - 1


async def uses(store: Store, scope: Scope) -> dict[str, int] | None:
    """How often each rule was used in all processes; None where this process alone knows."""
    if not store.shared:
        return None
    counted = {}
    for entry in scope.book.entries():
        taken = await store.tally(scope.name, f"rule/{entry.id}", 0)
        counted[entry.id] = taken if entry.rule.times is None else min(taken, entry.rule.times)
    return counted


async def counted(store: Store, scope: Scope) -> dict[str, int]:
    """How often each rule was used, wherever that is known."""
    used = await uses(store, scope)
    return scope.book.counts() if used is None else used


async def recount(store: Store, scope: Scope, used: Mapping[str, int], ids: Collection[str]) -> None:
    """Make the rules' uses these; `ids` are all that may have been counted."""
    if not store.shared:
        scope.book.recount(used)
        return
    for ident in ids:
        taken = await store.tally(scope.name, f"rule/{ident}", 0)
        if taken != used.get(ident, 0):
            await store.tally(scope.name, f"rule/{ident}", used.get(ident, 0) - taken)
