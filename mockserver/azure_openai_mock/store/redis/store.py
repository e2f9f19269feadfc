"""The store in a Redis. Every method is one or a few atomic steps, which are Lua scripts; all keys of a scope lie in one slot.

What was acknowledged is as safe as the engine keeps its word: with `appendfsync always` through a power cut, with `everysec` but for the
last second of one, and without an append-only file as old as its last snapshot.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any

from ..fleeting import window_of
from ..protocol import Conflict, Row, StoreUnavailable
from .cluster import Cluster
from .lanes import Lanes
from .scripts import SCRIPTS

log = logging.getLogger("azure_openai_mock")

PREFIX = "azure-openai-mock:1"
"""Before all keys. The number is that of their layout: another layout shall have another."""
SCOPES = f"{PREFIX}:scopes"
"""The names of the scopes that held a row when somebody last looked."""
SLICE = 200
"""Rows that one step touches: well below a millisecond, in which the engine serves nobody else."""


class RedisStore:
    """A store in a Redis that other processes share."""

    shared = True

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL that leads nowhere."""
        self._url = url
        self._engine: Lanes | Cluster = Lanes(url)
        self.name = self._engine.name

    async def open(self) -> None:
        """Reach the engine, alone or as one node of a cluster, and say where it keeps less than it acknowledges.

        Raises StoreUnavailable, which says what to do.
        """
        try:
            told = _facts(await self._engine.ask("INFO"))
        except StoreUnavailable as problem:
            raise StoreUnavailable(
                f"{problem}. Start that Redis, or choose another store with --store sqlite:///PATH, or --store memory, which keeps nothing."
            ) from None
        if told.get("cluster_enabled") == "1" and isinstance(self._engine, Lanes):
            self._engine = Cluster(self._url, self._engine)
        if told.get("aof_enabled") == "0":
            log.warning("%s has no append-only file (appendonly no): its end loses what came after its last snapshot", self.name)
        if told.get("maxmemory", "0") != "0" and told.get("maxmemory_policy") != "noeviction":
            log.warning("%s may drop rows when its memory is full: set maxmemory-policy noeviction", self.name)

    async def close(self) -> None:
        """Finish what is under way and hang up."""
        await self._engine.close()

    async def _run(self, script: str, scope: str, *given: Any) -> Any:
        return await self._engine.ask("EVALSHA", SCRIPTS[script].sha, 1, base_of(scope), *given)

    # Rows

    async def get(self, scope: str, kind: str, id: str) -> Row | None:
        """See the protocol."""
        found = await self._run("get", scope, kind, _bytes(id))
        return None if found is None else _row(scope, kind, found)

    async def put(self, row: Row, *, expect: int | None = None) -> Row:
        """See the protocol."""
        stored = await self._run(
            "put",
            row.scope,
            row.kind,
            _bytes(row.id),
            row.body,
            row.digest,
            _maybe(row.parent),
            _maybe(row.group),
            _maybe(None if row.expires is None else repr(row.expires)),
            "" if expect is None else expect,
        )
        if stored is None:
            raise Conflict(f"{row.kind} {row.id} is not at version {expect}")
        version, order, parent, first = stored
        if first:
            await self._engine.ask("SADD", SCOPES, _bytes(row.scope))
        parent = None if parent is None else _text(parent)
        return Row(row.scope, row.kind, row.id, row.body, row.digest, parent, row.group, row.expires, version=version, order=int(order))

    async def delete(self, scope: str, kind: str, id: str) -> bool:
        """See the protocol."""
        return bool(await self._run("delete", scope, kind, _bytes(id)))

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
        """See the protocol. Read in slices: what is put or deleted meanwhile may be in it or not."""
        rows: list[Row] = []
        beyond: Any = ""
        while len(rows) < limit:
            wanted = min(limit - len(rows), SLICE)
            found = await self._run("page", scope, kind, _maybe(group), _maybe(after), beyond, wanted, int(descending))
            rows += [_row(scope, kind, each) for each in found]
            if len(found) < wanted:
                break
            after, beyond = None, rows[-1].order
        return rows

    async def lineage(self, scope: str, kind: str, id: str, *, limit: int | None = None) -> list[Row]:
        """See the protocol."""
        rows: list[Row] = []
        at: bytes | None = _bytes(id)
        while at is not None and (limit is None or len(rows) < limit):
            wanted = SLICE if limit is None else min(limit - len(rows), SLICE)
            at, found = await self._run("lineage", scope, kind, at, wanted)
            rows += [_row(scope, kind, each) for each in found]
        return rows[::-1]

    # Sweeping and clearing

    async def sweep(self, scope: str, now: float) -> int:
        """See the protocol. Looks only at what expired or went since the last sweep, and at the parents of what it drops."""
        dropped = 0
        for kind in await self._counted(scope):
            more = 1
            while more:
                some, more = await self._run("sweep", scope, kind, repr(now), SLICE)
                dropped += some
        return dropped

    async def clear(self, scope: str) -> None:
        """See the protocol."""
        await self._run("clear", scope)

    # Logs and counters

    async def append(self, scope: str, log: str, entry: bytes, *, keep: int) -> None:
        """See the protocol."""
        await self._run("append", scope, _bytes(log), entry, keep)

    async def read(self, scope: str, log: str, *, limit: int | None = None) -> list[bytes]:
        """See the protocol."""
        return list(await self._run("read", scope, _bytes(log), "" if limit is None else limit))

    async def truncate(self, scope: str, log: str) -> None:
        """See the protocol."""
        await self._run("truncate", scope, _bytes(log))

    async def tally(self, scope: str, name: str, amount: int, *, window: float | None = None, now: float = 0.0) -> int:
        """See the protocol."""
        number = window_of(window, now)
        return int(await self._run("tally", scope, _bytes(name), "" if number is None else repr(number), amount))

    # Looking over everything

    async def scopes(self) -> list[str]:
        """See the protocol. Strikes off the names of those that hold nothing any more."""
        return list(await self._held())

    async def count(self, scope: str | None = None) -> dict[str, int]:
        """See the protocol."""
        held = await self._held() if scope is None else {scope: await self._counted(scope)}
        counted: Counter[str] = Counter()
        for kinds in held.values():
            counted.update(kinds)
        return {kind: number for kind, number in counted.items() if number}

    async def _held(self) -> dict[str, dict[str, int]]:
        """The scopes that hold a row, each with its kinds."""
        names = sorted(_text(name) for name in await self._engine.ask("SMEMBERS", SCOPES))
        held: dict[str, dict[str, int]] = {}
        for begin in range(0, len(names), SLICE):
            some = names[begin : begin + SLICE]
            counted = await asyncio.gather(*(self._counted(name) for name in some))
            held |= {name: kinds or await self._struck_off(name) for name, kinds in zip(some, counted, strict=True)}
        return {name: kinds for name, kinds in held.items() if kinds}

    async def _struck_off(self, scope: str) -> dict[str, int]:
        """Take the name of an empty scope off the list; should it have been filled just then, put it back and give its kinds."""
        await self._engine.ask("SREM", SCOPES, _bytes(scope))
        kinds = await self._counted(scope)
        if kinds:
            await self._engine.ask("SADD", SCOPES, _bytes(scope))
        return kinds

    async def _counted(self, scope: str) -> dict[str, int]:
        """The kinds of a scope, each with how many of its rows are not gone."""
        found = await self._run("count", scope)
        return {_text(kind): number for kind, number in zip(found[::2], found[1::2], strict=True)}


def base_of(scope: str) -> bytes:
    """What all keys of the scope begin with: its name in braces, the hash tag. A brace in a name is spelled, so that it ends no tag."""
    tag = scope.replace("%", "%25").replace("{", "%7B").replace("}", "%7D") or "%"
    return _bytes(f"{PREFIX}:{{{tag}}}")


def _facts(info: bytes) -> dict[str, str]:
    """What `INFO` says, `name:value` a line."""
    return dict(line.partition(":")[::2] for line in info.decode(errors="replace").splitlines() if ":" in line)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _text(data: bytes) -> str:
    return data.decode(errors="surrogatepass")


def _maybe(text: str | None) -> bytes:
    """As the scripts take what may be none."""
    return b"" if text is None else b"+" + _bytes(text)


def _row(scope: str, kind: str, found: list[Any]) -> Row:
    id, body, digest, parent, group, expires, gone, version, order = found
    return Row(
        scope,
        kind,
        _text(id),
        body,
        digest,
        None if parent is None else _text(parent),
        None if group is None else _text(group),
        None if expires is None else float(expires),
        bool(gone),
        version,
        int(order),
    )
