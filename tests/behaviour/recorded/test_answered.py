"""Recorded answers become parts of rules: what they said, how they ended, and what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cassettes import call, events, exchange, message, response, write

from azure_openai_mock.behaviour import rule
from azure_openai_mock.behaviour.recorded.answered import Answer, of_exchange
from azure_openai_mock.behaviour.recorded.cassette import load

ASKED = {"model": "gpt-4o", "input": "hi"}
WHOLE = response("resp_1", "Hello there")


def answer(tmp_path: Path, answered: Any, *, pace: bool = False, **more: Any) -> Answer:
    [one] = load(write(tmp_path / "c.yaml", exchange(ASKED, answered, **more))).exchanges
    made = of_exchange(one, pace=pace)
    if made.parts:
        rule.read(made.parts)
    return made


def test_a_message_is_its_text_and_a_call_has_no_ids(tmp_path: Path) -> None:
    made = answer(tmp_path, response("resp_1", "Hello", call("f", "call_1", city="Oslo")))
    assert made.parts == {"say": ["Hello", {"type": "function_call", "name": "f", "arguments": '{"city": "Oslo"}'}]}


def test_what_is_more_than_text_is_kept_to_the_letter(tmp_path: Path) -> None:
    cited = {"type": "url_citation", "url": "https://example.com", "title": "t", "start_index": 0, "end_index": 1}
    said = message("x")
    said["content"] = [{**said["content"][0], "annotations": [cited]}, {"type": "refusal", "refusal": "no"}]
    made = answer(tmp_path, response("resp_1", {**said, "phase": "commentary"}))
    parts = [{"type": "output_text", "text": "x", "annotations": [cited]}, {"type": "refusal", "refusal": "no"}]
    assert made.parts["say"] == [{"type": "message", "content": parts, "phase": "commentary"}]


def test_thoughts_keep_their_words_and_lose_what_only_the_service_reads(tmp_path: Path) -> None:
    thought = {
        "id": "rs_1",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "hm"}],
        "encrypted_content": "gAAAA",
        "content": [],
    }
    assert answer(tmp_path, response("resp_1", thought)).parts["say"] == [{"type": "reasoning", "summary": ["hm"]}]


def test_ids_that_items_share_hold_them_together(tmp_path: Path) -> None:
    made = {"id": "sh_1", "type": "shell_call", "status": "completed", "call_id": "call_1", "action": {"commands": ["ls"]}}
    output = {"id": "sho_1", "type": "shell_call_output", "status": "completed", "call_id": "call_1", "output": []}
    assert [item["call_id"] for item in answer(tmp_path, response("resp_1", made, output)).parts["say"]] == ["call_1", "call_1"]


def test_a_stream_says_what_its_body_would(tmp_path: Path) -> None:
    assert answer(tmp_path, events(WHOLE, "Hello", " there")).parts == answer(tmp_path, WHOLE).parts == {"say": ["Hello there"]}


@pytest.mark.parametrize(
    ("status", "more", "outcome"),
    [
        ("incomplete", {"incomplete_details": {"reason": "max_output_tokens"}}, {"incomplete": "max_output_tokens"}),
        ("incomplete", {"incomplete_details": {"reason": "content_filter"}}, {"incomplete": "content_filter"}),
        ("failed", {"error": {"code": "server_error", "message": "m"}}, {"failed": "server_error"}),
        ("failed", {"error": None}, {"failed": None}),
    ],
)
def test_endings_are_outcomes(status: str, more: dict[str, Any], outcome: dict[str, Any], tmp_path: Path) -> None:
    assert answer(tmp_path, {**WHOLE, **more, "status": status}).parts["outcome"] == outcome


def test_a_failure_that_nobody_knows_is_told_as_another_and_named(tmp_path: Path) -> None:
    made = answer(tmp_path, {**WHOLE, "status": "failed", "error": {"code": "gremlins", "message": "m"}})
    assert made.parts["outcome"] == {"failed": "server_error"}
    assert "gremlins" in made.problems[0]


def test_a_stream_that_broke_off_says_what_was_heard_and_is_cut_there(tmp_path: Path) -> None:
    heard = events(WHOLE, "Hello", " there")[:5]
    made = answer(tmp_path, heard, wire={"complete": False})
    assert made.parts == {"say": [{"type": "message", "content": "Hello", "status": "in_progress"}], "fault": [{"cut": {"after": 5}}]}


def test_a_stream_that_broke_off_before_it_said_anything_is_cut_there(tmp_path: Path) -> None:
    assert answer(tmp_path, events(WHOLE, "x")[:2]).parts == {"say": [], "fault": [{"cut": {"after": 2}}]}


def test_an_error_in_a_stream_is_that_error(tmp_path: Path) -> None:
    told = [*events(WHOLE, "Hello")[:2], {"type": "error", "error": {"type": "server_error", "code": None, "message": "m", "param": None}}]
    assert answer(tmp_path, told).parts["fault"][0]["error_event"]["after"] == 2


def test_an_error_of_the_catalogue_is_told_by_its_name_and_any_other_to_the_letter(tmp_path: Path) -> None:
    from azure_openai_mock.azure import errors
    from azure_openai_mock.wire.refusal import Refusal

    usual = errors.render(Refusal("rate_limited", retry_after=7.0))
    made = answer(tmp_path, usual.body.decode(), status=429, headers=dict(usual.headers))
    assert made.parts == {"fault": [{"refuse": {"key": "rate_limited", "retry_after": 7.0}}]}
    other = '{"error": {"code":"teapot"}}'
    made = answer(tmp_path, other, status=418, headers={"x-pot": "1", "date": "today"})
    assert made.parts == {
        "fault": [{"answer": {"status": 418, "body": other, "headers": {"content-type": "application/json", "x-pot": "1"}}}]
    }


def test_a_page_that_is_no_json_is_told_to_the_letter(tmp_path: Path) -> None:
    made = answer(tmp_path, "<html>", status=502, headers={"content-type": "text/html"})
    assert made.parts["fault"][0]["answer"]["body"] == "<html>"


def test_a_body_that_broke_off_breaks_off_again(tmp_path: Path) -> None:
    made = answer(tmp_path, '{"id": "resp', headers={"content-length": "100"}, wire={"complete": False})
    assert made.parts["fault"][1] == {"wrong_length": {"by": 88}}
    assert "broke off" in made.problems[0]


def test_a_chat_is_told_as_what_it_said(tmp_path: Path) -> None:
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    body = {
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "length", "message": {"content": "Hi", "tool_calls": calls}}],
    }
    made = answer(tmp_path, body, path="/openai/deployments/d/chat/completions")
    assert made.parts == {
        "say": ["Hi", {"type": "function_call", "name": "f", "arguments": "{}"}],
        "outcome": {"incomplete": "max_output_tokens"},
    }


def test_a_chats_stream_says_what_its_body_would(tmp_path: Path) -> None:
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": ""},
        {"content": "Hel"},
        {"content": "lo"},
        {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]},
    ]
    chunks = [{"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    made = answer(tmp_path, chunks, path="/openai/deployments/d/chat/completions")
    assert made.parts == {"say": ["Hello", {"type": "function_call", "name": "f", "arguments": '{"a":1}'}]}


def test_the_pace_is_that_of_the_frames(tmp_path: Path) -> None:
    told = events(WHOLE, "Hello", " there")
    sizes = [len(frame) + 2 for frame in exchange(ASKED, told)["response"]["body"]["string"].split("\n\n")[:-1]]
    times = [[size, 0.1 + 0.05 * number] for number, size in enumerate(sizes)]
    made = answer(tmp_path, told, pace=True, wire={"times": times})
    assert made.parts["pace"] == {"first_token": "250ms", "per_token": "50ms"}
    assert "pace" not in answer(tmp_path, told, wire={"times": times}).parts
    assert answer(tmp_path, WHOLE, pace=True, wire={"took": 1.25}).parts["pace"] == {"total": "1250ms"}


def test_what_cannot_be_said_again_is_named(tmp_path: Path) -> None:
    made = answer(tmp_path, response("resp_1", {"type": "telepathy", "id": "x"}, "Hi"))
    assert made.parts == {"say": ["Hi"]}
    assert "telepathy" in made.problems[0]
    endless = answer(tmp_path, {**WHOLE, "status": "in_progress", "output": []})
    assert "never its end" in endless.problems[0]
