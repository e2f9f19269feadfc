"""`mcp`: tools of a remote server that is never called. The list of its tools, a request for approval, a call with its outcome."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item
from .shape import begun, in_words, laid_out, tell_whole, whole


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
RESPONSE = whole("mcpa", approve=False)
CALL = Kind(complete_call, tell_call)
