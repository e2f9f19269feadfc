"""`image_generation`: a real, small picture of the asked size and format, made here."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .shape import finished, laid_out


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, [action], background, output_format, quality, result, revised_prompt, size."""
    return laid_out(item, mint, "ig", status="completed")


def tell(item: Item, emit: Emit) -> None:
    """in_progress, generating, as many partial images as the turn's option `partial_images` says, completed."""
    emit.added({"id": item["id"], "type": item["type"], "status": "in_progress"})
    emit.event("image_generation_call.in_progress")
    emit.event("image_generation_call.generating")
    for index in range(int(emit.options.get("partial_images") or 0) if item.get("result") else 0):
        emit.event(
            "image_generation_call.partial_image",
            background=item.get("background", "opaque"),
            output_format=item.get("output_format", "png"),
            partial_image_b64=item["result"],
            partial_image_index=index,
            quality=item.get("quality", "auto"),
            size=item.get("size", "1024x1024"),
        )
    if finished(item):
        emit.event("image_generation_call.completed")
    emit.done(item)


ITEM = Kind(complete, tell)
