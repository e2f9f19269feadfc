"""Every event type and every output item type of the installed client library is told by a real server, and the client reads it strictly.

What is not told stands in `UNHEARD` with its reason. The profile is `ga`: the client of today demands members that the service has had only
since July 2026 (`usage.input_tokens_details.cache_write_tokens`), so an answer of the older profiles is not strictly what it expects.
"""

from __future__ import annotations

import os
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from openai import APIConnectionError, APIError, OpenAI
from openai._exceptions import APIResponseValidationError
from openai.types.responses import ResponseOutputItem, ResponseStreamEvent

from .conftest import Mock, Server

Body = dict[str, Any]

UNHEARD = {
    "event response.audio.delta": "the service does not speak: typed ahead of one that nobody has recorded",
    "event response.audio.done": "the service does not speak",
    "event response.audio.transcript.delta": "the service does not speak",
    "event response.audio.transcript.done": "the service does not speak",
    "event error": "the client raises it as an APIError and never hands it out; that it does is tried below",
    "item mcp_approval_response": "the client's own answer: it is input, and listed among input items; no model says it",
}
"""What the library has types for and this service never tells."""

UNTYPED = ("response.apply_patch_call_operation_diff.delta", "response.apply_patch_call_operation_diff.done")
"""What was recorded and the library has no types for, so that its strict reading of a stream that patches a file fails."""

LOGPROB = {"token": "Hi", "bytes": [72, 105], "logprob": -0.5, "top_logprobs": []}
CITED = [
    {"type": "url_citation", "start_index": 0, "end_index": 2, "title": "A page", "url": "https://example.com/"},
    {"type": "file_citation", "file_id": "assistant-1", "filename": "a.txt", "index": 2},
    {"type": "file_path", "file_id": "assistant-1", "index": 2},
    {"type": "container_file_citation", "container_id": "cntr_1", "file_id": "f", "filename": "a.png", "start_index": 0, "end_index": 2},
]
OUTPUTS = [{"outcome": {"type": "exit", "exit_code": 0}, "stdout": "hello\n", "stderr": ""}]
FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}, "strict": False}
FOUND = [{"file_id": "assistant-1", "filename": "a.txt", "score": 0.5, "text": "x", "attributes": {}}]
SCREENSHOT = {"type": "computer_screenshot", "image_url": "data:image/png;base64,aGk="}
MCP = {"server_label": "deepwiki", "name": "ask", "arguments": '{"q": 1}'}

SAID: dict[str, list[Body]] = {
    "message": [
        {"content": [{"type": "output_text", "text": "Hi there.", "annotations": CITED, "logprobs": []}]},
        {"content": [{"type": "output_text", "text": "Hi", "logprobs": [LOGPROB]}]},
        {"content": [{"type": "refusal", "refusal": "No."}], "phase": "commentary"},
    ],
    "reasoning": [{"summary": ["First.", "Then."], "content": ["In full."], "encrypted_content": "abc"}],
    "function_call": [{"name": "f", "arguments": {"a": 1}}],
    "function_call_output": [{"call_id": "call_1", "output": "sunny"}],
    "custom_tool_call": [{"name": "f", "input": "SELECT 1"}],
    "custom_tool_call_output": [{"call_id": "call_1", "output": "1"}],
    "web_search_call": [
        {"action": {"type": "search", "query": "news", "queries": ["news"], "sources": [{"type": "url", "url": "https://example.com/"}]}},
        {"action": {"type": "open_page", "url": "https://example.com/"}},
    ],
    "file_search_call": [{"queries": ["pizza"], "results": FOUND}],
    "code_interpreter_call": [{"code": "print(1)", "container_id": "cntr_1", "outputs": [{"type": "logs", "logs": "1"}]}],
    "image_generation_call": [{"result": "aGk=", "size": "1024x1024", "output_format": "png"}],
    "computer_call": [{"action": {"type": "click", "button": "left", "x": 1, "y": 2}}],
    "computer_call_output": [{"call_id": "call_1", "output": SCREENSHOT}],
    "local_shell_call": [{"action": {"type": "exec", "command": ["ls"], "env": {}}}],
    "local_shell_call_output": [{"output": "a.txt"}],
    "shell_call": [{"action": {"commands": ["echo hello", "ls"]}}],
    "shell_call_output": [{"call_id": "call_1", "output": OUTPUTS}],
    "apply_patch_call": [{"operation": {"type": "delete_file", "path": "a.txt"}}],
    "apply_patch_call_output": [{"call_id": "call_1", "output": "done"}],
    "mcp_list_tools": [
        {"server_label": "deepwiki", "tools": [{"name": "ask", "input_schema": {"type": "object"}}]},
        {"server_label": "deepwiki", "tools": [], "error": "unreachable"},
    ],
    "mcp_approval_request": [MCP],
    "mcp_call": [{**MCP, "output": "42"}, {**MCP, "error": {"type": "http_error", "code": 424, "message": "no"}}],
    "tool_search_call": [{"arguments": {"paths": ["f"]}, "execution": "server"}],
    "tool_search_output": [{"tools": [FUNCTION]}],
    "additional_tools": [{"tools": [FUNCTION]}],
    "compaction": [{}],
    "program": [{"code": "return 6 * 7;"}],
    "program_output": [{"call_id": "call_1", "result": "42"}],
}
"""Item type -> items of it, as a rule says them."""

ASKED: dict[str, Body] = {
    "image_generation_call": {"tools": [{"type": "image_generation", "partial_images": 2}]},
    "file_search_call": {"include": ["file_search_call.results"]},
    "web_search_call": {"include": ["web_search_call.action.sources"]},
    "code_interpreter_call": {"include": ["code_interpreter_call.outputs"]},
    "reasoning": {"include": ["reasoning.encrypted_content"]},
    "compaction": {"input": [{"role": "user", "content": "Go on."}, {"type": "compaction_trigger"}]},
}
"""Item type -> what its request asks besides."""

ENDED: dict[str, tuple[Body, Body]] = {
    "completed": ({"say": "Hi."}, {}),
    "queued": ({"say": "Hi."}, {"background": True}),
    "incomplete": ({"say": "Hi.", "outcome": {"incomplete": "max_output_tokens"}}, {}),
    "failed": ({"outcome": {"failed": None}}, {}),
}
"""How an answer ends -> the rule, and what the request asks besides."""

TURNS = [*(({"say": [{"type": kind, **item}]}, ASKED.get(kind, {})) for kind, items in SAID.items() for item in items), *ENDED.values()]
"""Rule and request of everything that is told."""


def types_of(union: Any) -> set[str]:
    """The `type`s of an annotated union of models."""
    return {typing.get_args(model.model_fields["type"].annotation)[0] for model in typing.get_args(typing.get_args(union)[0])}


@dataclass
class Heard:
    """What the strict client read: event types, item types in streams, and in bodies."""

    events: set[str] = field(default_factory=set)
    streamed: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)


def strict(mock: Mock) -> OpenAI:
    return mock.client(_strict_response_validation=True)


@pytest.fixture(scope="module")
def scope(server: Server) -> Iterator[Mock]:
    mock = Mock(server.url, f"vocabulary-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "ga"})
    yield mock
    mock.close()


@pytest.fixture(scope="module")
def heard(scope: Mock) -> Heard:
    """Everything said once in a stream and once in a body."""
    client, heard = strict(scope), Heard()
    for rule, asked in TURNS:
        scope.control("DELETE", "/rules")
        scope.rule(**rule)
        body: Body = {"model": "gpt-5", "input": "Go on.", **asked}
        events = list(client.responses.create(stream=True, **body))
        heard.events |= {event.type for event in events}
        end = events[-1]
        assert end.type in ("response.completed", "response.incomplete", "response.failed")
        heard.streamed |= {item.type for item in end.response.output}
        heard.items |= {item.type for item in client.responses.create(**body).output}
    return heard


def test_every_event_type_is_told_and_read_or_has_a_reason(heard: Heard) -> None:
    missing = {f"event {kind}" for kind in types_of(ResponseStreamEvent) - heard.events}
    assert missing == {name for name in UNHEARD if name.startswith("event ")}


def test_every_item_type_is_told_and_read_in_stream_and_body_or_has_a_reason(heard: Heard) -> None:
    missing = {f"item {kind}" for kind in types_of(ResponseOutputItem) - heard.streamed}
    assert missing == {name for name in UNHEARD if name.startswith("item ")}
    assert heard.items == heard.streamed


def test_what_was_recorded_is_told_although_the_library_has_no_type_for_it(scope: Mock) -> None:
    assert not types_of(ResponseStreamEvent) & set(UNTYPED)
    scope.control("DELETE", "/rules")
    scope.rule(say=[{"type": "apply_patch_call", "operation": {"type": "update_file", "path": "a.txt", "diff": "@@\n-a\n+b"}}])
    told = [event.type for event in scope.client().responses.create(model="gpt-5", input="Go on.", stream=True)]
    assert set(UNTYPED) <= set(told)
    patched = strict(scope).responses.create(model="gpt-5", input="Go on.").output[0]
    assert patched.type == "apply_patch_call"


def test_every_kind_of_stream_resumes_after_every_event_with_exactly_the_rest(scope: Mock) -> None:
    client = scope.client()
    for rule, asked in TURNS:
        scope.control("DELETE", "/rules")
        scope.rule(**rule, pace={"queued": "1ms"})
        body: Body = {"model": "gpt-5", "input": "Go on.", "stream_options": {"include_obfuscation": False}, **asked}
        told = [event.to_dict(warnings=False) for event in client.responses.create(stream=True, **body)]
        made = told[0]["response"]["id"]
        for number in range(-1, len(told)):
            resumed = client.responses.retrieve(made, stream=True, starting_after=number)
            rest = [event.to_dict(warnings=False) for event in resumed]
            assert rest == told[number + 1 :], f"{rule} after {number}"


def test_every_kind_of_stream_may_be_cut_after_every_event(scope: Mock) -> None:
    """The client has heard exactly the beginning, learns that the connection ended, and can resume with the rest."""
    client = scope.client()
    for rule, asked in TURNS:
        scope.control("DELETE", "/rules")
        scope.rule(**rule, pace={"queued": "1ms"})
        body: Body = {"model": "gpt-5", "input": "Go on.", "stream_options": {"include_obfuscation": False}, **asked}
        told = [event.type for event in client.responses.create(stream=True, **body)]
        for number in range(1, len(told)):
            heard: list[Any] = []
            with pytest.raises(APIConnectionError):
                heard.extend(client.responses.create(stream=True, extra_headers={"x-mock-fault": f"cut;after={number}"}, **body))
            assert [event.type for event in heard] == told[:number], f"{rule} cut after {number}"
        last = heard[-1]
        rest = client.responses.retrieve(heard[0].response.id, stream=True, starting_after=last.sequence_number)
        assert [event.type for event in rest] == told[len(heard) :]


def test_an_error_event_is_raised_with_its_code(scope: Mock) -> None:
    scope.control("DELETE", "/rules")
    scope.rule(say="Hi.", fault=[{"error_event": {"after": 3, "key": "rate_limited"}}])
    with pytest.raises(APIError) as caught:
        list(strict(scope).responses.create(model="gpt-5", input="Go on.", stream=True))
    assert caught.value.code


def test_of_an_older_profile_today_s_client_misses_what_came_later_and_nothing_else(preview: Mock) -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        preview.azure(_strict_response_validation=True).responses.create(model="gpt-4o", input="Go on.")
    problems = getattr(caught.value.__cause__, "errors", list)()
    assert [problem["loc"] for problem in problems] == [("usage", "input_tokens_details", "cache_write_tokens")]
