"""The one composition root: settings in, an ASGI application out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .azure import profiles
from .azure.profiles import Profile
from .entra.endpoints import Entra
from .http.control import Control
from .http.front import Asgi, Door, Front
from .http.hosts import LOOPBACK
from .http.respond import Receive, Send
from .http.routes import ENTRA, ROUTES
from .service import beside, disorder
from .service.call import Operation
from .service.compaction import Compaction
from .service.control import Commands
from .service.conversations import Conversations
from .service.journals import Journals
from .service.models import Models
from .service.responses import Responses
from .service.scope import Scopes, ScopeSettings
from .settings import Settings
from .store import open_store
from .store.protocol import Store, StoreUnavailable
from .world import real_sleep

if TYPE_CHECKING:
    from .behaviour.replay import Replay
    from .behaviour.script import Script

log = logging.getLogger("azure_openai_mock")

SWEEP_EVERY = 60.0
"""Seconds between sweeps of what expired while nobody moved a clock."""
SCRIPT_EVERY = 0.5
"""Seconds between looks at the rules file."""
STORE_BACK = 1.0
"""Seconds to leave a store alone that could not answer."""
CLOCKS_EVERY = 0.05
"""Seconds between looks at moved clocks, where other processes may move them."""


class App:
    """A server's parts, wired. Call it as an ASGI application, or serve its parts in-process."""

    def __init__(self, settings: Settings, store: Store, replay: Replay | None = None) -> None:
        self.settings = settings
        self.store = store
        self.replay = replay
        self._profiles: dict[str, Profile] = {}
        self.script = _script(settings)
        self.scopes = Scopes(
            store,
            settings=scope_settings(settings),
            seed=settings.seed,
            script=lambda: self.script.rules if self.script is not None else (),
            replay=replay,
        )
        self.commands = Commands(self.scopes, store, load_profile=self._profile, profile=settings.profile)
        hosts = (*settings.allowed_hosts, settings.host)
        loopback = settings.host in LOOPBACK or settings.host.startswith("127.")
        self._responses = Responses(store)
        self.front = Front(
            scopes=self.scopes,
            operations=self._operations(),
            responses=self._responses,
            journals=Journals(store),
            control=Control(self.commands, admin_token=settings.admin_token, hosts=hosts, loopback=loopback),
            door=Door(frozenset(settings.api_keys), hosts, settings.max_body, self._profile),
            behind=self._behind,
        )
        self._tasks: list[asyncio.Task[None]] = []

    def _operations(self) -> dict[str, Operation]:
        responses, conversations, compaction = self._responses, Conversations(self.store), Compaction(self.store)
        models = Models(self.store)
        operations: dict[str, Operation] = {
            "responses.create": responses.create,
            "responses.retrieve": responses.retrieve,
            "responses.delete": responses.delete,
            "responses.cancel": responses.cancel,
            "responses.input_items": responses.input_items,
            "responses.compact": compaction.compact,
            "responses.input_tokens": compaction.input_tokens,
            "conversations.create": conversations.create,
            "conversations.retrieve": conversations.retrieve,
            "conversations.update": conversations.update,
            "conversations.delete": conversations.delete,
            "conversations.items.list": conversations.items_list,
            "conversations.items.create": conversations.items_create,
            "conversations.items.retrieve": conversations.items_retrieve,
            "conversations.items.delete": conversations.items_delete,
            "models.list": models.listing,
            "models.retrieve": models.retrieve,
            **beside.operations(self.store),
            **Entra(self.store).operations(),
        }
        missing = {*ROUTES.values(), *ENTRA.values()} ^ set(operations)
        if missing:
            raise LookupError(f"routes and operations differ: {', '.join(sorted(missing))}")
        return operations

    def _profile(self, name: str) -> Profile:
        known = self._profiles.get(name)
        if known is None:
            if name not in profiles.names() and name != self.settings.profile:
                raise LookupError(f"{name!r} is not a profile; there are {', '.join(profiles.names())}")
            known = self._profiles[name] = profiles.load(name)
        return known

    @staticmethod
    @lru_cache(maxsize=1)
    def _behind() -> Asgi:
        from .http.pages import build

        return build()

    async def start(self) -> None:
        """Open the store and begin to watch what must be watched."""
        self._profile(self.settings.profile).located(self.settings.region)
        await self.store.open()
        await self.scopes.get("default")
        self._tasks = [asyncio.create_task(self._every(SWEEP_EVERY, self._sweep))]
        if self.settings.rules is not None:
            self._tasks.append(asyncio.create_task(self._every(SCRIPT_EVERY, self._reload)))
        if self.store.shared:
            self._tasks.append(asyncio.create_task(self._every(CLOCKS_EVERY, self._follow_clocks)))

    async def stop(self) -> None:
        """Stop watching and close the store."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.store.close()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """The ASGI interface: lifespan and HTTP."""
        if scope["type"] == "http":
            await self.front(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.front.websocket(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            raise RuntimeError(f"{scope['type']} is not served")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as problem:  # noqa: BLE001 - whatever stops the start is told to the server, which tells the person
            await send({"type": "lifespan.startup.failed", "message": str(problem)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await real_sleep(seconds)
            try:
                await work()
            except StoreUnavailable as problem:
                log.error("the store cannot answer: %s", problem)
                await real_sleep(STORE_BACK)
            except Exception:
                log.exception("a background task failed; it will be tried again")

    async def _sweep(self) -> None:
        for scope in self.scopes.known():
            await self.store.sweep(scope.name, scope.now())

    async def _reload(self) -> None:
        try:
            changed = self.script is not None and self.script.poll()
        except ValueError as problem:
            log.error("%s; the rules stay as they were", problem)
            return
        if changed:
            self.scopes.reload_script()
            log.info("read the rules anew from %s", self.settings.rules)

    async def _follow_clocks(self) -> None:
        for scope in self.scopes.known():
            if scope.world.clock.sleeping:
                await self.scopes.get(scope.name)


def _script(settings: Settings) -> Script | None:
    """The rules file, read; None where there is none, so that nothing of it is imported."""
    if settings.rules is None:
        return None
    from .behaviour.script import Script

    script = Script(settings.rules)
    script.poll()
    return script


def _replay(settings: Settings) -> Replay | None:
    """The cassettes to answer from, read; None where there are none, so that nothing of it is imported."""
    if not settings.replay:
        return None
    from .behaviour.replay import load

    replay = load(settings.replay, pace=settings.replay_pace)
    for name, problem in replay.recordings.problems:
        log.warning("%s: %s", name, problem)
    return replay


def _profiled(settings: Settings, replay: Replay | None) -> Settings:
    """Recordings are answered in the month in which they were made, unless one was chosen."""
    recorded = replay.recordings.profiles if replay is not None else ()
    if settings.profile_chosen or len(recorded) != 1 or recorded[0] not in profiles.names():
        return settings
    return replace(settings, profile=recorded[0])


def scope_settings(settings: Settings) -> ScopeSettings:
    """What every scope begins with."""
    deployments: Any = dict(settings.deployments) if settings.deployments else settings.deployments_mode
    chaos: Any = settings.chaos
    if chaos is not None and chaos.isdecimal():
        chaos = {"seed": int(chaos), "rate": settings.chaos_rate}
    return ScopeSettings(
        profile=settings.profile,
        region=settings.region,
        gate=settings.gate,
        deployments=deployments,
        registered=settings.registered,
        limits=settings.limits,
        latency=settings.latency,
        chaos=chaos,
        chosen=settings.profile_chosen,
    )


def build(settings: Settings) -> App:
    """The application for these settings. Raises what a person must mend: unreadable rules, an unknown store or profile."""
    replay = _replay(settings)
    settings = _profiled(settings, replay)
    initial = scope_settings(settings)
    disorder.read(initial.chaos, initial.latency, files=True)
    return App(settings, open_store(settings.store, shared=settings.workers > 1), replay)
