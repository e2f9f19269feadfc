"""`tool_search`: deferred tools, found when they are needed. Searched here (`server`), or by the client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..engine import schema
from ..engine.play import Kind, Mint
from ..wire.types import Item, Object
from . import declaration, function, namespace
from .saying import message, query_of
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


def use(spec: Object, ask: Ask) -> list[Item]:
    """The client is asked to search where it said that it does. Else a deferred tool is found, and called if it is a function."""
    query = query_of(ask.text, otherwise="tools")
    if spec.get("execution") == "client":
        wanted = spec.get("parameters")
        arguments = schema.sample(wanted, ask.dice, hint=ask.text) if wanted else {"queries": [query]}
        return [{"type": "tool_search_call", "execution": "client", "arguments": arguments}]
    _, deferred = at_hand(ask.tools, ask.items)
    found = _best(query, deferred)
    said: list[Item] = [
        {"type": "tool_search_call", "execution": "server", "arguments": {"paths": [_name(tool) for tool in found]}},
        {"type": "tool_search_output", "execution": "server", "tools": found},
    ]
    if found and found[0]["type"] == "namespace":
        return said + namespace.use(found[0], ask)
    if found and found[0]["type"] == "function":
        return said + [{**item, "namespace": found[0]["name"]} for item in function.use(found[0], ask)]
    return [*said, message(f"A mock found {_name(found[0])}." if found else "A mock found no deferred tool.")]


def at_hand(tools: Sequence[Object], items: Sequence[Item]) -> tuple[list[Object], list[Object]]:
    """Those that can be called now, and those that a search must find first; a namespace may be in both, each with its own part."""
    if not any(tool["type"] == "tool_search" for tool in tools):
        return list(tools), []
    found = {name for item in items if item["type"] == "tool_search_output" for name in found_by(item)}
    here: list[Object] = []
    later: list[Object] = []
    for tool in tools:
        if tool["type"] != "namespace" or tool["name"] in found:
            (later if tool.get("defer_loading") else here).append(tool)
            continue
        for place, deferred in ((here, False), (later, True)):
            if part := [inner for inner in tool["tools"] if bool(inner.get("defer_loading")) is deferred]:
                place.append({**tool, "tools": part})
    return here, later


def found_by(output: Item) -> list[str]:
    """The names of the tools that a search's output brings."""
    return [_name(tool) for tool in output.get("tools") or ()]


def _name(tool: Object) -> str:
    return str(tool.get("name") or tool.get("server_label") or tool["type"])


def _best(query: str, deferred: Sequence[Object]) -> list[Object]:
    """The tool that shares most words with the query, the first of several; none where none is deferred."""
    words = set(query.lower().replace("_", " ").split())

    def shared(tool: Object) -> int:
        own = words & set(f"{_name(tool)} {tool.get('description') or ''}".lower().replace("_", " ").split())
        return len(own) + max(map(shared, tool.get("tools") or ()), default=0)

    return [max(deferred, key=shared)] if deferred else []


TOOL = Tool(declaration.check, declaration.echo, use, frozenset({"tool_search_output"}))


def arranged(tools: Sequence[Object], items: Sequence[Item], *, flat: bool = False) -> list[Object]:
    """The echoed tools in the service's order, with what was loaded so far (recorded).

    `programmatic_tool_calling` comes first, then functions, what is hosted, custom tools, `tool_search` and namespaces. A tool that the
    context has loaded, by a search's output or by `additional_tools`, is shown in the namespace of its own name, which is the last where
    none was declared. A `flat` model (gpt-5.6) shows what the client loaded among its like instead, and only what the service itself found
    in namespaces.
    """
    loaded = {tool["name"]: (tool, by_client) for tool, by_client in _loaded(items)}
    ranks: list[list[Object]] = [[] for _ in range(len(_RANKS) + 1)]
    for tool in tools:
        if not (tool["type"] == "function" and tool.get("defer_loading") and tool["name"] in loaded):
            ranks[_RANKS.get(tool["type"], _HOSTED)].append(tool)
    namespaces = {tool["name"]: tool for tool in ranks[_RANKS["namespace"]]}
    for name, (tool, by_client) in loaded.items():
        inner = _undeferred(tool)
        if flat and by_client:
            ranks[_RANKS[inner["type"]]].append(inner)
        else:
            namespaces[name] = _with(namespaces.get(name), inner)
    ranks[_RANKS["namespace"]] = list(namespaces.values())
    return [tool for rank in ranks for tool in rank]


_RANKS = {"programmatic_tool_calling": 0, "function": 1, "custom": 3, "tool_search": 4, "namespace": 5}
"""Tool type -> its place among the echoed tools (recorded)."""
_HOSTED = 2
"""The place of every other type."""


def _loaded(items: Sequence[Item]) -> Iterator[tuple[Object, bool]]:
    """The tools that were loaded, and whether the client loaded them."""
    for item in items:
        if item["type"] in ("tool_search_output", "additional_tools"):
            by_client = item["type"] == "additional_tools" or item.get("execution") == "client"
            yield from ((tool, by_client) for tool in item.get("tools") or [] if tool.get("type") in ("function", "custom"))


def _undeferred(tool: Object) -> Object:
    shown = function.echo(tool) if tool["type"] == "function" else declaration.echo(tool)
    return {name: value for name, value in shown.items() if name != "defer_loading"}


def _with(namespace: Object | None, inner: Object) -> Object:
    """The namespace with one more tool; a new one of the tool's name where there is none."""
    if namespace is None:
        return {"type": "namespace", "description": inner.get("description"), "name": inner["name"], "tools": [inner]}
    return {**namespace, "tools": [*namespace["tools"], inner]}
