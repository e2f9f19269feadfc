"""A scope: everything that one test owns on a shared server. Settings, clock, rules, journal, dice; its rows are in the store.

What must be the same in every process (settings, clock, rules) is one row of kind `scope`; where the store is shared it is read
again before each request.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..behaviour.book import Book
from ..store.protocol import Conflict, Row, Store, StoreUnavailable
from ..wire import json
from ..wire.types import Object
from ..world import Clock, Dice, World, real_now
from . import disorder
from .disorder import Disorder
from .journal import Journal

if TYPE_CHECKING:
    from ..behaviour.replay import Replay
    from ..behaviour.rule import Rule

T = TypeVar("T")

DEFAULT = "default"
MOST = 20_000
"""Scopes that a process keeps at hand; the least recently used one is forgotten beyond that (its row stays)."""
NAME_LENGTH = 200
"""Characters of the name of a scope."""
REQUESTS = "requests"
"""The counter of a scope's requests. Stores that processes share keep it as long as its rows."""


@dataclass(frozen=True, slots=True)
class ScopeSettings:
    """What `PUT /_mock/settings` may change, and what the command line gives every scope at first."""

    profile: str = "preview"
    region: str | None = None
    gate: str = "strict"
    deployments: Any = "open"
    registered: bool = True
    latency: Any = "off"
    limits: Any = None
    chaos: Any = None
    access: Any = None
    chosen: bool = False

    def public(self) -> Object:
        """The settings as the control API shows them."""
        return {name: getattr(self, name) for name in PUBLIC_SETTINGS}

    def changed(self, change: Mapping[str, Any]) -> ScopeSettings:
        """With these settings changed; choosing a profile also makes refusals Azure's own bytes."""
        return replace(self, **change, chosen=self.chosen or "profile" in change)


PUBLIC_SETTINGS = ("profile", "region", "gate", "deployments", "registered", "latency", "limits", "chaos", "access")


@dataclass(slots=True)
class Scope:
    """One scope as this process knows it. `order` and `version` are those of its row, 0 while it has none.

    `aged` is by how many seconds its tokens are older than real time made them.
    """

    name: str
    settings: ScopeSettings
    world: World
    book: Book
    replay: Replay | None = None
    journal: Journal = field(default_factory=Journal)
    order: int = 0
    version: int = 0
    generation: int = 0
    aged: float = 0.0
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _disorder: Disorder | None = None
    _disordered: tuple[Any, Any] = (None, "off")

    def disorder(self) -> Disorder | None:
        """What chaos and latency the settings ask for, None for none."""
        wanted = (self.settings.chaos, self.settings.latency)
        if wanted != self._disordered:
            self._disorder, self._disordered = disorder.read(*wanted, files=True), wanted
        return self._disorder

    def now(self) -> float:
        """Unix seconds on this scope's clock."""
        return self.world.clock.now()

    def token_now(self) -> float:
        """Unix seconds on the clock of tokens: real time, for client libraries refresh on it, and what a test moved it by."""
        return real_now() + self.aged


class Scopes:
    """All scopes of a server, made when first named."""

    def __init__(
        self,
        store: Store,
        *,
        settings: ScopeSettings,
        seed: int | str,
        script: Callable[[], Sequence[Rule]] = tuple,
        clock: Callable[[], Clock] = Clock,
        replay: Replay | None = None,
    ) -> None:
        self.store = store
        self.defaults = settings
        self._seed = seed
        self._script = script
        self._clock = clock
        self._replay = replay
        self._known: OrderedDict[str, Scope] = OrderedDict()

    async def get(self, name: str) -> Scope:
        """The scope of that name, as it stands now."""
        scope = self._known.get(name)
        if scope is None:
            scope = await self._load(name)
        elif self.store.shared:
            await self._refresh(scope)
        return scope

    async def enter(self, name: str) -> Scope:
        """The scope of that name for one request to the service. Where processes share it, each request has dice of its own, by its number
        among all of the scope's: the same requests get the same bytes, whichever process answers.
        """
        if not self.store.shared:
            return await self.get(name)
        scope, number = await asyncio.gather(self.get(name), self.store.tally(name, REQUESTS, 1))
        scope.world.dice = self._dice(scope, f".{number}")
        return scope

    def known(self) -> list[Scope]:
        """The scopes that this process has at hand."""
        return list(self._known.values())

    async def change(self, scope: Scope, act: Callable[[], T]) -> T:
        """Do what changes settings, clock or added rules, and write them so that other processes and the next start see them.

        Where another process wrote meanwhile, `act` is done anew on what that one wrote: nobody's change is lost.
        """
        async with scope.changing:
            while True:
                done = act()
                try:
                    stored = await self.store.put(self._row(scope), expect=scope.version)
                except Conflict:
                    await self._refresh(scope)
                except StoreUnavailable:
                    scope.order = 0  # whatever the store has by then is taken over
                    raise
                else:
                    scope.order, scope.version = stored.order, stored.version
                    return done

    async def save(self, scope: Scope) -> None:
        """Write the scope as it is."""
        await self.change(scope, lambda: None)

    async def reset(self, name: str) -> None:
        """Make it empty, as at start."""
        await self.store.clear(name)
        scope = self._known.pop(name, None)
        if scope is not None:
            scope.world.clock.restore(0.0, None)

    async def follow(self, name: str) -> None:
        """Take over settings, clock and rules as they were just written into the store."""
        scope = self._known.get(name)
        row = await self.store.get(name, "scope", "state")
        if scope is not None and row is not None:
            self._apply(scope, row)

    def reload_script(self) -> None:
        """Take the script's rules anew in every scope; rules added through the control API stay."""
        rules = self._script()
        for scope in self._known.values():
            scope.book.load(rules)

    def _row(self, scope: Scope) -> Row:
        return Row(scope.name, "scope", "state", json.compact(self._document(scope)))

    def _document(self, scope: Scope) -> Object:
        offset, frozen_at = scope.world.clock.state()
        return {
            "settings": {**scope.settings.public(), "chosen": scope.settings.chosen},
            "clock": [offset, frozen_at],
            "aged": scope.aged,
            "rules": scope.book.document(),
            "generation": scope.generation,
        }

    async def _load(self, name: str) -> Scope:
        scope = Scope(name, self.defaults, World(self._clock(), Dice(0)), Book(self._script()), self._replay)
        while True:
            row = await self.store.get(name, "scope", "state")
            if row is not None:
                self._apply(scope, row)
            if row is not None and self.store.shared:
                break
            scope.generation += 1
            try:
                stored = await self.store.put(self._row(scope), expect=row.version if row is not None else 0)
            except Conflict:
                continue
            scope.order, scope.version = stored.order, stored.version
            break
        scope.world.dice = self._dice(scope)
        known = self._known.setdefault(name, scope)
        self._known.move_to_end(name)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return known

    def _dice(self, scope: Scope, which: str = "") -> Dice:
        return Dice(f"{self._seed}/{scope.name}/{scope.generation}{which}")

    async def _refresh(self, scope: Scope) -> None:
        row = await self.store.get(scope.name, "scope", "state")
        if row is None:
            await self._renew(scope)
        elif (row.order, row.version) != (scope.order, scope.version):
            self._apply(scope, row)

    async def _renew(self, scope: Scope) -> None:
        """Another process emptied the scope: begin again as at start."""
        self._known.pop(scope.name, None)
        fresh = await self._load(scope.name)
        scope.world.clock.restore(*fresh.world.clock.state())
        scope.settings, scope.book, scope.journal = fresh.settings, fresh.book, fresh.journal
        scope.aged = fresh.aged
        scope.world.dice, scope.generation = fresh.world.dice, fresh.generation
        scope.order, scope.version = fresh.order, fresh.version
        self._known[scope.name] = scope

    def _apply(self, scope: Scope, row: Row) -> None:
        document = json.loads(row.body)
        given = document["settings"]
        scope.settings = replace(self.defaults, **given)
        scope.world.clock.restore(*document["clock"])
        scope.aged = document.get("aged", 0.0)
        scope.book.restore(document["rules"])
        scope.generation = document["generation"]
        scope.order, scope.version = row.order, row.version
