"""Patterns of rules, in time linear in the text: never Python's own engine, which a pattern can keep busy for years."""

from __future__ import annotations

from collections.abc import Callable

from ..engine.schema import pattern

LONGEST = 2000
"""Characters of a pattern."""


def search(text: str) -> Callable[[str], bool]:
    """Says whether the pattern occurs anywhere in a text. Raises ValueError for one that cannot be run in linear time."""
    if len(text) > LONGEST:
        raise ValueError(f"a pattern has at most {LONGEST} characters")
    return pattern.compiled(text).found_in
