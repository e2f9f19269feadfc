"""`tool_choice`: a word, or an object that names one tool or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..wire.refusal import Refusal
from ..wire.types import Object

WORDS = ("none", "auto", "required")


def check(choice: Any, tools: Sequence[Object], at: str = "tool_choice") -> None:
    """Raise the refusal of a choice that no declared tool can meet."""
    if choice is None or choice in ("none", "auto"):
        return
    if choice == "required":
        if not tools:
            raise Refusal("tool_choice_without_tools", param=at)
        return
    if isinstance(choice, str):
        raise Refusal("invalid_value", param=at, got=choice, supported=WORDS)
    if choice.get("type") == "allowed_tools":
        for allowed in choice.get("tools") or []:
            _named(allowed, tools, at)
        return
    _named(choice, tools, at)


def same_type(one: str, other: str) -> bool:
    """Whether two names mean one tool type: every form of web search answers to every other's name (recorded)."""
    return one == other or (one.startswith("web_search") and other.startswith("web_search"))


def _named(choice: Any, tools: Sequence[Object], at: str) -> None:
    if not isinstance(choice, dict) or not isinstance(choice.get("type"), str):
        raise Refusal("invalid_value", param=at, got=choice, supported=WORDS)
    kind, name = choice["type"], choice.get("name") or choice.get("server_label")
    for tool in tools:
        if same_type(tool["type"], kind) and (name is None or name in (tool.get("name"), tool.get("server_label"))):
            return
    raise Refusal("tool_choice_not_found", param=at, name=name or kind)
