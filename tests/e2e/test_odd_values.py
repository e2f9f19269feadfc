"""Whatever stands anywhere in a request is taken or refused; nothing that a client can say is the service's own failure."""

from __future__ import annotations

import contextlib
import copy
import http.client
import json
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, Final

from .conftest import Mock

PNG: Final = "data:image/png;base64,iVBORw0KGgo="
SCHEMA: Final = {
    "type": "object",
    "properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}},
    "required": ["a", "b"],
    "additionalProperties": False,
}
FUNCTION: Final = {"type": "function", "name": "f", "description": "d", "strict": True, "parameters": SCHEMA}
ITEMS: Final = [
    {
        "role": "user",
        "content": [
            {"type": "input_text", "text": "use f"},
            {"type": "input_image", "image_url": PNG, "detail": "low"},
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="},
        ],
    },
    {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}", "id": "fc_1", "status": "completed"},
    {"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "x"}]},
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "x"}], "encrypted_content": "foreign"},
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "x", "annotations": [{"type": "url_citation", "url": "https://x.example"}]}],
    },
    {
        "type": "computer_call",
        "id": "cu_1",
        "call_id": "call_2",
        "action": {"type": "click", "x": 1, "y": 2, "button": "left"},
        "pending_safety_checks": [{"id": "a", "code": "b", "message": "c"}],
        "status": "completed",
    },
    {
        "type": "computer_call_output",
        "call_id": "call_2",
        "output": {"type": "computer_screenshot", "image_url": PNG},
        "acknowledged_safety_checks": [{"id": "a"}],
    },
    {"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "s", "name": "t", "arguments": "{}"},
    {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
    {"role": "user", "content": "use f"},
]
TOOLS: Final = [
    FUNCTION,
    {"type": "custom", "name": "c", "format": {"type": "grammar", "syntax": "regex", "definition": "a+"}},
    {"type": "mcp", "server_label": "s", "server_url": "https://x.example", "require_approval": {"always": {"tool_names": ["t"]}}},
    {"type": "web_search", "filters": {"allowed_domains": ["x.example"]}, "user_location": {"type": "approximate", "country": "US"}},
    {
        "type": "file_search",
        "vector_store_ids": ["vs_1"],
        "filters": {"type": "and", "filters": [{"type": "eq", "key": "a", "value": "b"}]},
    },
    {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["x"]}},
    {"type": "image_generation", "size": "auto", "input_image_mask": {"image_url": PNG}, "partial_images": 1},
    {"type": "namespace", "name": "n", "description": "d", "tools": [{"type": "function", "name": "g", "parameters": {}, "strict": False}]},
    {"type": "tool_search", "execution": "client", "description": "d", "parameters": {"type": "object", "properties": {}}},
]
REQUEST: Final[dict[str, Any]] = {
    "model": "gpt-5.4",
    "input": ITEMS,
    "tools": TOOLS,
    "tool_choice": {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [{"type": "function", "name": "f"}, {"type": "mcp", "server_label": "s"}],
    },
    "text": {"format": {"type": "json_schema", "name": "x", "strict": True, "schema": SCHEMA}, "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "prompt": {"id": "pmpt_1", "variables": {"a": {"type": "input_text", "text": "x"}}, "version": "1"},
    "moderation": {"model": "m", "policy": {"input": {"mode": "block"}}},
    "context_management": [{"type": "compaction", "compact_threshold": 1000}],
    "metadata": {"a": "b"},
    "include": ["reasoning.encrypted_content"],
    "stream_options": {"include_obfuscation": True},
    "prompt_cache_options": {"mode": "implicit"},
    "max_output_tokens": 100,
}
ODD: Final = [
    {"type": {}},
    [],
    None,
    {},
    -1,
    "x",
    [{}],
    True,
    "",
    1.5,
    [None],
    {"type": ["message"]},
    10**30,
    "\ud7ff\u0000",
    {"a": {"b": []}},
]
EACH: Final = 3
"""Odd values that stand in every place, in turn another few of them."""


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*at, key)
        yield from places(one, (*at, key))


def changed(at: tuple[Any, ...], odd: Any) -> Any:
    request = copy.deepcopy(REQUEST)
    where: Any = request
    for key in at[:-1]:
        where = where[key]
    where[at[-1]] = odd
    return request


def test_an_odd_value_anywhere_is_taken_or_refused(ga: Mock) -> None:
    ga.rule(when={"input__contains": "never said", "tools__has": "nothing"}, say="x")
    odd = cycle(ODD)
    failed = []
    headers = {"content-type": "application/json", "api-key": "k", **ga.headers}
    with contextlib.closing(http.client.HTTPConnection(ga.url.removeprefix("http://"), timeout=30)) as connection:

        def status(request: Any) -> int:
            connection.request("POST", "/openai/v1/responses", json.dumps(request), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status

        assert status(REQUEST) == 200
        for at in places(REQUEST):
            failed += [(at, value) for value in islice(odd, EACH) if status(changed(at, value)) >= 500]
    assert failed == []
    assert ga.journal()
