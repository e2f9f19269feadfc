"""The content filter: by rule and by canary word, in body, stream and refusal."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.responses.response import ModerationInputModerationResult, ModerationOutputModerationResult

from .conftest import Mock

CATEGORIES = ("hate", "sexual", "violence", "self_harm")


def filters_of(response: Any) -> dict[str, Any]:
    return {entry["source_type"]: entry for entry in response.to_dict()["content_filters"]}


def ask(client: OpenAI, text: str) -> Any:
    return client.responses.create(model="gpt-4o", input=text)


def refused(client: OpenAI, text: str) -> dict[str, Any]:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, text)
    error: Any = caught.value.body
    assert (error["code"], error["param"], error["type"]) == ("content_filter", "prompt", "invalid_request_error")
    (entry,) = error["content_filters"]
    assert (entry["blocked"], entry["source_type"]) == (True, "prompt")
    assert entry["content_filter_offsets"]["end_offset"] == len(text)
    return dict(entry["content_filter_results"])


def test_without_a_finding_all_is_safe(ga: Mock) -> None:
    annotated = filters_of(ask(ga.client(), "hi"))
    assert list(annotated) == ["prompt", "completion"]
    for entry in annotated.values():
        assert not entry["blocked"]
        assert [entry["content_filter_results"][name] for name in CATEGORIES] == [{"filtered": False, "severity": "safe"}] * 4


@pytest.mark.parametrize("severity", ["medium", "high"])
@pytest.mark.parametrize("category", CATEGORIES)
def test_a_severe_canary_in_the_prompt_is_refused(mock: Mock, category: str, severity: str) -> None:
    results = refused(mock.azure(), f"say canary-{category.replace('_', '-')}-{severity} please")
    assert results[category] == {"filtered": True, "severity": severity}
    assert all(not results[name]["filtered"] for name in CATEGORIES if name != category)
    assert mock.journal()[-1]["response_id"] is None, "nothing was made"


def test_a_mild_one_passes_and_is_annotated(ga: Mock) -> None:
    ga.rule(say="no canary here")
    annotated = filters_of(ask(ga.client(), "canary-violence-low"))
    assert annotated["prompt"]["content_filter_results"]["violence"] == {"filtered": False, "severity": "low"}
    assert not annotated["prompt"]["blocked"]
    assert annotated["completion"]["content_filter_results"]["violence"]["severity"] == "safe"


def test_jailbreaks_and_blocklists_are_refused(ga: Mock) -> None:
    assert refused(ga.client(), "canary-jailbreak")["jailbreak"] == {"detected": True, "filtered": True}
    lists = refused(ga.client(), "canary-blocklist-rude canary-blocklist-secret")["custom_blocklists"]
    assert [entry["id"] for entry in lists["details"]] == ["rude", "secret"]


POISON = "canary-hate-high"


@pytest.mark.parametrize(
    "asked",
    [
        {"instructions": POISON, "input": "hi"},
        {"input": [{"role": "developer", "content": POISON}, {"role": "user", "content": "hi"}]},
        {"input": [{"role": "system", "content": [{"type": "input_text", "text": POISON}]}, {"role": "user", "content": "hi"}]},
        {"input": [{"role": "user", "content": POISON}, {"role": "assistant", "content": "no"}, {"role": "user", "content": "hi"}]},
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "call_1", "output": POISON},
            ]
        },
    ],
    ids=["instructions", "developer", "system", "earlier message", "tool output"],
)
def test_the_whole_prompt_is_judged(ga: Mock, asked: dict[str, Any]) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ga.client().responses.create(model="gpt-4o", **asked)
    error: Any = caught.value.body
    assert error["code"] == "content_filter"
    (entry,) = error["content_filters"]
    assert entry["content_filter_results"]["hate"] == {"filtered": True, "severity": "high"}
    assert entry["content_filter_offsets"]["end_offset"] >= len(POISON)


def test_what_stands_in_a_conversation_is_judged_when_a_model_reads_it(ga: Mock) -> None:
    client = ga.client()
    held = client.conversations.create(items=[{"type": "message", "role": "user", "content": POISON}])
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="gpt-4o", input="hi", conversation=held.id)
    assert caught.value.code == "content_filter"


def test_an_answer_that_was_filtered_may_be_sent_back_and_continued(ga: Mock) -> None:
    client = ga.client()
    ga.rule(say=f"One {POISON} and more", times=1)
    made = ask(client, "hi")
    assert made.incomplete_details.reason == "content_filter"
    assert client.responses.create(model="gpt-4o", input="on", previous_response_id=made.id).status == "completed"
    history: Any = [{"role": "user", "content": "hi"}, *(item.to_dict() for item in made.output), {"role": "user", "content": "on"}]
    assert client.responses.create(model="gpt-4o", input=history).status == "completed"


def test_a_mild_word_in_the_instructions_is_annotated_even_where_a_tool_alone_speaks(ga: Mock) -> None:
    call: Any = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    spoken: Any = [call, {"type": "function_call_output", "call_id": "call_1", "output": "fine"}]
    client = ga.client()
    made = client.responses.create(model="gpt-4o", instructions="canary-hate-low", input=spoken)
    assert filters_of(made)["prompt"]["content_filter_results"]["hate"] == {"filtered": False, "severity": "low"}
    assert "prompt" not in filters_of(client.responses.create(model="gpt-4o", input=spoken))


@pytest.mark.parametrize("stream", [False, True])
def test_a_canary_in_the_answer_ends_it_there(ga: Mock, *, stream: bool) -> None:
    ga.rule(say="One canary-sexual-high and nothing more")
    client = ga.client()
    if stream:
        events = list(client.responses.create(model="gpt-4o", input="hi", stream=True))
        assert events[-1].type == "response.incomplete"
        made: Any = events[-1].response
        assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "One canary-sexual-high"
    else:
        made = ask(client, "hi")
    assert (made.status, made.incomplete_details.reason) == ("incomplete", "content_filter")
    assert made.output_text == "One canary-sexual-high"
    completion = filters_of(made)["completion"]
    assert completion["blocked"]
    assert completion["content_filter_results"]["sexual"] == {"filtered": True, "severity": "high"}
    assert filters_of(client.responses.retrieve(made.id)) == filters_of(made)


def test_a_client_alone_can_ask_for_a_filtered_answer(ga: Mock) -> None:
    made = ask(ga.client(), "canary-answer-protected-material-text")
    assert (made.status, made.incomplete_details.reason) == ("incomplete", "content_filter")
    annotated = filters_of(made)
    assert not annotated["prompt"]["blocked"]
    assert annotated["completion"]["content_filter_results"]["protected_material_text"] == {"detected": True, "filtered": True}


def test_a_rule_s_findings_annotate_and_its_outcome_blocks(ga: Mock) -> None:
    client = ga.client()
    findings = {"prompt": {"hate": "low", "indirect_attack": True}, "completion": {"mine": True}}
    ga.rule(say="fine", outcome={"findings": findings}, times=1)
    made = ask(client, "hi")
    assert made.status == "completed"
    results = filters_of(made)
    assert results["prompt"]["content_filter_results"]["hate"]["severity"] == "low"
    assert results["prompt"]["content_filter_results"]["indirect_attack"] == {"detected": True, "filtered": True}
    assert results["completion"]["content_filter_results"]["custom_blocklists"]["details"] == [{"filtered": True, "id": "mine"}]
    ga.rule(outcome={"content_filter": "prompt", "findings": {"prompt": {"self_harm": "high"}}}, times=1)
    assert refused(client, "hi")["self_harm"] == {"filtered": True, "severity": "high"}


def test_chat_completions_say_it_in_their_own_form(ga: Mock) -> None:
    client = ga.client()
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "canary-hate-high"}])
    error: Any = caught.value.body
    assert error["innererror"]["content_filter_result"]["hate"] == {"filtered": True, "severity": "high"}
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "system", "content": "canary-hate-high"}, {"role": "user", "content": "hi"}]
        )
    made = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "canary-answer-violence"}])
    assert made.choices[0].finish_reason == "content_filter"
    shown: Any = made.to_dict()["choices"]
    assert shown[0]["content_filter_results"]["violence"] == {"filtered": True, "severity": "medium"}


@pytest.mark.parametrize(("text", "flagged"), [("hello", []), ("canary-violence-low", []), ("canary-answer-hate-high", ["hate"])])
def test_moderation_that_is_asked_for_judges_by_the_same_words(ga: Mock, text: str, flagged: list[str]) -> None:
    asked: Any = {"model": "omni-moderation-latest"}
    said = ga.client().responses.create(model="gpt-4o", input=text, moderation=asked).moderation
    assert said is not None
    assert isinstance(said.input, ModerationInputModerationResult)
    assert isinstance(said.output, ModerationOutputModerationResult)
    assert [name for name, found in said.input.categories.items() if found] == []
    assert [name for name, found in said.output.categories.items() if found] == flagged
    assert said.output.flagged is bool(flagged)
    assert said.output.model == "omni-moderation-latest"
    assert said.output.categories.keys() == said.output.category_scores.keys()


def test_moderation_comes_when_the_answer_is_whole(ga: Mock) -> None:
    asked: Any = {"model": "omni-moderation-latest"}
    events: list[Any] = list(ga.client().responses.create(model="gpt-4o", input="hello", moderation=asked, stream=True))
    assert events[0].response.moderation is None
    assert events[-1].response.moderation.input.flagged is False
    assert ga.client().responses.create(model="gpt-4o", input="hello").moderation is None
