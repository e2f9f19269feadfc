"""`POST /responses/compact` and `POST /responses/input_tokens`: what a context becomes when it is made small, and what it weighs."""

from __future__ import annotations

from ..engine.play import Mint
from ..store.protocol import Store
from ..tools import ITEMS
from ..wire.types import Item, Object
from ..world import Minter
from . import context
from .asking import Asked, asked_of
from .call import Answer, Call, Plan, Whole
from .deciding import decide
from .resource import resource_of
from .stored import with_ids
from .usage import Weight

COMPACTED = 120
"""Output tokens that a compaction is said to take."""


class Compaction:
    """The two operations, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def compact(self, call: Call) -> Plan:
        """The user's messages stay, everything else becomes one opaque item (recorded)."""
        await decide(self.store, call, call.json)
        asked = await asked_of(self.store, call, creating=False)
        before = await context.history(self.store, call.scope, asked.parent.id if asked.parent is not None else None)
        seed, now = call.scope.world.dice.bits(16), call.scope.now()
        chain = asked.parent.digest.chain if asked.parent is not None else seed[:8].hex()
        minter = Minter(chain, seed, now)
        kept = [item for item in (*before, *with_ids(asked.items, minter)) if item["type"] == "message" and item.get("role") == "user"]
        compacted = ITEMS["compaction"].complete({"type": "compaction"}, Mint(minter, len(kept) + 1, 0.0, resource_of(call)))
        call.notes["response_id"] = minter.id("resp", 0)
        body = self._body(call, asked, minter, now, [*kept, compacted])

        async def run() -> Answer:
            return Whole(body)

        return Plan(run, asked.deployment)

    def _body(self, call: Call, asked: Asked, minter: Minter, now: float, output: list[Item]) -> Object:
        weight = Weight(asked.sent, asked.carried, asked.fixed, COMPACTED)
        return {
            "id": minter.id("resp", 0),
            "object": "response.compaction",
            "created_at": int(now),
            "output": output,
            "usage": weight.usage(cache_writes=call.profile.cache_writes),
        }

    async def input_tokens(self, call: Call) -> Plan:
        """What the request would be counted as."""
        await decide(self.store, call, call.json)
        asked = await asked_of(self.store, call, creating=False)
        weight = Weight(asked.sent, asked.carried, asked.fixed, 0)

        async def run() -> Answer:
            return Whole({"object": "response.input_tokens", "input_tokens": weight.input})

        return Plan(run, asked.deployment)
