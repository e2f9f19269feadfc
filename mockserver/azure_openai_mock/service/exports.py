"""Stored responses with their input, as `POST /_mock/responses` takes them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..engine.log import Log
from ..store.protocol import Store
from ..wire.types import Object
from .scope import Scope
from .stored import KIND, Stored, stored

UNDER_WAY = ("queued", "in_progress")


async def page(store: Store, scope: Scope, *, within: float | None, after: str | None, limit: int) -> Object:
    """`{"data": [{"response", "input", "expires_at"}], "after"}`, oldest first: those that expire within so many seconds, None for all.

    `after` is where the next page begins, None after the last. What is still under way is left out.
    """
    now = scope.now()
    rows = await store.page(scope.name, KIND, after=after, limit=limit)
    kept = [stored(row) for row in rows if row.expires is None or row.expires > now]
    soon = [each for each in kept if within is None or each.expires <= now + within]
    told = [_told(each, each.log(coarse=True), now) for each in soon]
    data = [each for each in told if each["response"].get("status") not in UNDER_WAY]
    return {"data": data, "after": rows[-1].id if len(rows) == limit else None}


def _told(each: Stored, log: Log, now: float) -> Object:
    body: Any = log.body(now)
    return {"response": body, "input": each.input_with_ids(), "expires_at": int(each.expires) if each.expires != float("inf") else None}


async def under_its_parent(store: Store, scope: Scope, given: Stored, previous: Any) -> Stored:
    """A response that was given whole, as the turn that follows the one it names, if that is here."""
    row = await store.get(scope.name, KIND, previous) if isinstance(previous, str) else None
    if row is None:
        return given
    parent = stored(row).digest
    digest = replace(given.digest, turn=parent.turn + 1, tokens=parent.tokens + given.digest.tokens)
    return replace(given, parent=row.id, digest=digest)
