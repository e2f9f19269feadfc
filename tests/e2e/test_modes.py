"""What a request may ask besides words: stored prompts, limits and choices of tools, compaction, counting, truncation, echoes, noise."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from .conftest import Mock

NOTHING: dict[str, Any] = {"type": "object", "properties": {}}


def function(name: str) -> dict[str, Any]:
    return {"type": "function", "name": name, "parameters": NOTHING, "strict": False}


BOTH: Any = [function("get_rain"), function("get_wind")]


def calls(response: Any) -> list[str]:
    return [item.name for item in response.output if item.type == "function_call"]


# ---- stored prompts ----


def test_a_stored_prompt_may_stand_for_model_and_input(mock: Mock) -> None:
    made = mock.azure().responses.create(prompt={"id": "pmpt_1", "version": "2", "variables": {"name": "Ada"}})
    assert made.prompt is not None
    assert made.prompt.to_dict() == {"id": "pmpt_1", "variables": {"name": {"text": "Ada", "type": "input_text"}}, "version": "2"}
    assert [item.role for item in made.instructions or []] == ["developer"]  # type: ignore[union-attr]
    assert made.output_text
    assert mock.azure().responses.create(model="gpt-4o", input="hi", instructions="Mine.", prompt={"id": "p"}).instructions == "Mine."


@pytest.mark.parametrize(
    ("prompt", "param"), [({"version": "1"}, "prompt.id"), ({"id": 1}, "prompt.id"), ({"id": "p", "x": 1}, "prompt.x"), ("p", "prompt")]
)
def test_a_defective_prompt_is_refused_at_its_path(mock: Mock, prompt: Any, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        mock.azure().responses.create(model="gpt-4o", input="hi", prompt=prompt)
    assert refused.value.param == param


# ---- choices and limits of tools ----


def test_tools_are_called_in_parallel_unless_the_request_says_no(mock: Mock) -> None:
    client = mock.azure()
    asked: dict[str, Any] = {"model": "gpt-4o", "input": "call get_rain and get_wind", "tools": BOTH}
    assert calls(client.responses.create(**asked)) == ["get_rain", "get_wind"]
    one = client.responses.create(**asked, parallel_tool_calls=False)
    assert calls(one) == ["get_rain"]
    assert one.parallel_tool_calls is False


@pytest.mark.parametrize(("mode", "said"), [("required", ["get_wind"]), ("auto", [])])
def test_only_allowed_tools_are_called(ga: Mock, mode: str, said: list[str]) -> None:
    choice: Any = {"type": "allowed_tools", "mode": mode, "tools": [{"type": "function", "name": "get_wind"}]}
    response = ga.client().responses.create(model="gpt-4o", input="call get_rain", tools=BOTH, tool_choice=choice)
    assert calls(response) == said
    assert response.tool_choice.to_dict() == choice  # type: ignore[union-attr]
    assert [tool.name for tool in response.tools] == ["get_rain", "get_wind"], "the others stay declared"  # type: ignore[union-attr]


def test_an_allowed_tool_must_be_declared(ga: Mock) -> None:
    choice: Any = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "get_sun"}]}
    with pytest.raises(openai.BadRequestError) as refused:
        ga.client().responses.create(model="gpt-4o", input="hi", tools=BOTH, tool_choice=choice)
    assert refused.value.param == "tool_choice"


def test_no_more_hosted_calls_than_max_tool_calls(ga: Mock) -> None:
    tools: Any = [{"type": "web_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}, {"type": "image_generation"}]
    asked = "search the web, run python and draw a cat"
    response = ga.client().responses.create(model="gpt-4o", input=asked, tools=tools, max_tool_calls=1)
    assert len([item for item in response.output if item.type.endswith("_call")]) == 1
    assert response.max_tool_calls == 1
    with pytest.raises(openai.BadRequestError) as refused:
        ga.client().responses.create(model="gpt-4o", input=asked, max_tool_calls=0)
    assert refused.value.param == "max_tool_calls"


# ---- compaction ----


def test_a_chain_is_compacted_and_goes_on_from_what_is_left(ga: Mock) -> None:
    client = ga.client()
    first = client.responses.create(model="gpt-4o", input="My name is Alice.")
    for given in ({}, {"input": [{"role": "user", "content": "And I like rain."}]}):
        compacted = client.responses.compact(model="gpt-4o", previous_response_id=first.id, **given)  # type: ignore[arg-type]
        assert compacted.object == "response.compaction"
        kinds = [item.type for item in compacted.output]
        assert kinds == ["message"] * (len(kinds) - 1) + ["compaction"]
    sent: Any = [*[item.to_dict(warnings=False) for item in compacted.output], {"role": "user", "content": "Who am I?"}]
    assert "Alice" in str(sent)
    assert client.responses.create(model="gpt-4o", input=sent).output_text


def test_there_must_be_something_to_compact(ga: Mock) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        ga.client().responses.compact(model="gpt-4o")
    assert refused.value.param == "input"


@pytest.mark.parametrize("stream", [False, True])
def test_a_context_beyond_the_threshold_is_compacted_on_the_way(ga: Mock, stream: bool) -> None:
    management: Any = [{"type": "compaction", "compact_threshold": 1000}]
    client = ga.client()
    for words, expected in ((20, ["message"]), (2000, ["compaction", "message"])):
        given: dict[str, Any] = {"model": "gpt-4o", "input": "word " * words, "context_management": management}
        made: Any = list(client.responses.create(stream=True, **given))[-1].response if stream else client.responses.create(**given)
        assert [item.type for item in made.output] == expected


# ---- counting and truncation ----


def test_what_is_counted_is_what_is_used(ga: Mock) -> None:
    client = ga.client()
    first = client.responses.create(model="gpt-4o", input="My name is Alice.", instructions="Be short.", tools=BOTH)
    asked: dict[str, Any] = {"model": "gpt-4o", "input": "Who am I?", "previous_response_id": first.id, "tools": BOTH}
    counted = client.responses.input_tokens.count(**asked)
    assert counted.object == "response.input_tokens"
    assert client.responses.create(**asked).usage.input_tokens == counted.input_tokens  # type: ignore[union-attr]
    assert client.responses.input_tokens.count(model="gpt-4o", previous_response_id=first.id).input_tokens > 0


LONG = "word " * 70_000


def test_what_is_too_long_is_refused_or_loses_its_beginning(ga: Mock) -> None:
    client = ga.client()
    items: Any = [
        {"role": "user", "content": f"My name is Alice. {LONG}"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": f"Who am I? {LONG}"},
    ]
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="gpt-4o", input=items)
    assert (refused.value.code, refused.value.param) == ("context_length_exceeded", "input")
    fitted = client.responses.create(model="gpt-4o", input=items, truncation="auto")
    assert "Alice" not in fitted.output_text
    assert fitted.usage is not None
    assert 70_000 < fitted.usage.input_tokens <= 128_000
    assert fitted.truncation == "auto"
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="gpt-4o", input=LONG + LONG, truncation="auto")


def test_of_a_chain_the_oldest_turns_are_dropped(ga: Mock) -> None:
    client = ga.client()
    first = client.responses.create(model="gpt-4o", input=LONG)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="gpt-4o", input=LONG, previous_response_id=first.id)
    usage = client.responses.create(model="gpt-4o", input=LONG, previous_response_id=first.id, truncation="auto").usage
    assert usage is not None
    assert usage.input_tokens <= 128_000


# ---- echoes and noise ----


def test_what_only_marks_a_request_is_echoed(ga: Mock) -> None:
    marks: dict[str, Any] = {
        "metadata": {"team": "weather"},
        "safety_identifier": "user-1",
        "prompt_cache_key": "weather",
        "prompt_cache_retention": "24h",
        "service_tier": "priority",
        "user": "someone",
    }
    shown = ga.client().responses.create(model="gpt-5", input="hi", **marks).to_dict()
    assert {name: shown[name] for name in marks} == marks
    assert ga.client().responses.create(model="gpt-5", input="hi").service_tier == "default"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"metadata": {str(number): "x" for number in range(17)}}, "metadata"),
        ({"metadata": {"k" * 65: "x"}}, "metadata"),
        ({"metadata": {"k": "x" * 513}}, "metadata.k"),
        ({"safety_identifier": "x" * 65}, "safety_identifier"),
        ({"prompt_cache_key": "x" * 65}, "prompt_cache_key"),
        ({"service_tier": "first-class"}, "service_tier"),
    ],
)
def test_marks_have_limits(ga: Mock, given: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        ga.client().responses.create(model="gpt-4o", input="hi", **given)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("options", "noisy"), [(None, True), ({"include_obfuscation": True}, True), ({"include_obfuscation": False}, False)]
)
def test_deltas_are_obfuscated_unless_the_request_says_no(mock: Mock, options: Any, noisy: bool) -> None:
    more: dict[str, Any] = {} if options is None else {"stream_options": options}
    for event in mock.azure().responses.create(model="gpt-4o", input="hi", stream=True, **more):
        if event.type == "response.output_text.delta":
            assert ("obfuscation" in event.to_dict()) is noisy


def test_a_replayed_stream_has_no_noise(ga: Mock) -> None:
    client = ga.client()
    made = client.responses.create(model="gpt-4o", input="hi")
    for wanted in (True, False):
        for event in client.responses.retrieve(made.id, stream=True, include_obfuscation=wanted):
            assert "obfuscation" not in event.to_dict()
