"""What a store can do. It is shaped like storage: no rule, no HTTP, no word of Azure's in here or behind it.

A row belongs to a `scope` and a `kind` and has an `id` there. Rows may name a `parent` row of the same scope and kind.
All methods are async from the first day: `put` returns after the commit that other processes see, so that group commit and a
store on another machine change nothing above.
"""

from __future__ import annotations

from typing import Protocol

from ..wire.record import record


class StoreUnavailable(Exception):
    """The store cannot answer now (disk full, I/O error, engine gone). Nothing was changed by the call that raised it, save where an engine
    on another machine was lost before it could acknowledge what it had done.
    """


class Conflict(Exception):
    """`put` found another version than the one expected. Nothing was changed."""


@record(frozen=True, slots=True)
class Row:
    """One stored thing.

    `body` is the thing itself and `digest` a small summary that can be read without it; both are opaque bytes here.
    `parent` is that of the first put, whatever later puts say, and must be there by then: the name of a row that is not is kept, but
    leads nowhere. So parents are older than their children, and there are no circles.
    `expires` is on the scope's own clock (Unix seconds), None for never. `gone` marks a row that was deleted or has expired, until a
    sweep finds no living descendant: only `lineage` still shows it. A put makes it live, whatever `gone` said.
    `version` counts the puts, from 1; `order` is the store's own ordering of first puts within scope and kind, ascending, never
    reused (0 until stored).
    """

    scope: str
    kind: str
    id: str
    body: bytes
    digest: bytes = b""
    parent: str | None = None
    group: str | None = None
    expires: float | None = None
    gone: bool = False
    version: int = 0
    order: int = 0


class Store(Protocol):
    """The methods of a store. One conformance suite covers every implementation."""

    name: str
    """As shown to people: `memory`, `sqlite:///…`, `redis://…`."""

    shared: bool
    """Whether other processes may write: then nothing that the store holds may be cached beyond a request."""

    async def open(self) -> None:
        """Make ready. Raises StoreUnavailable, with a sentence that a person can act on."""

    async def close(self) -> None:
        """Finish what is under way and let go."""

    async def get(self, scope: str, kind: str, id: str) -> Row | None:
        """The row, unless it never was or is `gone`. Expiry is the caller's business: the store has no clock."""

    async def put(self, row: Row, *, expect: int | None = None) -> Row:
        """Commit the row and return it with its new version and order.

        `expect=0` demands that there is none yet (a gone one counts as one), `expect=n` that it is not gone and its version is n;
        None takes anything.
        Raises Conflict. Several puts under way at the same time may share one commit.
        """

    async def delete(self, scope: str, kind: str, id: str) -> bool:
        """Make it gone; whether there was one. Its body stays until a sweep finds no descendant that is not gone."""

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
        """Up to `limit` rows that are not gone, in order of first put, after the row of id `after`. `group` keeps one group only.

        A gone `after` still marks its place; an unknown one is followed by nothing.
        """

    async def lineage(self, scope: str, kind: str, id: str, *, limit: int | None = None) -> list[Row]:
        """The row and its ancestors by `parent`, oldest first, gone ones included; empty if there is none of that id.

        `limit` keeps that many, the newest.
        """

    async def sweep(self, scope: str, now: float) -> int:
        """Make gone every row whose `expires <= now`, and drop for good every gone row without a living descendant.

        Returns how many were dropped. Works in slices between which others have their turn, however much there is to do.
        """

    async def append(self, scope: str, log: str, entry: bytes, *, keep: int) -> None:
        """Add an entry to a bounded log that holds the newest `keep` entries. Need not survive a restart."""

    async def read(self, scope: str, log: str, *, limit: int | None = None) -> list[bytes]:
        """The log's entries, oldest first; with `limit` that many, the newest."""

    async def truncate(self, scope: str, log: str) -> None:
        """Empty the log."""

    async def tally(self, scope: str, name: str, amount: int, *, window: float | None = None, now: float = 0.0) -> int:
        """Add to a counter and return its new value; `amount=0` reads it.

        With `window` (seconds) the counter belongs to the window of that length in which `now` lies and starts from 0 in the next;
        a counter without a window lasts until `clear`. Need not survive a restart, save in a `shared` store, where it lasts as rows do.
        """

    async def clear(self, scope: str) -> None:
        """Empty the scope: rows, logs and counters."""

    async def scopes(self) -> list[str]:
        """The scopes that hold a row, gone ones included."""

    async def count(self, scope: str | None = None) -> dict[str, int]:
        """How many rows of each kind are not gone, in one scope or in all."""
