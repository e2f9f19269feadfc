"""Responses: create, retrieve, delete, cancel, and their input items. Each operation plans by reading; its `run` stores and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..behaviour.book import Decision
from ..engine.log import Log
from ..engine.play import play
from ..store.protocol import Conflict, Row, Store
from ..tools import ITEMS, include
from ..wire.refusal import Refusal
from ..wire.types import Response
from . import context, conversations, hosted, limits, paging
from .asking import asked_of
from .call import Answer, Call, Plan, Told, Whole
from .deciding import decide
from .making import made_of
from .stored import KIND, Stored, stored

SILENCE = Decision(say=())
"""What is decided where nothing is to be said."""


class Responses:
    """The operations on responses, over one store."""

    def __init__(self, store: Store, *, loose: Callable[[Row], None] | None = None) -> None:
        """`loose` hears of responses that are not stored: a connection may remember its own."""
        self.store = store
        self._loose = loose

    async def create(self, call: Call, *, generate: bool = True) -> Plan:
        """`POST /responses`: a JSON body, or a stream where the request asks for one. Without `generate` nothing is said."""
        try:
            asked = await asked_of(self.store, call)
        except Refusal as refusal:
            await decide(self.store, call, call.json, refused=refusal)
            raise
        decision = SILENCE
        if generate:
            decision = await decide(self.store, call, asked.request, items=asked.items, before=asked.before, turn=asked.turn)
        call.notes["turn"] = asked.turn
        call.notes["limits"] = await limits.admit(self.store, call, asked.deployment, asked.weight)
        found, decision = await hosted.before(self.store, call.scope, asked, decision)
        made = made_of(call, asked, decision, found=found)
        call.notes["response_id"] = made.id
        streaming = asked.request.get("stream") is True

        async def run() -> Answer:
            if asked.request.get("store") is not False:
                await self.store.put(made.row(call.scope.name), expect=0)
            elif self._loose is not None:
                self._loose(made.row(call.scope.name))
            await hosted.after(self.store, call.scope, asked, made)
            if asked.conversation is not None:
                said = [*made.input_with_ids(), *made.output()]
                await conversations.extend(self.store, call.scope, asked.conversation, said, answered=True)
            log = made.log(coarse=not streaming)
            if streaming:
                return Told(log, still=(lambda: self._still(call, made)) if made.turn.background else None)
            if made.turn.background:
                return Whole(log.body(call.scope.now()))
            return Whole(log.response, due=log.started + log.end if log.end else None)

        return Plan(run, asked.deployment, streaming)

    async def retrieve(self, call: Call) -> Plan:
        """`GET /responses/{id}`: the body as it stands, or with `stream=true` the events behind `starting_after`."""
        await decide(self.store, call)
        includes = include.of_query(call.query)
        response = await self._stored(call)
        streaming = paging.flag(call, "stream") is True
        after = paging.integer(call, "starting_after", least=-1)
        paging.flag(call, "include_obfuscation")

        async def run() -> Answer:
            log = response.log(coarse=not streaming)
            if streaming:
                return Told(log, after=-1 if after is None else after, still=lambda: self._still(call, response))
            return Whole(include.of_response(log.body(call.scope.now()), includes | response.includes))

        return Plan(run, None, streaming)

    async def delete(self, call: Call) -> Plan:
        """`DELETE /responses/{id}`: its id is gone, what descends from it keeps its context."""
        await decide(self.store, call)
        response = await self._stored(call)

        async def run() -> Answer:
            if not await self.store.delete(call.scope.name, KIND, response.id):
                raise Refusal("response_not_found", id=response.id)
            return Whole({"id": response.id, "object": "response.deleted", "deleted": True})

        return Plan(run)

    async def cancel(self, call: Call) -> Plan:
        """`POST /responses/{id}/cancel`: ends a background run now; one that has ended is shown as it is; no other is cancelled.

        Refuses to cancel what did not run in the background.
        """
        await decide(self.store, call)
        response = await self._stored(call)
        if not response.turn.background:
            raise Refusal("cannot_cancel_synchronous", id=response.id)

        async def run() -> Answer:
            return Whole(await self._cancelled(call))

        return Plan(run)

    async def input_items(self, call: Call) -> Plan:
        """`GET /responses/{id}/input_items`: the context without the last output, newest first."""
        await decide(self.store, call)
        includes = include.of_query(call.query)
        response = await self._stored(call)
        items = await context.listed(self.store, call.scope, response)
        listed = paging.page(call, [include.shown(item, includes | response.includes) for item in items])

        async def run() -> Answer:
            return Whole(listed)

        return Plan(run)

    async def _stored(self, call: Call) -> Stored:
        wanted = call.ids["response_id"]
        call.notes["response_id"] = wanted
        row = await self.store.get(call.scope.name, KIND, wanted)
        if row is None or context.gone(row, call.scope.now()):
            raise Refusal("response_not_found", id=wanted)
        return stored(row)

    async def _cancelled(self, call: Call) -> Response:
        """Cut the run at now, unless it has ended or someone else was faster."""
        while True:
            row = await self.store.get(call.scope.name, KIND, call.ids["response_id"])
            if row is None:
                raise Refusal("response_not_found", id=call.ids["response_id"])
            response, now = stored(row), call.scope.now()
            log = response.log()
            if response.turn.cut is not None or now - log.started >= log.end:
                return log.response
            cut = replace(response, turn=replace(response.turn, cut=now - log.started))
            try:
                await self.store.put(cut.row(call.scope.name), expect=row.version)
            except Conflict:
                continue
            return cut.log().response

    async def _still(self, call: Call, response: Stored) -> Log:
        """The log as the store has it now; what was deleted meanwhile is told to its end."""
        row = await self.store.get(call.scope.name, KIND, response.id)
        now = stored(row) if row is not None else response
        if now.turn.cut is None:
            return play(replace(response.turn, cut=None), ITEMS) if response.seeded is None else response.log()
        return play(replace(now.turn, obfuscate=response.turn.obfuscate), ITEMS)
