"""Which api-versions serve what stands beside Responses, by the rows of versions.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from . import tables
from .profiles import Profile, Surface

TABLE = "versions"


def family_of(operation: str) -> str | None:
    """The family of an operation that stands beside Responses; None for Responses and what belongs to them."""
    rows = _families()
    return next((name for name in (operation, operation.partition(".")[0]) if name in rows), None)


def on(family: str, surface: Surface) -> bool:
    """Whether a surface has the family's routes at all."""
    return surface == "v1" or surface in _families()[family]["surfaces"]


def refusal(profile: Profile, family: str, surface: Surface, value: str | None) -> tuple[str, str] | None:
    """`(key, hint)` of the refusal of an api-version; None where it is accepted."""
    if surface == "v1":
        key = profile.api_version(surface, value)
        return None if key is None else (key, profile.api_version_hint(surface, value))
    since = _families()[family]["since"]
    if value in dated() and str(value) >= since:
        return None
    newest = max(dated())
    hint = f"{family} on this path needs a dated api-version from {since} on, such as {newest}"
    return tables.load(TABLE)["refusal"]["key"], hint if not value else f"{hint}; {value[:60]!r} is none"


@cache
def dated() -> frozenset[str]:
    """Every dated api-version."""
    row = tables.load(TABLE)["dated"]
    return frozenset([*row["generally_available"], *row["preview"]])


def _families() -> Mapping[str, Any]:
    rows: Mapping[str, Any] = tables.load(TABLE)["families"]
    return rows
