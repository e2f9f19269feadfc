"""Sets of characters: what a pattern's classes, escapes and properties stand for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""A set of characters: inclusive ranges of code points, ascending."""

TOP = 0x10FFFF
"""The last code point."""


def union(parts: Iterable[tuple[int, int]]) -> Ranges:
    """What is in any of the parts, which come in any order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(parts):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """All other characters."""
    left: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if low > start:
            left.append((start, low - 1))
        start = high + 1
    if start <= TOP:
        left.append((start, TOP))
    return tuple(left)


def of(text: str) -> Ranges:
    """The characters of the text."""
    return union((ord(letter), ord(letter)) for letter in text)


DIGIT: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE = of(" \t\n\r\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")
BLANK = of(" ")
ANY = complement(of("\n\r\u2028\u2029"))
CLASSES = {"d": DIGIT, "w": WORD, "s": SPACE, "D": complement(DIGIT), "W": complement(WORD), "S": complement(SPACE)}
CONTROLS = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0, "a": 7}


def contains(ranges: Ranges, code: int) -> bool:
    """Whether the code point is in the set."""
    return any(low <= code <= high for low, high in ranges)


@lru_cache(maxsize=32)
def with_property(name: str) -> Ranges | None:
    """The characters of a Unicode general category (`L`, `Lu`, `N` …) below U+3000, where most texts live; above it, letters only."""
    import unicodedata

    name = {"Letter": "L", "Alphabetic": "L", "Number": "N", "Punctuation": "P", "Lowercase": "Ll", "Uppercase": "Lu"}.get(name, name)
    if not name or name[0] not in "LMNPSZC" or len(name) > 2:
        return None
    found = [(code, code) for code in range(0x3000) if unicodedata.category(chr(code)).startswith(name)]
    if name in ("L", "Lo"):
        found.append((0x3040, 0xD7A3))
    return union(found) or None


_READABLE = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PRINTABLE = " -_.,:;/@#%&+='\"!?()[]{}<>*^$|~`\\"


@lru_cache(maxsize=512)
def choices(ranges: Ranges) -> str:
    """A few good characters of the set: letters and digits first."""
    for letters in (_READABLE, _PRINTABLE):
        good = "".join(letter for letter in letters if contains(ranges, ord(letter)))
        if good:
            return good
    for low, high in ranges:
        for code in range(low, min(high, low + 0x900) + 1):
            if code > 31 and not 0xD800 <= code <= 0xDFFF and code != 127:
                return chr(code)
    return chr(ranges[0][0]) if ranges and not 0xD800 <= ranges[0][0] <= 0xDFFF else ""
