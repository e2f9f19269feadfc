"""`GET /models` and `GET /models/{id}`: what this resource could deploy in its region."""

from __future__ import annotations

from ..azure import models
from ..store.protocol import Store
from ..wire.refusal import Refusal
from ..wire.types import Object
from .call import Answer, Call, Plan, Whole
from .deciding import decide


class Models:
    """The operations on models."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def listing(self, call: Call) -> Plan:
        """Every model of the profile in the region, one object a version."""
        await decide(self.store, call)
        data = [_shown(entry) for entry in models.available(call.profile, call.region)]

        async def run() -> Answer:
            return Whole({"data": data, "object": "list"})

        return Plan(run)

    async def retrieve(self, call: Call) -> Plan:
        """One model by its versioned name, or by the name alone. Refuses any other."""
        await decide(self.store, call)
        wanted = call.ids["model"]
        for entry in models.available(call.profile, call.region):
            if wanted in (entry.served, entry.model.name):

                async def run(found: models.Deployment = entry) -> Answer:
                    return Whole(_shown(found))

                return Plan(run)
        raise Refusal("model_id_not_found", model=wanted)


def _shown(entry: models.Deployment) -> Object:
    return {"id": entry.served, "object": "model", "created": entry.created, "owned_by": "system"}
