"""What stands beside Responses: which operation is in which module, each imported when it is first called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..store.protocol import Store
from .call import Call, Operation, Plan


def _all(family: str, place: str, *verbs: str) -> dict[str, str]:
    return {f"{family}.{verb}": f"{place}.{'listing' if verb == 'list' else verb}" for verb in verbs}


BESIDE: Mapping[str, str] = {
    "chat.completions.create": "chat:Chat.create",
    **_all("chat.completions", "chat.kept:Kept", "list", "retrieve", "update", "delete"),
    "chat.completions.messages.list": "chat.kept:Kept.messages",
    "embeddings.create": "embeddings:Embeddings.create",
    **_all("files", "files:Files", "create", "list", "retrieve", "delete", "content"),
    **_all("vector_stores", "vector_stores:VectorStores", "create", "list", "retrieve", "update", "delete", "search"),
    **_all("vector_stores.files", "vector_stores:Contents", "create", "list", "retrieve", "update", "delete", "content"),
    **_all("containers", "containers:Containers", "create", "list", "retrieve", "delete"),
    **{f"containers.files.{verb}": f"containers:Containers.files_{verb}" for verb in ("create", "list", "retrieve", "delete")},
    "containers.files.content.retrieve": "containers:Containers.files_content",
    "vector_stores.file_batches.create": "vector_stores:Contents.batches_create",
    "vector_stores.file_batches.retrieve": "vector_stores:Contents.batches_retrieve",
    "vector_stores.file_batches.cancel": "vector_stores:Contents.batches_cancel",
    "vector_stores.file_batches.list_files": "vector_stores:Contents.batches_files",
}
"""Operation -> `module:Class.method` in this room. A class is made once, with the store."""


def operations(store: Store) -> dict[str, Operation]:
    """The operations over one store; nothing of them is imported yet."""
    made: dict[str, Any] = {}

    def later(where: str) -> Operation:
        place, _, method = where.rpartition(".")

        async def operation(call: Call) -> Plan:
            if place not in made:
                module, _, name = place.partition(":")
                made[place] = getattr(import_module(f".{module}", __package__), name)(store)
            plan: Plan = await getattr(made[place], method)(call)
            return plan

        return operation

    return {name: later(where) for name, where in BESIDE.items()}
