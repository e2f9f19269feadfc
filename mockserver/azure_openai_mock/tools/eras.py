"""Members that the service's echo of a tool has only since some month (recorded)."""

from __future__ import annotations

from collections.abc import Mapping

from ..wire.types import Object

SINCE: Mapping[str, str] = {
    "output_schema": "2026-06",
    "search_content_types": "2026-01",
    "return_token_budget": "2026-06",
}


def of_month(spec: Object, month: str) -> Object:
    """The echoed declaration as the service of that month shows it."""
    if not any(name in spec and month < since for name, since in SINCE.items()):
        return spec
    return {name: value for name, value in spec.items() if month >= SINCE.get(name, "")}
