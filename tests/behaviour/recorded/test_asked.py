"""Two requests that ask the same are equal, whatever ids they carry and however their client spells them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cassettes import call, message

from azure_openai_mock.behaviour.recorded.asked import CHAT, RESPONSES, key_of, of_request, operation_of

USER = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
DECLARED = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}


def key(body: dict[str, Any], *, operation: str = RESPONSES, before: Any = ()) -> bytes:
    return key_of(of_request(operation, body, model="gpt-4o", before=before))


def loop(call_id: str, item_id: str) -> list[Any]:
    said = {**call("f", call_id, a=1), "id": item_id}
    return [USER, said, {"type": "function_call_output", "call_id": call_id, "output": "17"}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"input": "hi"}, {"input": [{"role": "user", "content": "hi"}]}),
        ({"input": "hi"}, {"input": [USER]}),
        ({"input": "hi"}, {"input": [{**USER, "id": "msg_1", "status": "completed"}]}),
        (
            {"input": "hi"},
            {"input": "hi", "tools": [], "instructions": None, "metadata": {}, "truncation": "disabled", "tool_choice": "auto"},
        ),
        ({"input": "hi"}, {"input": "hi", "stream": True, "store": False, "user": "somebody", "metadata": {"a": "b"}, "background": True}),
        ({"input": loop("call_1", "fc_1")}, {"input": loop("call_2", "fc_2")}),
        (
            {"input": [*loop("call_12345", "fc_1"), {"role": "user", "content": "see call_12345"}]},
            {"input": [*loop("call_67890", "fc_2"), {"role": "user", "content": "see call_67890"}]},
        ),
        (
            {"input": [USER, {"role": "assistant", "content": "ho"}, USER]},
            {"input": [USER, {**message("ho"), "phase": "final_answer"}, USER]},
        ),
        (
            {"input": [USER, {"type": "reasoning", "id": "rs_1", "summary": []}, message("ho"), USER]},
            {"input": [USER, message("ho"), USER]},
        ),
        (
            {"input": "hi", "tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
            {"input": "hi", "tools": [{"type": "file_search", "vector_store_ids": ["vs_2"]}]},
        ),
        ({"input": "hi", "previous_response_id": "resp_1"}, {"input": "hi", "conversation": {"id": "conv_1"}}),
    ],
)
def test_these_ask_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"input": "hi"}, {"input": "ho"}),
        ({"input": "hi"}, {"input": "hi", "instructions": "be brief"}),
        ({"input": "hi"}, {"input": "hi", "temperature": 0}),
        ({"input": "hi"}, {"input": "hi", "tools": [DECLARED]}),
        ({"input": "hi"}, {"input": "hi", "previous_response_id": "resp_1"}),
        (
            {"input": loop("call_1", "fc_1")},
            {"input": [*loop("call_1", "fc_1")[:2], {"type": "function_call_output", "call_id": "call_1", "output": "18"}]},
        ),
        (
            {"input": loop("call_1", "fc_1")},
            {"input": [*loop("call_1", "fc_1")[:2], {"type": "function_call_output", "call_id": "call_2", "output": "17"}]},
        ),
    ],
)
def test_these_do_not(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert key(one) != key(other)


def test_what_was_said_before_tells_questions_apart_and_its_ids_do_not() -> None:
    body = {"input": "and?", "previous_response_id": "resp_1"}
    assert key(body, before=[USER, message("yes", "msg_1")]) == key(body, before=[message("yes", "msg_2")])
    assert key(body, before=[message("yes")]) != key(body, before=[message("no")])
    assert key(body, before=None) != key(body, before=())
    output = {"input": [{"type": "function_call_output", "call_id": "b", "output": "1"}], "previous_response_id": "resp_1"}
    two = [call("f", "a"), call("f", "b")]
    renamed = {"input": [{"type": "function_call_output", "call_id": "y", "output": "1"}], "previous_response_id": "resp_2"}
    other = {"input": [{"type": "function_call_output", "call_id": "x", "output": "1"}], "previous_response_id": "resp_2"}
    assert key(output, before=two) == key(renamed, before=[call("f", "x"), call("f", "y")])
    assert key(output, before=two) != key(other, before=[call("f", "x"), call("f", "y")])


def test_chats_are_compared_in_their_own_words() -> None:
    def chat(ident: str, content: Any) -> dict[str, Any]:
        calls = [{"id": ident, "type": "function", "function": {"name": "f", "arguments": "{}"}}]
        said = [{"role": "assistant", "content": None, "tool_calls": calls}, {"role": "tool", "tool_call_id": ident, "content": "17"}]
        return {"messages": [{"role": "user", "content": content}, *said]}

    assert key(chat("call_1", "hi"), operation=CHAT) == key(chat("call_2", [{"type": "text", "text": "hi"}]), operation=CHAT)
    assert key(chat("call_1", "hi"), operation=CHAT) != key(chat("call_1", "ho"), operation=CHAT)


@given(st.permutations(["input", "instructions", "temperature", "tools"]))
def test_the_order_of_members_says_nothing(names: list[str]) -> None:
    body = {"input": "hi", "instructions": "x", "temperature": 0.5, "tools": [DECLARED]}
    assert key({name: body[name] for name in names}) == key(body)


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/openai/v1/responses", RESPONSES),
        ("/openai/responses", RESPONSES),
        ("/v1/responses", RESPONSES),
        ("/openai/deployments/mine/chat/completions", CHAT),
        ("/openai/v1/responses/resp_1/cancel", None),
        ("/openai/v1/embeddings", None),
    ],
)
def test_a_path_says_what_is_asked_for(path: str, operation: str | None) -> None:
    assert operation_of("POST", path) == operation
    assert operation_of("GET", path) is None
