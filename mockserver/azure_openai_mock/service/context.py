"""What the model sees: the chain's earlier turns and the new input, and which calls are still open in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..azure.profiles import Profile
from ..store.protocol import Row, Store
from ..wire.refusal import Refusal
from ..wire.types import Item
from .scope import Scope
from .stored import KIND, Digest, Stored, stored


@dataclass(frozen=True, slots=True)
class Parent:
    """The turn that `previous_response_id` names. `stitched` is False where the profile ignores its history."""

    id: str
    digest: Digest
    stitched: bool
    row: Row

    def items(self) -> list[Item]:
        """What was said in that turn: its own input, and its output."""
        turn = stored(self.row)
        return [*turn.input_with_ids(), *turn.output()]


async def parent_of(store: Store, scope: Scope, profile: Profile, model: str, previous: Any) -> Parent | None:
    """The parent that the request names, or None. Raises `previous_response_not_found` for one that is not there (any more)."""
    if previous is None:
        return None
    row = await store.get(scope.name, KIND, previous)
    if row is None or gone(row, scope.now()):
        raise Refusal("previous_response_not_found", id=previous)
    digest = Digest.decode(row.digest)
    return Parent(previous, digest, stitched=profile.cross_model == "works" or digest.model == model, row=row)


def gone(row: Row, now: float) -> bool:
    """Whether the row's time is over: at `expires` it is, one second earlier it is not."""
    return row.expires is not None and now >= row.expires


async def history(store: Store, scope: Scope, parent: str | None) -> list[Item]:
    """All items of the chain up to and with the parent's output, oldest first, each with its id."""
    if parent is None:
        return []
    items: list[Item] = []
    for row in await store.lineage(scope.name, KIND, parent):
        turn = stored(row)
        items.extend(turn.input_with_ids())
        items.extend(turn.output())
    return items


async def listed(store: Store, scope: Scope, response: Stored) -> list[Item]:
    """The context without the last output, oldest first: what `input_items` lists. Reasoning items do not show there (observed)."""
    before = await history(store, scope, response.parent)
    return [item for item in (*before, *response.input_with_ids()) if item["type"] != "reasoning"]


async def referred(store: Store, scope: Scope, items: list[Item]) -> list[Item]:
    """The items with every `item_reference` replaced by the stored item that it names.

    An item's id carries the prefix of its chain, so only that chain's rows are read. Raises `item_not_found`.
    """
    if not any(item["type"] == "item_reference" for item in items):
        return items
    found: list[Item] = []
    for index, item in enumerate(items):
        found.append(await _resolve(store, scope, item["id"], index) if item["type"] == "item_reference" else item)
    return found


async def _resolve(store: Store, scope: Scope, wanted: str, index: int) -> Item:
    chain = wanted.rpartition("_")[2][:16]
    for row in await store.page(scope.name, KIND, group=chain, limit=10_000, descending=True):
        if gone(row, scope.now()):
            continue
        turn = stored(row)
        for item in (*turn.output(), *turn.input_with_ids()):
            if item.get("id") == wanted:
                return item
    raise Refusal("item_not_found", id=wanted, index=index)
