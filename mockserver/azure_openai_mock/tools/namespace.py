"""`namespace`: functions under one roof. The calls are function calls that name their namespace."""

from __future__ import annotations

from ..wire.types import Item, Object
from . import custom, declaration, function
from .tool import Ask, Tool


def checked(spec: Object, at: str) -> None:
    """A name, and functions with schemas that the service takes."""
    declaration.check(spec, at)
    for index, inner in enumerate(spec["tools"]):
        if inner["type"] == "function":
            function.parameters(inner, f"{at}.tools[{index}]")


def echo(spec: Object) -> Object:
    """As declared, its tools as they are echoed outside of it."""
    inner = [function.echo(tool) if tool["type"] == "function" else custom.TOOL.echo(tool) for tool in spec["tools"]]
    return declaration.echo({**spec, "tools": inner})


def use(spec: Object, ask: Ask) -> list[Item]:
    """A call of one of its tools: the one whose name the text says, else the first."""
    low = ask.text.lower()
    tool = next((tool for tool in spec["tools"] if tool["name"].lower() in low), spec["tools"][0])
    said = function.use(tool, ask) if tool["type"] == "function" else custom.use(tool, ask)
    return [{**item, "namespace": spec["name"]} for item in said]


TOOL = Tool(checked, echo, use, frozenset({"function_call_output", "custom_tool_call_output"}))
