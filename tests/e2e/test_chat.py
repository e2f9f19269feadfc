"""Chat completions through the real client, over a socket."""

from __future__ import annotations

import json
from typing import Any

import openai
import pydantic
import pytest
from openai import AzureOpenAI

from azure_openai_mock.azure.chat import rules_of

from .conftest import Mock

WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
        "strict": True,
    },
}
CHAT = {"operation": "chat.completions.create"}


def asks(text: str) -> Any:
    return [{"role": "user", "content": text}]


def strict(mock: Mock, **options: Any) -> openai.OpenAI:
    """A client that refuses what its own types do not describe; both profiles take `api-version=preview`."""
    return mock.client(default_query={"api-version": "preview"}, _strict_response_validation=True, **options)


def on_deployment(mock: Mock, version: str = "2024-10-21", **options: Any) -> AzureOpenAI:
    return mock._kept(
        AzureOpenAI(
            azure_endpoint=mock.url,
            api_key="k",
            api_version=version,
            max_retries=0,
            default_headers=mock.headers,
            _strict_response_validation=True,
            **options,
        )
    )


def test_an_answer_has_azures_annotations(mock: Mock) -> None:
    answer = strict(mock).chat.completions.create(model="gpt-4o", messages=asks("Say hello."))
    shown = answer.model_dump()
    assert answer.choices[0].finish_reason == "stop"
    assert "Say hello." in (answer.choices[0].message.content or "")
    assert answer.model == "gpt-4o-2024-11-20"
    assert shown["choices"][0]["content_filter_results"]["hate"] == {"filtered": False, "severity": "safe"}
    assert shown["prompt_filter_results"][0]["content_filter_results"]["jailbreak"] == {"filtered": False, "detected": False}
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@pytest.mark.parametrize("client", [strict, on_deployment], ids=["v1", "deployments"])
def test_a_stream_adds_up_to_the_body(mock: Mock, client: Any) -> None:
    speaking = client(mock)
    mock.rule(when=CHAT, say="To be, or not to be.")
    whole = speaking.chat.completions.create(model="gpt-4o", messages=asks("Speak."))
    stream = speaking.chat.completions.create(model="gpt-4o", messages=asks("Speak."), stream=True, stream_options={"include_usage": True})
    pieces = list(stream)
    assert "prompt_filter_results" in pieces[0].model_dump()
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices) == whole.choices[0].message.content
    assert pieces[-1].usage == whole.usage
    assert [piece.choices[0].finish_reason for piece in pieces if piece.choices][-1] == "stop"


def test_a_stream_ends_with_done(mock: Mock) -> None:
    body = json.dumps({"model": "gpt-4o", "messages": asks("hi"), "stream": True}).encode()
    _, headers, raw = mock.raw("POST", "/openai/v1/chat/completions?api-version=preview", body)
    assert headers["content-type"].startswith("text/event-stream")
    assert raw.endswith(b"data: [DONE]\n\n")
    assert b"event:" not in raw


@pytest.mark.parametrize(
    ("options", "padded"), [({}, True), ({"include_obfuscation": True}, True), ({"include_obfuscation": False}, False)]
)
def test_a_stream_is_padded_unless_it_is_not_wanted(mock: Mock, options: Any, padded: bool) -> None:
    pieces = list(strict(mock).chat.completions.create(model="gpt-4o", messages=asks("Hi."), stream=True, stream_options=options))
    assert all(("obfuscation" in piece.model_fields_set) is padded for piece in pieces[1:])


def test_an_older_service_does_not_pad() -> None:
    assert rules_of("2025-03").obfuscation is None


def test_a_tool_is_called_and_its_answer_used(mock: Mock) -> None:
    client = strict(mock)
    messages = asks("What is the weather in Oslo?")
    first = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER])
    assert first.choices[0].finish_reason == "tool_calls"
    calls = first.choices[0].message.tool_calls or []
    assert json.loads(calls[0].function.arguments).keys() == {"city"}  # type: ignore[union-attr]
    messages += [first.choices[0].message, {"role": "tool", "tool_call_id": calls[0].id, "content": "rain, 4 degrees"}]
    second = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER])
    assert "rain, 4 degrees" in (second.choices[0].message.content or "")


def test_rules_say_calls_in_parallel_and_streams_tell_them_apart(mock: Mock) -> None:
    mock.rule(when=CHAT, say=[{"type": "function_call", "name": "get_weather", "arguments": {"city": city}} for city in ("Oslo", "Rome")])
    with strict(mock).chat.completions.stream(model="gpt-4o", messages=asks("both"), tools=[WEATHER]) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    calls = final.choices[0].message.tool_calls or []
    assert [json.loads(call.function.arguments)["city"] for call in calls] == ["Oslo", "Rome"]
    assert calls[0].function.parsed_arguments == {"city": "Oslo"}
    assert kinds.count("tool_calls.function.arguments.done") == 2


class Person(pydantic.BaseModel):
    name: str
    age: int


def test_structured_output_is_parsed_whole_and_streamed(mock: Mock) -> None:
    client = strict(mock)
    parsed = client.chat.completions.parse(model="gpt-4o", messages=asks("Who?"), response_format=Person).choices[0].message.parsed
    assert isinstance(parsed, Person)
    with client.chat.completions.stream(model="gpt-4o", messages=asks("Who?"), response_format=Person) as stream:
        stream.until_done()
        assert isinstance(stream.get_final_completion().choices[0].message.parsed, Person)


def test_a_refusal_by_the_model_is_no_content(mock: Mock) -> None:
    mock.rule(when=CHAT, outcome={"refusal": "I can't."})
    message = strict(mock).chat.completions.parse(model="gpt-4o", messages=asks("Who?"), response_format=Person).choices[0].message
    assert (message.refusal, message.parsed) == ("I can't.", None)


def test_several_choices_and_log_probabilities(mock: Mock) -> None:
    answer = strict(mock).chat.completions.create(model="gpt-4o", messages=asks("hi"), n=3, logprobs=True, top_logprobs=2)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    for choice in answer.choices:
        assert choice.logprobs is not None
        assert "".join(entry.token for entry in choice.logprobs.content or []) == choice.message.content
        assert all(len(entry.top_logprobs) == 2 for entry in choice.logprobs.content or [])


def test_limits_and_stop_sequences_end_an_answer(mock: Mock) -> None:
    client = strict(mock)
    short = client.chat.completions.create(model="gpt-4o", messages=asks("a long question about many things"), max_completion_tokens=3)
    assert short.choices[0].finish_reason == "length"
    stopped = client.chat.completions.create(model="gpt-4o", messages=asks("hi"), stop=[" read"])
    assert stopped.choices[0].message.content == "gpt-4o (offline mock)"
    assert stopped.choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"messages": []}, "empty array"),
        ({"messages": [{"role": "nobody", "content": "x"}]}, "Invalid value: 'nobody'"),
        ({"messages": asks("x") * 2049}, "Invalid 'messages': array too long. Expected an array with maximum length 2048"),
        ({"temprature": 1}, "Unrecognized request argument supplied: temprature"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "Invalid 'stop': array too long"),
        ({"tool_choice": "auto"}, "'tool_choice' is only allowed when 'tools' are specified"),
        ({"tool_choice": {"type": []}}, "Invalid type for 'tool_choice.type'"),
        ({"response_format": {"type": "json_object"}}, "must contain the word 'json'"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "at the same time is not supported"),
        ({"messages": [{"role": "tool", "tool_call_id": "c", "content": "x"}]}, "must be a response to a preceeding message"),
    ],
)
def test_what_the_service_refuses(mock: Mock, change: dict[str, Any], message: str) -> None:
    with pytest.raises(openai.BadRequestError, match=message):
        strict(mock).chat.completions.create(model="gpt-4o", messages=asks("hi"), extra_body=change)


def test_a_call_without_its_answer_is_refused(mock: Mock) -> None:
    asked: Any = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [*asks("hi"), {"role": "assistant", "tool_calls": [asked]}, *asks("and?")]
    with pytest.raises(openai.BadRequestError, match="did not have response messages: call_1"):
        strict(mock).chat.completions.create(model="gpt-4o", messages=messages)


def test_models_that_reason_take_other_limits(ga: Mock) -> None:
    client = strict(ga)
    with pytest.raises(openai.BadRequestError, match="Use 'max_completion_tokens' instead"):
        client.chat.completions.create(model="o4-mini", messages=asks("hi"), max_tokens=50)
    with pytest.raises(openai.BadRequestError, match=r"does not support 0\.2 with this model"):
        client.chat.completions.create(model="o4-mini", messages=asks("hi"), temperature=0.2)
    answer = client.chat.completions.create(model="o4-mini", messages=asks("hi"), reasoning_effort="high", max_completion_tokens=500)
    assert answer.usage is not None
    assert answer.usage.completion_tokens_details is not None
    assert (answer.usage.completion_tokens_details.reasoning_tokens or 0) > 0


def test_a_filtered_prompt_is_refused_in_the_chats_form(mock: Mock) -> None:
    mock.rule(when=CHAT, outcome={"content_filter": "prompt"})
    with pytest.raises(openai.BadRequestError) as caught:
        strict(mock).chat.completions.create(model="gpt-4o", messages=asks("hi"))
    body: Any = caught.value.body
    assert body["code"] == "content_filter"
    assert body["innererror"]["code"] == "ResponsibleAIPolicyViolation"
    assert body["innererror"]["content_filter_result"]["jailbreak"] == {"detected": True, "filtered": True}


def test_a_filtered_answer_ends_there(mock: Mock) -> None:
    mock.rule(when=CHAT, say="bad words", outcome={"content_filter": "completion"})
    choice = strict(mock).chat.completions.create(model="gpt-4o", messages=asks("hi")).choices[0]
    assert choice.finish_reason == "content_filter"
    assert choice.model_dump()["content_filter_results"]["hate"]["filtered"] is True


def test_a_failed_answer_is_an_error_whole_and_streamed(mock: Mock) -> None:
    mock.rule(when=CHAT, say="never heard", outcome={"failed": "server_error"})
    client = strict(mock)
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="gpt-4o", messages=asks("hi"))
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model="gpt-4o", messages=asks("hi"), stream=True))


def test_faults_hit_chats_too(mock: Mock) -> None:
    client = strict(mock)
    mock.rule(when=CHAT, fault=[{"refuse": "rate_limited"}], times=1)
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model="gpt-4o", messages=asks("hi"))
    mock.rule(when=CHAT, fault=[{"cut": {"after": 3}}], times=1)
    heard = []
    with pytest.raises(openai.APIConnectionError):
        heard.extend(client.chat.completions.create(model="gpt-4o", messages=asks("hi"), stream=True))
    body = json.dumps({"model": "gpt-4o", "messages": asks("hi"), "stream": True}).encode()
    mock.rule(when=CHAT, fault=["no_terminal"], times=1)
    _, _, raw = mock.raw("POST", "/openai/v1/chat/completions?api-version=preview", body)
    assert b"[DONE]" not in raw


def told(mock: Mock, fault: str) -> bytes:
    body = json.dumps({"model": "gpt-4o", "messages": asks("hi"), "stream": True}).encode()
    return mock.raw("POST", "/openai/v1/chat/completions?api-version=preview", body, {"x-mock-fault": fault})[2]


def test_faults_know_the_events_of_a_chat(mock: Mock) -> None:
    assert told(mock, "drop;event=chat.completion.chunk") == b"data: [DONE]\n\n"
    assert told(mock, "double;event=[DONE]").endswith(b"data: [DONE]\n\ndata: [DONE]\n\n")
    broken = told(mock, "error_event;after=3").split(b"\n\n")
    assert len(broken) == 5
    assert json.loads(broken[3].removeprefix(b"data: "))["error"]["type"] == "server_error"
    garbled = told(mock, "garble").split(b"\n\n")[0].removeprefix(b"data: ")
    with pytest.raises(ValueError):
        json.loads(garbled)


def test_rules_read_chats_as_they_read_responses(mock: Mock) -> None:
    mock.rule(when={**CHAT, "input__contains": "weather", "tools__has": "get_weather", "turn": 1}, say="It rains.")
    answer = strict(mock).chat.completions.create(model="gpt-4o", messages=asks("the weather?"), tools=[WEATHER])
    assert answer.choices[0].message.content == "It rains."
    assert mock.journal()[-1]["operation"] == "chat.completions.create"


def test_a_deployment_that_is_not_there_is_refused_by_its_path(mock: Mock) -> None:
    mock.control("PUT", "/settings", {"deployments": {"chat": "gpt-4o"}})
    assert on_deployment(mock).chat.completions.create(model="chat", messages=asks("hi")).model == "gpt-4o-2024-11-20"
    mock.control("PUT", "/settings", {"deployments": "strict"})
    with pytest.raises(openai.NotFoundError, match="The API deployment for this resource does not exist"):
        on_deployment(mock).chat.completions.create(model="nobody", messages=asks("hi"))


@pytest.mark.parametrize("version", ["2022-12-01", "2024-13-99", "preview"])
def test_an_api_version_without_chats_is_refused(mock: Mock, version: str) -> None:
    with pytest.raises(openai.NotFoundError, match="Resource not found"):
        on_deployment(mock, version).chat.completions.create(model="gpt-4o", messages=asks("hi"))


def test_responses_are_not_under_a_deployment(mock: Mock) -> None:
    status, _, _ = mock.raw("POST", "/openai/deployments/gpt-4o/responses?api-version=2025-04-01-preview", b'{"input": "hi"}')
    assert status == 404
    status, _, _ = mock.raw("POST", "/openai/chat/completions?api-version=2024-10-21", b"{}")
    assert status == 404


async def _said(mock: Mock) -> str:
    async with mock.async_client(default_query={"api-version": "preview"}) as client:
        stream = await client.chat.completions.create(model="gpt-4o", messages=asks("hi"), stream=True)
        return "".join([piece.choices[0].delta.content or "" async for piece in stream if piece.choices])


def test_the_asynchronous_client_streams(mock: Mock) -> None:
    import asyncio

    assert "read “hi”" in asyncio.run(_said(mock))


@pytest.mark.parametrize("stream", [False, True])
def test_a_stored_chat_can_be_had_again_changed_and_deleted(mock: Mock, stream: bool) -> None:
    chats = strict(mock).chat.completions
    made: Any = chats.create(model="gpt-4o", messages=asks("hi"), store=True, metadata={"kind": "greeting"}, stream=stream)
    pieces = list(made) if stream else [made]
    ident = pieces[-1].id
    held = chats.retrieve(ident)
    assert (held.id, held.model_dump()["metadata"], held.usage is not None) == (ident, {"kind": "greeting"}, True)
    said = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices) if stream else made.choices[0].message.content
    assert held.choices[0].message.content == said
    assert chats.update(ident, metadata={"kind": "other"}).model_dump()["metadata"] == {"kind": "other"}
    assert chats.retrieve(ident).model_dump()["metadata"] == {"kind": "other"}
    assert chats.delete(ident).deleted
    with pytest.raises(openai.NotFoundError, match="not found"):
        chats.retrieve(ident)


def test_stored_chats_are_listed_oldest_first_by_model_and_metadata_and_in_pages(mock: Mock) -> None:
    chats = strict(mock).chat.completions
    made = [
        chats.create(model=model, messages=asks("hi"), store=True, metadata={"n": str(n)}) for n, model in enumerate(["gpt-4o", "gpt-4.1"])
    ]
    chats.create(model="gpt-4o", messages=asks("hi"))
    ids = [one.id for one in made]
    assert [one.id for one in chats.list(limit=1)] == ids
    assert [one.id for one in chats.list(order="desc")] == ids[::-1]
    assert [one.id for one in chats.list(metadata={"n": "1"})] == ids[1:]
    assert [one.id for one in chats.list(model=made[0].model)] == ids[:1]


def test_the_messages_of_a_stored_chat_are_what_was_asked(mock: Mock) -> None:
    chats = mock.client(default_query={"api-version": "preview"}).chat.completions
    parts: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "hi"}]}]
    ident = chats.create(model="gpt-4o", messages=parts, store=True).id
    first, second = chats.messages.list(ident)
    assert (first.id, first.role, first.content) == (f"{ident}-0", "system", "Be brief.")
    assert (second.content, [part.type for part in second.content_parts or []]) == (None, ["text"])


def test_stored_chats_are_on_the_older_path_from_their_api_version_on(mock: Mock) -> None:
    ident = on_deployment(mock).chat.completions.create(model="gpt-4o", messages=asks("hi"), store=True).id
    assert on_deployment(mock, "2025-02-01-preview").chat.completions.retrieve(ident).id == ident
    with pytest.raises(openai.NotFoundError, match="Resource not found"):
        on_deployment(mock, "2024-10-21").chat.completions.retrieve(ident)


def test_what_is_not_stored_has_no_metadata_and_is_not_found(mock: Mock) -> None:
    chats = strict(mock).chat.completions
    with pytest.raises(openai.BadRequestError, match="only allowed when 'store' is enabled"):
        chats.create(model="gpt-4o", messages=asks("hi"), metadata={"a": "b"})
    with pytest.raises(openai.NotFoundError):
        chats.retrieve(chats.create(model="gpt-4o", messages=asks("hi")).id)
    mock.rule(when=CHAT, outcome={"failed": "server_error"})
    with pytest.raises(openai.InternalServerError):
        chats.create(model="gpt-4o", messages=asks("hi"), store=True)
    assert list(chats.list()) == []
