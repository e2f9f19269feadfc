"""A server that answers from cassettes: any client runs on them, and its chains are the server's own."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
from tests.cassettes import call, events, exchange, response, write

from azure_openai_mock.behaviour.recorded import cassette
from azure_openai_mock.testing import Mock, MockServer
from azure_openai_mock.wire import sse

TOOL: Any = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": False}


def asked(text: Any, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "input": text, **more}


@contextmanager
def replaying(path: Path, *interactions: dict[str, Any], **settings: Any) -> Iterator[Mock]:
    with MockServer(replay=write(path / "chat.yaml", *interactions), **settings) as mock:
        yield mock


def test_a_tool_loop_runs_on_the_servers_own_ids(tmp_path: Path) -> None:
    output = [{"type": "function_call_output", "call_id": "call_recorded", "output": "17 degrees"}]
    with replaying(
        tmp_path,
        exchange(asked("weather?", tools=[TOOL]), response("resp_recorded", call("weather", "call_recorded"))),
        exchange(asked(output, previous_response_id="resp_recorded", tools=[TOOL]), response("resp_2", "It is mild.")),
    ) as mock:
        client = mock.client()
        first = client.responses.create(**asked("weather?", tools=[TOOL]))
        [made] = first.output
        assert made.type == "function_call"
        assert "recorded" not in first.id + made.call_id
        answer = {"type": "function_call_output", "call_id": made.call_id, "output": "17 degrees"}
        second = client.responses.create(**asked([answer], previous_response_id=first.id, tools=[TOOL]))
        assert second.output_text == "It is mild."
        assert client.responses.retrieve(second.id).previous_response_id == first.id
        assert [entry["rule"] for entry in mock.requests if entry["method"] == "POST"] == ["chat.yaml#1", "chat.yaml#2"]


def test_a_body_can_be_streamed_and_a_stream_be_had_as_a_body(tmp_path: Path) -> None:
    streamed = events(response("r2", "Hello there"), "Hello", " there")
    with replaying(
        tmp_path, exchange(asked("body"), response("r1", "As a body")), exchange(asked("stream", stream=True), streamed)
    ) as mock:
        client = mock.client()
        told = list(client.responses.create(**asked("body", stream=True)))
        assert told[-1].response.output_text == "As a body"
        assert client.responses.create(**asked("stream")).output_text == "Hello there"


def test_a_recorded_cut_and_a_recorded_retry_are_played(tmp_path: Path) -> None:
    whole = response("r1", "Hello there")
    with replaying(
        tmp_path,
        exchange(asked("cut", stream=True), events(whole, "Hello", " there")[:5], wire={"complete": False}),
        exchange(asked("retry"), {"error": {"code": "429", "message": "later"}}, status=429, headers={"retry-after-ms": "10"}),
        exchange(asked("retry"), response("r2", "now")),
    ) as mock:
        heard: list[str] = []
        with pytest.raises(Exception, match=r"(?i)incomplete|peer|connection"):
            heard.extend(
                event.delta for event in mock.client().responses.create(**asked("cut", stream=True)) if event.type.endswith(".delta")
            )
        assert mock.client(max_retries=1).responses.create(**asked("retry")).output_text == "now"


def test_what_was_not_recorded_is_refused_and_the_hint_says_what_came_closest(tmp_path: Path) -> None:
    with replaying(tmp_path, exchange(asked("hello"), response("r1", "Hi"))) as mock:
        with pytest.raises(openai.BadRequestError) as refused:
            mock.client().responses.create(**asked("hullo"))
        assert (
            "chat.yaml#1 comes closest: input[0].content[0].text was 'hello', not 'hullo'" in refused.value.response.headers["x-mock-hint"]
        )
        with pytest.raises(openai.BadRequestError) as refused:
            mock.client().responses.create(**asked("hello", top_p=7))
        assert "x-mock-hint" not in refused.value.response.headers or "recording" not in refused.value.response.headers["x-mock-hint"]


REPOSITORY = Path(__file__).parents[2] / "cassettes" / "mock"
PLAYED = sorted(path for family in ("test_chaining", "test_tools") for path in REPOSITORY.glob(f"{family}.*.yaml"))


@pytest.mark.parametrize("path", PLAYED, ids=lambda path: path.stem)
def test_what_the_repository_recorded_is_answered_to_the_same_client(path: Path) -> None:
    """The recorded client's requests once more, with the server's ids in place of the recorded ones: status and words are the same."""
    ids: dict[str, str] = {}
    with MockServer(replay=path) as mock:
        for one in cassette.load(path).exchanges:
            if one.method != "POST" or not one.path.endswith("/responses"):
                continue
            body = one.body.decode()
            for recorded, minted in ids.items():
                body = body.replace(recorded, minted)
            status, answer = post(f"{mock.url}/openai/v1/responses", body)
            was, is_ = whole(one.answer), whole(answer)
            ids |= dict(zip(minted_in(was), minted_in(is_), strict=True))
            spelled = json.dumps(words(was))
            for recorded, minted in ids.items():
                spelled = spelled.replace(recorded, minted)
            assert (status, words(is_)) == (one.status, json.loads(spelled))


def post(url: str, body: str) -> tuple[int, bytes]:
    asking = urllib.request.Request(url, body.encode(), {"content-type": "application/json", "api-key": "any"})
    try:
        with urllib.request.urlopen(asking, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def whole(body: bytes) -> dict[str, Any]:
    """The response in an answer, streamed or not."""
    if not body.startswith(b"event:"):
        return dict(json.loads(body))
    return dict(list(sse.events(body))[-1]["response"])


def words(response: dict[str, Any]) -> Any:
    """What is said, or the error."""
    said = [[item["type"], item.get("name"), item.get("arguments"), item.get("content")] for item in response.get("output", ())]
    return said or response.get("error", {})


def minted_in(response: dict[str, Any]) -> list[str]:
    items = response.get("output", ())
    return [response.get("id", "-"), *(item[name] for item in items for name in ("id", "call_id") if name in item)]


def test_rules_are_newer_than_recordings(tmp_path: Path) -> None:
    with replaying(tmp_path, exchange(asked("hello"), response("r1", "Hi"))) as mock:
        mock.say("mine", when={"input": "hello"}, times=1)
        client = mock.client()
        assert [client.responses.create(**asked("hello")).output_text for _ in range(2)] == ["mine", "Hi"]


def test_each_scope_hears_the_recordings_from_the_beginning(tmp_path: Path) -> None:
    path = write(tmp_path / "chat.yaml", exchange(asked("hi"), response("r1", "one")), exchange(asked("hi"), response("r2", "two")))
    server = MockServer(replay=path)
    with server:
        for scope in ("a", "b"):
            client = server.scope(scope).client()
            assert [client.responses.create(**asked("hi")).output_text for _ in range(2)] == ["one", "two"]


def test_the_recorded_pace_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    with replaying(tmp_path, exchange(asked("hi"), response("r1", "Hello"), wire={"took": 0.3}), replay_pace=True) as mock:
        client = mock.client()
        client.models.list()
        began = time.perf_counter()
        client.responses.create(**asked("hi"))
        assert time.perf_counter() - began >= 0.3


def test_chats_are_replayed_in_their_own_form(tmp_path: Path) -> None:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
    answered = {
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello"}}],
    }
    with replaying(tmp_path, exchange(body, answered, path="/openai/v1/chat/completions"), profile="ga") as mock:
        assert mock.client().chat.completions.create(**body).choices[0].message.content == "Hello"


def test_a_server_in_a_process_of_its_own_has_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "chat.yaml", exchange(asked("hi"), response("r1", "Hello")))
    monkeypatch.chdir(tmp_path)
    with MockServer(process=True, replay="chat.yaml") as mock:
        assert mock.client().responses.create(**asked("hi")).output_text == "Hello"


def test_a_chat_that_broke_off_breaks_off_at_the_same_word(tmp_path: Path) -> None:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
    deltas = [{"role": "assistant", "content": ""}, {"content": "Hello, who"}, {"content": "ever you "}, {"content": "may b"}]
    chunks = [{"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    cut = exchange(body, chunks, path="/openai/v1/chat/completions", wire={"complete": False})
    with replaying(tmp_path, cut, profile="ga") as mock:
        heard: list[str] = []
        with pytest.raises(Exception, match=r"(?i)incomplete|peer|connection"):
            heard.extend(part for chunk in mock.client().chat.completions.create(**body, stream=True) for part in said(chunk))
        assert "".join(heard) == "Hello, whoever you may b"


def said(chunk: Any) -> list[str]:
    return [choice.delta.content or "" for choice in chunk.choices]


def test_recordings_are_answered_in_the_month_that_they_name(tmp_path: Path) -> None:
    path = write(tmp_path / "ga.yaml", exchange(asked("hi"), response("r1", "Hello")), profile="ga")
    with MockServer(replay=path) as mock:
        assert mock.settings()["profile"] == "ga"
    with MockServer(replay=path, profile="preview") as mock:
        assert mock.settings()["profile"] == "preview"
