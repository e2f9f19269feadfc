"""Durations as people write them: `400ms`, `2s`, `1.5m`, `6h`, `30d`, or a number of seconds."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}
_FORM = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*(ms|s|m|h|d|)\s*\Z")


def seconds(value: object) -> float:
    """The duration in seconds. Raises ValueError with what was expected."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    match = _FORM.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"not a duration: {value!r} (write 400ms, 2s, 5m, 6h, 30d, or seconds)")
    return float(match[1]) * _UNITS[match[2]]
