"""How an item is laid out: `id`, `type`, `status`, then everything else in alphabetical order (recorded since 2026-01, every item type)."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.json import compact
from ..wire.types import Item

_FRONT = ("id", "type", "status")


def laid_out(item: Item, mint: Mint, prefix: str, **absent: object) -> Item:
    """The item with an id of that prefix and the members of `absent` where it lacks them. What was given stays as it is, null too."""
    own = item.get("id") or mint.id(prefix)
    values = {**absent, **item}
    whole: Item = {"id": own, "type": item["type"]}
    if "status" in values:
        whole["status"] = values["status"]
    for name in sorted(values):
        if name not in _FRONT:
            whole[name] = values[name]
    return whole


def in_words(arguments: object) -> str:
    """Arguments as the JSON text that they are on the wire; a text stays as it is, broken JSON too."""
    return arguments if isinstance(arguments, str) else compact({} if arguments is None else arguments).decode()


def finished(item: Item) -> bool:
    """Whether the item ended as it should: only then its `completed` event is told."""
    return bool(item.get("status", "completed") == "completed")


def begun(item: Item, **empty: object) -> Item:
    """The item as `output_item.added` shows it: in progress where it has a status, and without what is still to come."""
    first = {**item, **empty}
    if "status" in item:
        first["status"] = "in_progress"
    return first


def tell_whole(item: Item, emit: Emit) -> None:
    """Added and done, the same both times."""
    emit.added(item)
    emit.done(item)


def tell_running(item: Item, emit: Emit) -> None:
    """Added in progress and whole, then done."""
    emit.added(begun(item))
    emit.done(item)


def whole(prefix: str, **absent: object) -> Kind:
    """An item type that is told in one piece."""

    def complete(item: Item, mint: Mint) -> Item:
        return laid_out(item, mint, prefix, **absent)

    return Kind(complete, tell_running if "status" in absent else tell_whole)
