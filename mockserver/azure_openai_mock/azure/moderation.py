"""The moderation results of a response whose request asks for them. An answer leaves whatever is flagged, under `block` too (recorded)."""

from __future__ import annotations

from typing import Any

from ..wire.types import Object
from . import tables
from .filters import SOURCES, Findings


def results(model: str, findings: dict[str, Findings]) -> Object:
    """What was found in the prompt and in the completion, as `model` would say it."""
    prompt, completion = SOURCES
    return {"input": _result(model, findings[prompt]), "output": _result(model, findings[completion])}


def _result(model: str, found: Findings) -> Object:
    table: Any = tables.load("moderation")
    order = list(table["scores"])
    severities = {name: str(found.get(row.get("of", ""), order[0])) for name, row in table["categories"].items()}
    flagged = {name: order.index(severity) >= order.index(table["flagged_from"]) for name, severity in severities.items()}
    return {
        "type": "moderation_result",
        "categories": flagged,
        "category_applied_input_types": {name: ["text"] for name in severities},
        "category_scores": {name: float(table["scores"][severity]) for name, severity in severities.items()},
        "flagged": any(flagged.values()),
        "model": model,
    }
