"""`tool_choice`: a word, or an object that names one tool or several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..azure.shapes import wrong_type
from ..wire.refusal import Refusal
from ..wire.types import Object

WORDS = ("none", "auto", "required")
MODES = ("auto", "required")
NAMED: Mapping[str, str] = {"function": "name", "custom": "name", "mcp": "server_label"}
"""Tool types of which several may be declared -> the member by which a choice names one."""


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
        _allowed(choice, tools, at)
    else:
        _named(choice, tools, at, param=at)


def same_type(one: str, other: str) -> bool:
    """Whether two names mean one tool type: every form of web search answers to every other's name (recorded)."""
    if one.startswith("web_search") and other.startswith("web_search"):
        return True
    return one == other or {one, other} <= _COMPUTERS


_COMPUTERS = {"computer", "computer_use", "computer_use_preview"}


def _allowed(choice: Object, tools: Sequence[Object], at: str) -> None:
    mode, allowed = choice.get("mode"), choice.get("tools")
    if mode is None:
        raise Refusal("missing_required_parameter", param=f"{at}.mode")
    if mode not in MODES:
        raise Refusal("invalid_value", param=f"{at}.mode", got=mode, supported=MODES)
    if allowed is None:
        raise Refusal("missing_required_parameter", param=f"{at}.tools")
    if not isinstance(allowed, list):
        raise wrong_type("an array of objects", allowed, param=f"{at}.tools")
    for index, one in enumerate(allowed):
        _named(one, tools, f"{at}.tools[{index}]", param=at)


def _named(choice: Any, tools: Sequence[Object], at: str, *, param: str) -> None:
    """`at` is where the choice stands, `param` what the service names when no tool meets it."""
    if not isinstance(choice, dict):
        raise wrong_type("an object", choice, param=at)
    kind = choice.get("type")
    if kind is None:
        raise Refusal("missing_required_parameter", param=f"{at}.type")
    if not isinstance(kind, str):
        raise wrong_type("a string", kind, param=f"{at}.type")
    if kind not in _TYPES:
        raise Refusal("invalid_value", param=f"{at}.type", got=kind, supported=_TYPES)
    member = NAMED.get(kind)
    name = choice.get(member) if member is not None else None
    if member is not None and name is None:
        raise Refusal("missing_required_parameter", param=f"{at}.{member}")
    if not any(same_type(tool["type"], kind) and (member is None or tool.get(member) == name) for tool in _each(tools)):
        raise Refusal("tool_choice_not_found", param=param, name=name or kind)


def _each(tools: Sequence[Object]) -> Iterator[Object]:
    """Every tool, those inside namespaces too."""
    for tool in tools:
        yield tool
        if tool["type"] == "namespace":
            yield from tool["tools"]


_TYPES = (
    *("function", "allowed_tools", "custom", "mcp", "file_search", "code_interpreter", "image_generation", "apply_patch", "shell"),
    *("local_shell", "computer", "computer_use", "computer_use_preview", "tool_search", "namespace", "programmatic_tool_calling"),
    *("web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"),
)
"""Types that a choice may name: those of the description and of the client library, and every other tool that may be declared (assumed)."""
