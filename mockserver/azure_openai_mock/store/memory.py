"""The store that keeps nothing beyond its process: plain dicts, several times faster than a database."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace

from .fleeting import Fleeting
from .protocol import Conflict, Row

SLICE = 500
"""Rows that are walked before others get their turn."""


class _Space:
    """The rows of one scope and kind."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        """In order of first put, as a dict keeps it."""
        self.above: dict[str, str] = {}
        """A row's parent, if that was there when the row was first put."""
        self.children: Counter[str] = Counter()
        self.ids: dict[int, str] = {}
        """By order. The lists of orders below may hold some of dropped rows, which are not in here."""
        self.orders: list[int] = []
        self.groups: dict[str, list[int]] = {}

    def put(self, row: Row, order: int) -> Row:
        """Store the row: `order` is the next one, used if the row is new."""
        held = self.rows.get(row.id)
        parent = row.parent if held is None else held.parent
        order, version = (order, 1) if held is None else (held.order, held.version + 1)
        stored = Row(row.scope, row.kind, row.id, row.body, row.digest, parent, row.group, row.expires, version=version, order=order)
        self.rows[row.id] = stored
        if held is None:
            self.ids[order] = row.id
            self.orders.append(order)
            if parent is not None and parent in self.rows and parent != row.id:
                self.above[row.id] = parent
                self.children[parent] += 1
        if row.group is not None and (held is None or held.group != row.group):
            orders = self.groups.setdefault(row.group, [])
            place = bisect_left(orders, order)
            if orders[place : place + 1] != [order]:
                orders.insert(place, order)
        return stored

    def hide(self, row: Row) -> None:
        """Make the row gone."""
        self.rows[row.id] = replace(row, gone=True)

    def drop(self, id: str) -> None:
        """Forget a row that has no children."""
        del self.ids[self.rows.pop(id).order]
        parent = self.above.pop(id, None)
        if parent is not None:
            self.children[parent] -= 1
            if not self.children[parent]:
                del self.children[parent]

    def tidy(self) -> None:
        """Take the dropped rows out of the lists of orders."""
        self.orders = [order for order in self.orders if order in self.ids]
        for group, orders in list(self.groups.items()):
            self.groups[group] = [order for order in orders if order in self.ids]
            if not self.groups[group]:
                del self.groups[group]

    def walk(self, group: str | None, after: str | None, *, descending: bool) -> Iterator[Row]:
        """The rows that are not gone, one by one, from the one after `after`."""
        orders = self.orders if group is None else self.groups.get(group, [])
        begin, end = 0, len(orders)
        if after is not None:
            if after not in self.rows:
                return
            place = self.rows[after].order
            begin, end = (0, bisect_left(orders, place)) if descending else (bisect_right(orders, place), end)
        for index in range(end - 1, begin - 1, -1) if descending else range(begin, end):
            row = self.rows.get(self.ids.get(orders[index], ""))
            if row is not None and row.order == orders[index] and not row.gone and (group is None or row.group == group):
                yield row


class MemoryStore:
    """A store in dicts."""

    name = "memory"
    shared = False

    def __init__(self) -> None:
        self._scopes: defaultdict[str, dict[str, _Space]] = defaultdict(dict)
        self._fleeting = Fleeting()
        self._last = 0

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do: what was held is still readable, and forgotten with the store."""

    async def get(self, scope: str, kind: str, id: str) -> Row | None:
        """See the protocol."""
        row = self._space(scope, kind).rows.get(id)
        return None if row is None or row.gone else row

    async def put(self, row: Row, *, expect: int | None = None) -> Row:
        """See the protocol."""
        space = self._space(row.scope, row.kind)
        held = space.rows.get(row.id)
        if expect is not None:
            version = 0 if held is None else -1 if held.gone and expect else held.version
            if version != expect:
                raise Conflict(f"{row.kind} {row.id} is not at version {expect}")
        self._scopes[row.scope][row.kind] = space
        self._last += 1
        return space.put(row, self._last)

    async def delete(self, scope: str, kind: str, id: str) -> bool:
        """See the protocol."""
        space = self._space(scope, kind)
        row = space.rows.get(id)
        if row is None or row.gone:
            return False
        space.hide(row)
        return True

    async def page(
        self,
        scope: str,
        kind: str,
        *,
        group: str | None = None,
        after: str | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> list[Row]:
        """See the protocol."""
        walk = self._space(scope, kind).walk(group, after, descending=descending)
        return [row for _, row in zip(range(limit), walk, strict=False)]

    async def lineage(self, scope: str, kind: str, id: str, *, limit: int | None = None) -> list[Row]:
        """See the protocol."""
        space = self._space(scope, kind)
        line: list[Row] = []
        at: str | None = id if id in space.rows else None
        while at is not None and (limit is None or len(line) < limit):
            line.append(space.rows[at])
            at = space.above.get(at)
        return line[::-1]

    async def sweep(self, scope: str, now: float) -> int:
        """See the protocol."""
        dropped = 0
        for kind, space in list(self._scopes.get(scope, {}).items()):
            async for id in _sliced(list(space.rows)):
                row = space.rows.get(id)
                if row is not None and not row.gone and row.expires is not None and row.expires <= now:
                    space.hide(row)
            before = dropped
            async for id in _sliced([row.id for row in reversed(space.rows.values()) if row.gone]):
                row = space.rows.get(id)
                if row is not None and row.gone and id not in space.children:
                    space.drop(id)
                    dropped += 1
            if dropped > before:
                space.tidy()
            if not space.rows and self._scopes.get(scope, {}).get(kind) is space:
                del self._scopes[scope][kind]
        if not self._scopes.get(scope, True):
            del self._scopes[scope]
        return dropped

    async def append(self, scope: str, log: str, entry: bytes, *, keep: int) -> None:
        """See the protocol."""
        self._fleeting.append(scope, log, entry, keep=keep)

    async def read(self, scope: str, log: str, *, limit: int | None = None) -> list[bytes]:
        """See the protocol."""
        return self._fleeting.read(scope, log, limit=limit)

    async def truncate(self, scope: str, log: str) -> None:
        """See the protocol."""
        self._fleeting.truncate(scope, log)

    async def tally(self, scope: str, name: str, amount: int, *, window: float | None = None, now: float = 0.0) -> int:
        """See the protocol."""
        return self._fleeting.tally(scope, name, amount, window=window, now=now)

    async def clear(self, scope: str) -> None:
        """See the protocol."""
        self._scopes.pop(scope, None)
        self._fleeting.clear(scope)

    async def scopes(self) -> list[str]:
        """See the protocol."""
        return sorted(self._scopes)

    async def count(self, scope: str | None = None) -> dict[str, int]:
        """See the protocol."""
        counted: Counter[str] = Counter()
        for spaces in [self._scopes.get(scope, {})] if scope is not None else list(self._scopes.values()):
            for kind, space in spaces.items():
                counted[kind] += sum(not row.gone for row in space.rows.values())
        return {kind: number for kind, number in counted.items() if number}

    def _space(self, scope: str, kind: str) -> _Space:
        """The space, or an empty one that is not kept."""
        spaces = self._scopes.get(scope)
        return (spaces.get(kind) if spaces else None) or _Space()


def open_memory(url: str, *, shared: bool) -> MemoryStore:
    """The store for the URL `memory`; it cannot be shared. Raises ValueError where it would have to be."""
    if shared:
        raise ValueError("--store memory lives in one process and cannot serve several workers: use a file or redis://…")
    return MemoryStore()


async def _sliced(ids: Iterable[str]) -> AsyncIterator[str]:
    for index, id in enumerate(ids):
        if index % SLICE == SLICE - 1:
            await asyncio.sleep(0)
        yield id
