"""`tool_search`: deferred tools, found when they are needed. Searched here (`server`), or by the client."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.play import Kind, Mint
from ..wire.types import Item, Object
from . import function
from .member import check, message, text
from .shape import laid_out, tell_running, whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, arguments (an object), call_id (null where the service searches), execution."""
    execution = item.get("execution") or ("client" if item.get("call_id") else "server")
    call_id = item.get("call_id") or (mint.call_id() if execution == "client" else None)
    return laid_out({**item, "execution": execution, "call_id": call_id}, mint, "tsc", status="completed", arguments={})


def complete_output(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, execution, tools."""
    return laid_out(item, mint, "tso", status="completed", call_id=None, execution="server", tools=[])


ITEM = Kind(complete, tell_running)
OUTPUT = Kind(complete_output, tell_running)
ADDITIONAL = whole("at", role="developer", tools=[])


def echo(spec: Object) -> Object:
    """Defaults filled in (recorded)."""
    return {"description": None, "parameters": None, **spec}


def use(spec: Object, ask: Ask) -> list[Item]:
    """The deferred tools are found: by the service, or by the client where it said that it searches."""
    wanted = " ".join(ask.text.split())[:200]
    if spec.get("execution") == "client":
        return [{"type": "tool_search_call", "execution": "client", "arguments": {"queries": [wanted]}}]
    deferred = [tool for tool in ask.tools if tool.get("defer_loading")]
    paths = [str(tool.get("name") or tool.get("server_label") or "") for tool in deferred]
    return [
        {"type": "tool_search_call", "execution": "server", "arguments": {"paths": paths}},
        {"type": "tool_search_output", "execution": "server", "tools": deferred},
        message(f"A mock found {len(deferred)} deferred tool{'' if len(deferred) == 1 else 's'}."),
    ]


TOOL = Tool(check({"execution": text("server", "client")}), echo, use)


def arranged(tools: Sequence[Object], items: Sequence[Item]) -> list[Object]:
    """The echoed tools in the service's order, with what was loaded so far (recorded).

    Functions come first, everything hosted behind them. A function that the context has loaded, by a search's output or by
    `additional_tools`, is shown last, as a namespace of its own name.
    """
    loaded = [tool for item in items if item["type"] in _LOADING for tool in item.get("tools") or [] if tool.get("type") == "function"]
    names = {tool["name"] for tool in loaded}
    kept = [tool for tool in tools if not (tool["type"] == "function" and tool.get("defer_loading") and tool["name"] in names)]
    functions = [tool for tool in kept if tool["type"] == "function"]
    return [*functions, *(tool for tool in kept if tool["type"] != "function"), *map(_namespace, loaded)]


_LOADING = frozenset({"tool_search_output", "additional_tools"})


def _namespace(tool: Object) -> Object:
    inner = {name: value for name, value in function.echo(tool).items() if name != "defer_loading"}
    return {"type": "namespace", "description": inner["description"], "name": inner["name"], "tools": [inner]}
