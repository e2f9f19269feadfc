"""Hosted tools that have something in the store: what they find before a response is made, and what they leave behind.

Only a request that declares such a tool pays for the import of its module.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..behaviour.book import Decision
from ..store.protocol import Store
from .asking import Asked
from .scope import Scope
from .stored import Stored


async def before(store: Store, scope: Scope, asked: Asked, decision: Decision) -> tuple[Mapping[str, object], Decision]:
    """What the tools find, and the decision with what they fill in. Reads, and raises where a tool cannot be used."""
    kinds = {spec["type"] for spec in asked.tools}
    if "code_interpreter" in kinds:
        from . import containers

        await containers.usable(store, scope, asked)
    if "file_search" in kinds:
        from .vector_stores import answering

        return await answering.found(store, scope, asked, decision)
    return {}, decision


async def after(store: Store, scope: Scope, asked: Asked, made: Stored) -> None:
    """Keep what the tools made. `made` is stored already."""
    if any(spec["type"] == "code_interpreter" for spec in asked.tools):
        from . import containers

        await containers.kept(store, scope, asked, made.output())
