"""The Response object: its members, what they say of one another, and what of the request stands in it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..exchange import Exchange
from .check import Check, each, response, responses_of, short

Response = dict[str, Any]

STATUSES: Final = ("queued", "in_progress", "completed", "incomplete", "failed", "cancelled")

ALWAYS: Final[Mapping[str, tuple[type, ...]]] = {
    "id": (str,),
    "object": (str,),
    "created_at": (int, float),
    "status": (str,),
    "model": (str,),
    "output": (list,),
    "error": (dict, type(None)),
    "incomplete_details": (dict, type(None)),
    "instructions": (str, list, type(None)),
    "metadata": (dict, type(None)),
    "parallel_tool_calls": (bool,),
    "temperature": (int, float, type(None)),
    "tools": (list,),
    "top_p": (int, float, type(None)),
    "usage": (dict, type(None)),
}
"""Members that every Response has had since the first preview, with their types."""

NEVER: Final = ("input", "include", "stream", "stream_options", "output_text")
"""What the service never says again, and what only client libraries make."""

ECHOED: Final = (
    "background",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "safety_identifier",
    "store",
    "temperature",
    "tool_choice",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
)
"""Request members that come back as they were sent."""

PREFIXES: Final[Mapping[str, str]] = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "custom_tool_call": "ctc_",
    "web_search_call": "ws_",
    "file_search_call": "fs_",
    "code_interpreter_call": "ci_",
    "image_generation_call": "ig_",
    "computer_call": "cu_",
    "mcp_call": "mcp_",
    "mcp_list_tools": "mcpl_",
    "mcp_approval_request": "mcpr_",
    "compaction": "cmp_",
    "apply_patch_call": "apc_",
    "shell_call": "sh_",
    "shell_call_output": "sho_",
    "local_shell_call": "lsh_",
    "tool_search_call": "tsc_",
    "tool_search_output": "tso_",
}
"""Output item type -> how its id begins."""

_HEX: Final = re.compile(r"[0-9a-f]{32}(?:[0-9a-f]{16}(?:[0-9a-f]{2})?)?")


def _members(one: Response) -> Iterator[str]:
    for name, types in ALWAYS.items():
        if name not in one:
            yield f"it has no {name!r}"
        elif not isinstance(one[name], types) or (isinstance(one[name], bool) and bool not in types):
            yield f"{name!r} is {short(one[name])}"
    yield from (f"it has {name!r}" for name in NEVER if name in one)


def _status(one: Response) -> Iterator[str]:
    status, error, details = one.get("status"), one.get("error"), one.get("incomplete_details")
    if status not in STATUSES:
        yield f"the status is {status!r}"
    if (details is not None) != (status == "incomplete"):
        yield f"it is {status} and incomplete_details are {short(details)}"
    if error is not None and status != "failed":
        yield f"it is {status} and has the error {short(error)}"
    if details is not None and details.get("reason") not in ("max_output_tokens", "content_filter", "max_tool_calls"):
        yield f"it is incomplete for the reason {short(details)}"
    if error is not None and not (isinstance(error.get("code"), str) and isinstance(error.get("message"), str)):
        yield f"its error has no code or no message: {short(error)}"
    if status in ("queued", "in_progress", "cancelled") and one.get("output"):
        yield f"it is {status} and has output already"
    if "completed_at" in one and (one["completed_at"] is not None) != (status == "completed"):
        yield f"it is {status} and completed_at is {one['completed_at']!r}"
    if isinstance(one.get("completed_at"), int) and one["completed_at"] < one.get("created_at", 0):
        yield "it was completed before it was created"


def _usage(one: Response) -> Iterator[str]:
    usage, status = one.get("usage"), one.get("status")
    if usage is None:
        if status in ("completed", "incomplete"):
            yield f"it is {status} and says nothing of its usage"
        return
    if status in ("queued", "in_progress"):
        yield f"it is {status} and has usage already"
    counts = {name: usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens")}
    if any(not isinstance(count, int) or count < 0 for count in counts.values()):
        yield f"the usage is {short(counts)}"
    elif counts["input_tokens"] + counts["output_tokens"] != counts["total_tokens"]:
        yield f"{counts['input_tokens']} and {counts['output_tokens']} tokens are not {counts['total_tokens']}"
    for whole, part in (("input_tokens", "cached_tokens"), ("output_tokens", "reasoning_tokens")):
        detail = (usage.get(f"{whole}_details") or {}).get(part)
        if not isinstance(detail, int) or not 0 <= detail <= (counts[whole] or 0):
            yield f"{part} are {detail!r} of {counts[whole]} {whole}"


def _ids(one: Response) -> Iterator[str]:
    own = str(one.get("id", ""))
    body = own.removeprefix("resp_")
    if not own.startswith("resp_") or _HEX.fullmatch(body) is None:
        yield f"the id is {own!r}"
        return
    for item in one.get("output") or []:
        prefix, id = PREFIXES.get(item.get("type")), item.get("id")
        if prefix is None or id is None:
            continue
        if not str(id).startswith(prefix):
            yield f"a {item['type']} has the id {id!r}"
        elif len(body) == 50 and str(id).removeprefix(prefix)[:18] != body[:18] and not item["type"].startswith("mcp"):
            yield f"{id!r} does not share the beginning of {own!r}"
    if one.get("conversation") is not None:
        return  # ids in a conversation have another make-up
    if len(body) == 50 and isinstance(one.get("created_at"), int) and abs(int(body[18:26], 16) - one["created_at"]) > 5:
        yield f"the id's seconds are {int(body[18:26], 16)}, created_at is {one['created_at']}"


def _unique(one: Response) -> Iterator[str]:
    ids = [item["id"] for item in one.get("output") or [] if item.get("id")]
    calls = [item["call_id"] for item in one.get("output") or [] if item.get("call_id") and str(item.get("type")).endswith("_call")]
    for kind, names in (("id", ids), ("call_id", calls)):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            yield f"the {kind} {twice[0]!r} is given twice"


def _items(one: Response) -> Iterator[str]:
    for item in one.get("output") or []:
        kind = item.get("type")
        if kind == "message":
            if item.get("role") != "assistant" or not isinstance(item.get("content"), list):
                yield f"a message has the role {item.get('role')!r} and the content {short(item.get('content'))}"
                continue
            for part in item["content"]:
                member = {"output_text": "text", "refusal": "refusal"}.get(part.get("type"))
                if member is None or not isinstance(part.get(member), str):
                    yield f"a message holds the part {short(part)}"
                elif member == "text" and not isinstance(part.get("annotations"), list):
                    yield "a text has no list of annotations"
        elif kind == "function_call":
            if not all(isinstance(item.get(name), str) for name in ("call_id", "name", "arguments")):
                yield f"a function call lacks a call_id, a name or arguments: {short(item)}"
        elif kind == "reasoning" and not isinstance(item.get("summary"), list):
            yield f"reasoning has the summary {short(item.get('summary'))}"
        elif not isinstance(kind, str):
            yield f"an item has the type {kind!r}"


def _echo(exchange: Exchange) -> Iterator[str]:
    asked = exchange.request.json
    if exchange.operation != "responses.create" or not isinstance(asked, dict):
        return
    for one in responses_of(exchange):
        for name in ECHOED:
            if name in asked and asked[name] is not None and name in one and one[name] != asked[name]:
                yield f"{name} was {short(asked[name])} and is {short(one[name])}"
        sent, told = _functions(asked), _functions(one)
        if sent != told and "tool_search" not in {tool.get("type") for tool in asked.get("tools") or [] if isinstance(tool, dict)}:
            yield f"the functions {', '.join(sent)} are echoed as {', '.join(told) or 'none'}"


def _functions(given: Mapping[str, Any]) -> list[str]:
    """Names of the functions among the tools, sorted: found by a search, they come back in another order."""
    tools = [tool for tool in given.get("tools") or [] if isinstance(tool, dict)]
    return sorted(str(tool.get("name")) for tool in tools if tool.get("type") == "function")


def _cut_short(exchange: Exchange) -> Iterator[str]:
    one, asked = exchange.response, exchange.request.json
    if exchange.operation != "responses.create" or one is None or not isinstance(asked, dict):
        return
    most, used = asked.get("max_output_tokens"), (one.get("usage") or {}).get("output_tokens")
    if isinstance(most, int) and isinstance(used, int) and used > most:
        yield f"{used} output tokens, at most {most} were allowed"


def _filters(exchange: Exchange) -> Iterator[str]:
    for one in responses_of(exchange):
        filters = one.get("content_filters")
        for entry in filters or []:
            if entry.get("source_type") not in ("prompt", "completion"):
                yield f"a content filter's source_type is {entry.get('source_type')!r}"
            if not isinstance(entry.get("blocked"), bool) or not isinstance(entry.get("content_filter_results"), dict):
                yield f"a content filter says neither blocked nor results: {short(entry)}"
        if filters and one.get("status") in ("queued", "in_progress"):
            yield f"it is {one['status']} and has content filters already"


CHECKS: Final[Mapping[str, Check]] = {
    "a response has its members, each of its type": response(_members),
    "status, error, incomplete_details and completed_at agree": response(_status),
    "the counts of tokens add up": response(_usage),
    "ids are of their type, their time and their response": response(_ids),
    "no id is given twice": response(_unique),
    "output items have what their type needs": response(_items),
    "what was asked for is echoed": each(_echo),
    "no more is said than was allowed": each(_cut_short),
    "content filters say whose text they judged": each(_filters),
}
