"""What stands beside Responses: which operation is in which module, each imported when it is first called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..store.protocol import Store
from .call import Call, Operation, Plan

BESIDE: Mapping[str, str] = {
    "chat.completions.create": "chat:Chat.create",
    "embeddings.create": "embeddings:Embeddings.create",
}
"""Operation -> `module:Class.method` in this room. A class is made once, with the store."""


def operations(store: Store) -> dict[str, Operation]:
    """The operations over one store; nothing of them is imported yet."""
    made: dict[str, Any] = {}

    def later(where: str) -> Operation:
        place, _, method = where.partition(".")

        async def operation(call: Call) -> Plan:
            if place not in made:
                module, _, name = place.partition(":")
                made[place] = getattr(import_module(f".{module}", __package__), name)(store)
            plan: Plan = await getattr(made[place], method)(call)
            return plan

        return operation

    return {name: later(where) for name, where in BESIDE.items()}
