"""Every output item type that is told, and every tool type that may be declared: two visible lists."""

from __future__ import annotations

from collections.abc import Mapping

from ..engine.play import Kind
from . import function, message, reasoning
from .tool import Tool

ITEMS: Mapping[str, Kind] = {
    "message": message.ITEM,
    "reasoning": reasoning.ITEM,
    "function_call": function.ITEM,
}

TOOLS: Mapping[str, Tool] = {}
