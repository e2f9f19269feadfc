"""`image_generation`: a real, small picture of the asked size and format, made here."""

from __future__ import annotations

from base64 import b64encode

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from . import declaration
from .picture import picture
from .saying import message
from .shape import finished, laid_out
from .tool import Ask, Tool


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


def use(spec: Object, ask: Ask) -> list[Item]:
    """A picture of one colour, drawn from the dice, of the asked size and format."""
    width, height = declaration.size_of(spec.get("size")) or (1024, 1024)
    form, transparent = spec.get("output_format") or "png", spec.get("background") == "transparent"
    drawn: Item = {
        "type": "image_generation_call",
        "action": "edit" if _shown(ask) else "generate",
        "background": "transparent" if transparent else "opaque",
        "output_format": form,
        "quality": "high" if spec.get("quality") in (None, "auto") else spec["quality"],
        "result": b64encode(picture(form, width, height, ask.dice.bits(3), transparent=transparent)).decode(),
        "revised_prompt": " ".join(ask.text.split())[:400],
        "size": f"{width}x{height}",
    }
    return [drawn, message("A mock made a picture of one colour.")]


def _shown(ask: Ask) -> bool:
    """Whether the newest message shows a picture to work on."""
    newest = next((item for item in reversed(ask.items) if item["type"] == "message"), {})
    content = newest.get("content")
    return isinstance(content, list) and any(isinstance(part, dict) and part.get("type") == "input_image" for part in content)


TOOL = Tool(declaration.check, declaration.echo, use)
