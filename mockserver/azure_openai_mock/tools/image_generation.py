"""`image_generation`: a real, small picture of the asked size and format, made here."""

from __future__ import annotations

from base64 import b64encode
from struct import pack
from zlib import compress, crc32

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from .member import Member, check, message, text
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


SIZES = ("1024x1024", "1024x1536", "1536x1024", "auto")
_UNSHOWN = frozenset({"input_fidelity", "input_image_mask", "action", "model"})
DEFAULTS: Object = {
    "background": "auto",
    "moderation": "auto",
    "n": 1,
    "output_compression": 100,
    "output_format": "png",
    "quality": "auto",
    "size": "auto",
}


def echo(spec: Object) -> Object:
    """Defaults filled in; what concerns the input image is not shown (recorded)."""
    return {"type": "image_generation", **DEFAULTS, **{name: value for name, value in spec.items() if name not in _UNSHOWN}}


def use(spec: Object, ask: Ask) -> list[Item]:
    """A picture of one colour, drawn from the dice, of the asked size."""
    size = str(spec.get("size") or "auto")
    width, height = (int(part) for part in (size if size != "auto" else "1024x1024").split("x"))
    colour = ask.dice.bits(3)
    picture: Item = {
        "type": "image_generation_call",
        "background": "opaque",
        "output_format": "png",
        "quality": "low" if spec.get("quality") in (None, "auto") else spec["quality"],
        "result": b64encode(png(width, height, colour)).decode(),
        "revised_prompt": " ".join(ask.text.split())[:400],
        "size": f"{width}x{height}",
    }
    return [picture, message("A mock made a picture of one colour.")]


def png(width: int, height: int, colour: bytes) -> bytes:
    """A valid PNG of one RGB colour: a palette of one entry and one bit a pixel, so that even a large one is small."""
    row = b"\0" + bytes((width + 7) // 8)
    head = pack(">IIBBBBB", width, height, 1, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", colour), (b"IDAT", compress(row * height, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data)) for kind, data in chunks)


TOOL = Tool(
    check(
        {
            "size": text(*SIZES),
            "quality": text("low", "medium", "high", "auto"),
            "output_format": text("png", "jpeg", "webp"),
            "partial_images": Member((int,), least=0),
        }
    ),
    echo,
    use,
)
