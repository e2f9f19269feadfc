"""What a request asks of how its items are told: the options of a turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..wire.types import Item, Object


def options(request: Object, items: Sequence[Item]) -> dict[str, Any]:
    """`partial_images`, as many as a tool asks for; `compacting`, where the newest input is a trigger."""
    asked: dict[str, Any] = {}
    for spec in request.get("tools") or ():
        if spec["type"] == "image_generation" and spec.get("partial_images"):
            asked["partial_images"] = spec["partial_images"]
    if items and items[-1]["type"] == "compaction_trigger":
        asked["compacting"] = True
    return asked
