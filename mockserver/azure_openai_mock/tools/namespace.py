"""`namespace`: functions under one roof. The calls are function calls that name their namespace."""

from __future__ import annotations

from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import function
from .member import Member, check, text
from .tool import Ask, Tool

_MEMBERS = check({"name": text(required=True), "description": text(), "tools": Member((list,), required=True)})


def checked(spec: Object, at: str) -> None:
    """A name, and functions."""
    _MEMBERS(spec, at)
    for index, inner in enumerate(spec["tools"]):
        where = f"{at}.tools[{index}]"
        if not isinstance(inner, dict) or inner.get("type") not in ("function", "custom"):
            got = inner.get("type") if isinstance(inner, dict) else inner
            raise Refusal("invalid_value", param=f"{where}.type", got=got, supported=("function", "custom"))
        if inner["type"] == "function":
            function.check(inner, where)


def echo(spec: Object) -> Object:
    """As declared, its functions as functions are echoed."""
    inner = [function.echo(tool) if tool["type"] == "function" else tool for tool in spec["tools"]]
    return {**spec, "tools": inner}


def use(spec: Object, ask: Ask) -> list[Item]:
    """A call of its first function."""
    functions = [tool for tool in spec["tools"] if tool["type"] == "function"]
    return [{**item, "namespace": spec["name"]} for tool in functions[:1] for item in function.use(tool, ask)]


TOOL = Tool(checked, echo, use, frozenset({"function_call_output"}))
