"""Pictures: files that their formats' own rules accept, of the asked size and colour."""

from __future__ import annotations

from struct import unpack
from zlib import crc32, decompress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.tools.picture import picture

SIDES = st.integers(1, 300)
COLOURS = st.binary(min_size=3, max_size=3)
QUICK = settings(deadline=None, max_examples=40)


@QUICK
@given(SIDES, SIDES, COLOURS)
def test_a_png_decodes_to_its_colour(width: int, height: int, colour: bytes) -> None:
    data = picture("png", width, height, colour)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(data):
        (length,), kind = unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        assert unpack(">I", data[at + 8 + length : at + 12 + length])[0] == crc32(kind + body)
        chunks[kind] = body
        at += 12 + length
    assert unpack(">IIBBBBB", chunks[b"IHDR"]) == (width, height, 1, 3, 0, 0, 0)
    assert chunks[b"PLTE"] == colour
    assert decompress(chunks[b"IDAT"]) == (b"\0" + bytes((width + 7) // 8)) * height
    assert b"IEND" in chunks


def _scan(data: bytes) -> tuple[int, int, list[int]]:
    """Width, height and the DC level of each component of the first block of a JPEG; every block must be there."""
    at, height, width = 2, 0, 0
    while data[at + 1] != 0xDA:
        (length,) = unpack(">H", data[at + 2 : at + 4])
        if data[at + 1] == 0xC0:
            height, width = unpack(">HH", data[at + 5 : at + 9])
        at += 2 + length
    at += 2 + unpack(">H", data[at + 2 : at + 4])[0]
    assert data.endswith(b"\xff\xd9")
    scan = data[at:-2].replace(b"\xff\0", b"\xff")
    bits = "".join(f"{byte:08b}" for byte in scan)
    levels, place = [0, 0, 0], 0
    for block in range(((width + 15) // 16) * ((height + 15) // 16)):
        for component in (0, 0, 0, 0, 1, 2):
            if bits[place] == "0":
                place += 1
            else:
                assert block == 0
                size = int(bits[place : place + 5], 2) - 15
                value = int(bits[place + 5 : place + 5 + size], 2)
                levels[component] += value if bits[place + 5] == "1" else value - (1 << size) + 1
                place += 5 + size
            assert bits[place] == "0", "the block ends at once"
            place += 1
    assert set(bits[place:]) <= {"1"}
    assert len(bits) - place < 8
    return width, height, levels


@QUICK
@given(SIDES, SIDES, COLOURS)
def test_a_jpeg_decodes_to_its_colour(width: int, height: int, colour: bytes) -> None:
    wide, high, (luma, blueness, redness) = _scan(picture("jpeg", width, height, colour))
    assert (wide, high) == (width, height)
    level, blue, red = luma / 8 + 128, blueness / 8, redness / 8
    decoded = (level + 1.402 * red, level - 0.344 * blue - 0.714 * red, level + 1.772 * blue)
    assert all(abs(one - other) <= 3 for one, other in zip(decoded, colour, strict=True))


@QUICK
@given(SIDES, SIDES, COLOURS, st.booleans())
def test_a_webp_says_its_size_and_its_five_codes(width: int, height: int, colour: bytes, transparent: bool) -> None:
    data = picture("webp", width, height, colour, transparent=transparent)
    assert (data[:4], data[8:16]) == (b"RIFF", b"WEBPVP8L")
    assert unpack("<I", data[4:8])[0] == len(data) - 8
    bits = int.from_bytes(data[20:], "little")
    assert bits & 0xFF == 0x2F
    assert ((bits >> 8 & 0x3FFF) + 1, (bits >> 22 & 0x3FFF) + 1) == (width, height)
    assert bool(bits >> 36 & 1) == transparent
    codes = [bits >> 43 + 11 * index & 0x7FF for index in range(4)]
    assert [code & 7 for code in codes] == [5] * 4
    assert [code >> 3 for code in codes] == [colour[1], colour[0], colour[2], 0 if transparent else 255]


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_even_a_large_picture_is_small(form: str) -> None:
    assert len(picture(form, 1536, 1024, b"abc")) < 10_000


def test_a_transparent_png_says_so() -> None:
    assert b"tRNS" in picture("png", 4, 4, b"abc", transparent=True)
