"""`mcp`: tools of a remote server that is never called. The list of its tools, a request for approval, a call with its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from ..engine import schema
from ..engine.play import Emit, Kind, Mint
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import declaration
from .saying import message
from .shape import begun, in_words, laid_out, tell_whole, whole
from .tool import Ask, Tool


def complete_list(item: Item, mint: Mint) -> Item:
    """Keys: id, type, [error], server_label, tools."""
    return laid_out(item, mint, "mcpl", server_label="", tools=[])


def tell_list(item: Item, emit: Emit) -> None:
    """in_progress, then completed, or failed where it holds an error."""
    emit.added(begun(item, tools=[]))
    emit.event("mcp_list_tools.in_progress")
    emit.event("mcp_list_tools.failed" if item.get("error") is not None else "mcp_list_tools.completed")
    emit.done(item)


def complete_request(item: Item, mint: Mint) -> Item:
    """Keys: id, type, arguments, name, server_label: never a status."""
    return laid_out({**item, "arguments": in_words(item.get("arguments"))}, mint, "mcpr", server_label="")


def complete_call(item: Item, mint: Mint) -> Item:
    """Keys: id, type, [status], approval_request_id, arguments, error, name, output, server_label. Older traffic has no status."""
    arguments = in_words(item.get("arguments"))
    return laid_out({**item, "arguments": arguments}, mint, "mcp", approval_request_id=None, error=None, output=None, server_label="")


def tell_call(item: Item, emit: Emit) -> None:
    """in_progress, the arguments in one delta, then completed, or failed where it holds an error."""
    emit.added(begun(item, arguments="", error=None, output=None))
    emit.event("mcp_call.in_progress")
    emit.delta("mcp_call_arguments.delta", item["arguments"])
    emit.event("mcp_call_arguments.done", arguments=item["arguments"])
    emit.event("mcp_call.failed" if item["error"] is not None else "mcp_call.completed")
    emit.done(item)


LIST = Kind(complete_list, tell_list)
REQUEST = Kind(complete_request, tell_whole)
RESPONSE = whole("mcpr", approve=False)
CALL = Kind(complete_call, tell_call)


REDACTED = "<redacted>"
_MOCK_TOOL: Object = {
    "annotations": {"read_only": True},
    "description": "Looks something up.",
    "input_schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"], "additionalProperties": False},
    "name": "lookup",
}


def checked(spec: Object, at: str) -> None:
    """A label, and an address or a connector. Refuses one without either."""
    declaration.check(spec, at)
    if all(spec.get(name) is None for name in ("server_url", "connector_id", "tunnel_id")):
        raise Refusal("missing_required_parameter", param=f"{at}.server_url")


def echo(spec: Object) -> Object:
    """Addresses without their paths, credentials and header values hidden, approval rules filled in (recorded)."""
    shown = declaration.echo(spec)
    if spec.get("headers"):
        shown["headers"] = dict.fromkeys(spec["headers"], REDACTED)
    if spec.get("authorization"):
        shown["authorization"] = REDACTED
    if spec.get("server_url"):
        shown["server_url"] = _without_path(spec["server_url"])
    approval = spec.get("require_approval")
    if isinstance(approval, dict):
        shown["require_approval"] = {"always": _filter(approval.get("always")), "never": _filter(approval.get("never"))}
    return shown


def _without_path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return REDACTED
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{REDACTED}"


def _filter(given: Object | None) -> Object | None:
    return None if given is None else {"read_only": None, **given}


def use(spec: Object, ask: Ask) -> list[Item]:
    """The server's tools are listed once; then a call is asked for, or made where it needs no approval or was approved."""
    label = spec["server_label"]
    said: list[Item] = []
    if not any(item["type"] == "mcp_list_tools" and item.get("server_label") == label for item in ask.items):
        said.append({"type": "mcp_list_tools", "server_label": label, "tools": [_tool(spec)]})
    verdicts = answered(ask.items, label)
    if not verdicts:
        wanted = _request(spec, ask)
        if needs_approval(spec, _tool(spec)):
            return [*said, wanted]
        verdicts = [(wanted, True)]
    said.extend(_call(request) for request, approved in verdicts if approved)
    return [*said, message(" ".join(_told(request, approved=approved) for request, approved in verdicts))]


def _call(request: Item) -> Item:
    return {
        "type": "mcp_call",
        "status": "completed",
        "approval_request_id": request.get("id"),
        "arguments": request["arguments"],
        "name": request["name"],
        "output": "A mock looked it up.",
        "server_label": request["server_label"],
    }


def _told(request: Item, *, approved: bool) -> str:
    if approved:
        return f"The tool {request['name']} of {request['server_label']} returned: A mock looked it up."
    return f"The call of {request['name']} was not approved, so it was not made."


def needs_approval(spec: Object, tool: Object) -> bool:
    """Whether a call of that tool waits for an approval: always, unless the declaration says otherwise for it (documented)."""
    rule = spec.get("require_approval") or "always"
    if not isinstance(rule, dict):
        return bool(rule != "never")
    if rule.get("always") is not None and _covers(rule["always"], tool):
        return True
    return rule.get("always") is None and not _covers(rule.get("never") or {}, tool)


def _covers(chosen: Object, tool: Object) -> bool:
    """Whether a filter of the declaration chooses the tool: by its name, or by whether it only reads."""
    names, reads = chosen.get("tool_names"), chosen.get("read_only")
    return (names is not None and tool["name"] in names) or (reads is not None and tool["annotations"]["read_only"] is reads)


def _tool(spec: Object) -> Object:
    allowed = spec.get("allowed_tools")
    names = allowed.get("tool_names") if isinstance(allowed, dict) else allowed
    return {**_MOCK_TOOL, "name": names[0]} if names else _MOCK_TOOL


def _request(spec: Object, ask: Ask) -> Item:
    tool = _tool(spec)
    arguments = schema.sample(tool["input_schema"], ask.dice, hint=ask.text)
    return {"type": "mcp_approval_request", "server_label": spec["server_label"], "name": tool["name"], "arguments": arguments}


def unasked(items: Sequence[Item], before: Sequence[Item]) -> str | None:
    """The first id that the items approve or decline though neither they nor what came before them asked for it."""
    asked = {item.get("id") for item in (*before, *items) if item["type"] == "mcp_approval_request"}
    verdicts = (str(item["approval_request_id"]) for item in items if item["type"] == "mcp_approval_response")
    return next((ident for ident in verdicts if ident not in asked), None)


def answered(items: Sequence[Item], label: str) -> list[tuple[Item, bool]]:
    """The requests of that server that the newest input approves or declines, each with which of the two; none that was called already."""
    asked = {item.get("id"): item for item in items if item["type"] == "mcp_approval_request" and item.get("server_label") == label}
    made = {item.get("approval_request_id") for item in items if item["type"] == "mcp_call"}
    verdicts: list[tuple[Item, bool]] = []
    for item in reversed(items):
        if item["type"] == "message":
            break
        ident = item.get("approval_request_id")
        if item["type"] == "mcp_approval_response" and ident in asked and ident not in made:
            verdicts.insert(0, (asked[ident], bool(item.get("approve"))))
    return verdicts


TOOL = Tool(checked, echo, use)
