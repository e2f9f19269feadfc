"""Pictures of one colour, as small as their formats allow: PNG, baseline JPEG and lossless WebP, made with nothing but zlib."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import pack
from zlib import compress, crc32


def picture(form: str, width: int, height: int, colour: bytes, *, transparent: bool = False) -> bytes:
    """The file. `form` is png, jpeg or webp; `colour` three bytes of RGB. JPEG knows no transparency."""
    return _FORMS[form](width, height, colour, transparent)


def _png(width: int, height: int, colour: bytes, transparent: bool) -> bytes:  # noqa: FBT001 - one signature for all forms
    """A palette of one entry and one bit a pixel, so that even a large one is small."""
    row = b"\0" + bytes((width + 7) // 8)
    chunks = [(b"IHDR", pack(">IIBBBBB", width, height, 1, 3, 0, 0, 0)), (b"PLTE", colour)]
    if transparent:
        chunks.append((b"tRNS", b"\0"))
    chunks += [(b"IDAT", compress(row * height, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data)) for kind, data in chunks)


_DC = bytes([1, 0, 0, 0, 11, *[0] * 11]) + bytes(range(12))
"""Huffman table of DC differences: `0` is no difference, the eleven other categories have codes of five bits from 10000."""
_AC = bytes([1, *[0] * 15, 0])
"""Huffman table of AC coefficients: the one code `0` ends the block."""


def _jpeg(width: int, height: int, colour: bytes, transparent: bool) -> bytes:  # noqa: FBT001 - one signature for all forms
    """Blocks of 16 by 16 pixels. The first holds the colour; every other differs by nothing, which is two zero bits a block."""
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    levels = [luma - 128, (blue - luma) * 0.564, (red - luma) * 0.713]
    bits = ""
    for index, level in enumerate(levels):
        bits += _difference(max(-1016, min(1016, round(8 * level)))) + "0"
        bits += "00" * (3 if index == 0 else 0)
    blocks = ((width + 15) // 16) * ((height + 15) // 16)
    total = len(bits) + 12 * (blocks - 1)
    scan = int(bits.ljust(len(bits) + -len(bits) % 8, "0"), 2).to_bytes((len(bits) + 7) // 8, "big")
    body = bytearray(scan.ljust((total + 7) // 8, b"\0"))
    body[-1] |= (1 << (-total % 8)) - 1
    frame = pack(">BHHB", 8, height, width, 3) + bytes([1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0])
    segments = [
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        (0xDB, b"\0" + b"\x01" * 64),
        (0xC0, frame),
        (0xC4, b"\0" + _DC),
        (0xC4, b"\x10" + _AC),
        (0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])),
    ]
    head = b"".join(b"\xff" + bytes([marker]) + pack(">H", len(data) + 2) + data for marker, data in segments)
    return b"\xff\xd8" + head + bytes(body).replace(b"\xff", b"\xff\0") + b"\xff\xd9"


def _difference(value: int) -> str:
    """A DC difference in bits: the code of its category, then its value (negative ones less one)."""
    size = abs(value).bit_length()
    if size == 0:
        return "0"
    return f"{0b10000 + size - 1:05b}" + f"{value if value > 0 else value + (1 << size) - 1:0{size}b}"


def _webp(width: int, height: int, colour: bytes, transparent: bool) -> bytes:  # noqa: FBT001 - one signature for all forms
    """Lossless: five prefix codes of one symbol each, after which a pixel takes no bits at all."""
    red, green, blue = colour
    bits = [(0x2F, 8), (width - 1, 14), (height - 1, 14), (int(transparent), 1), (0, 3), (0, 1), (0, 1), (0, 1)]
    for symbol in (green, red, blue, 0 if transparent else 255):
        bits += [(1, 1), (0, 1), (1, 1), (symbol, 8)]
    bits += [(1, 1), (0, 1), (0, 1), (0, 1)]
    number = length = 0
    for value, size in bits:
        number |= value << length
        length += size
    data = number.to_bytes((length + 7) // 8, "little")
    chunk = b"VP8L" + pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


_FORMS: Mapping[str, Callable[[int, int, bytes, bool], bytes]] = {"png": _png, "jpeg": _jpeg, "webp": _webp}
