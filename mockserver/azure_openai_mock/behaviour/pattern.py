"""Patterns of rules, in time linear in the text: never Python's own engine, which a pattern can keep busy for years."""

from __future__ import annotations

from collections.abc import Callable


def search(pattern: str) -> Callable[[str], bool]:
    """Says whether the pattern occurs anywhere in a text. Raises ValueError for one that cannot be run in linear time."""
    raise ValueError("patterns are not supported yet")
