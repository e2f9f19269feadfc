"""A store seen from one connection: what the connection has not stored is there too, for as long as it is remembered."""

from __future__ import annotations

from typing import Any

from ..store.protocol import Row, Store
from .stored import KIND


class Loose:
    """The store underneath, and the connection's last response that was not stored on top of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[str, Row] = {}
        self._last: str | None = None

    def hold(self, row: Row) -> None:
        """Remember the row as the connection's last."""
        self._rows[row.id] = row
        self._last = row.id

    def forget(self) -> None:
        """A turn failed: nothing of the connection's own is remembered."""
        self._rows.clear()
        self._last = None

    async def put(self, row: Row, *, expect: int | None = None) -> Row:
        """Store the row; a response that is stored takes the place of the connection's last."""
        stored = await self._store.put(row, expect=expect)
        if row.kind == KIND:
            self._last = None
        return stored

    async def get(self, scope: str, kind: str, id: str) -> Row | None:
        """The connection's last, or what the store has."""
        if id == self._last:
            return self._rows[id]
        return await self._store.get(scope, kind, id)

    async def lineage(self, scope: str, kind: str, id: str, *, limit: int | None = None) -> list[Row]:
        """The chain through both, oldest first."""
        own: list[Row] = []
        at: str | None = id
        while at is not None and at in self._rows:
            own.append(self._rows[at])
            at = self._rows[at].parent
        stored = await self._store.lineage(scope, kind, at, limit=limit) if at is not None else []
        rows = [*stored, *reversed(own)]
        return rows if limit is None else rows[-limit:]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
