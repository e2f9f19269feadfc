"""Who may come in, as a scope's settings say it: `{"keys": true, "role": true, "lifetime": null}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..wire.duration import seconds

LONGEST = 30 * 86_400.0
"""Seconds that a token may live."""


@dataclass(frozen=True, slots=True)
class Access:
    """`keys`: whether the resource takes API keys. `role`: whether principals have a role on it. `lifetime` of tokens in seconds, None for
    the usual one.
    """

    keys: bool = True
    role: bool = True
    lifetime: float | None = None


USUAL = Access()


def read(given: Any) -> Access:
    """The setting; None is the usual one. Raises ValueError with what would do."""
    if given is None:
        return USUAL
    if not isinstance(given, Mapping) or set(given) - {"keys", "role", "lifetime"}:
        raise ValueError('access: expected any of {"keys": false, "role": false, "lifetime": "90s"}')
    for name in ("keys", "role"):
        if not isinstance(given.get(name, True), bool):
            raise ValueError(f"access: {name} is true or false")
    lifetime = given.get("lifetime")
    if lifetime is not None:
        lifetime = seconds(lifetime)
        if not 1 <= lifetime <= LONGEST:
            raise ValueError("access: lifetime is at least a second and at most 30d")
    return Access(given.get("keys", True), given.get("role", True), lifetime)
