"""The short form of `make fuzz`: the same readers and laws, fed with changed seeds instead of being led by branches."""

from __future__ import annotations

import random

import pytest
from tests.reliability.targets import TARGETS, seeds

INPUTS = 150
PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"\\",
    b":",
    b",",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"null",
    b"1e999",
    b"\\ud800",
    b"data:",
    b"- ",
    b"&a",
    b"*a",
]


def changed(data: bytes, dice: random.Random) -> bytes:
    """The data with some of it cut, doubled, overwritten or put in."""
    for _ in range(dice.randint(1, 4)):
        start = dice.randint(0, len(data))
        end = min(len(data), start + dice.randint(0, 8))
        piece = dice.choice([b"", dice.choice(PIECES), data[start:end] * 2, dice.randbytes(2)])
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_no_reader_breaks_its_law(name: str) -> None:
    dice, known = random.Random(name), seeds(name)
    for data in known:
        TARGETS[name](data)
    for _ in range(INPUTS):
        TARGETS[name](changed(dice.choice(known), dice))
