"""Structured output on demand: the smallest, the largest, a boundary, a refusal, one that breaks off. All but the last two are valid."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Le, MaxLen, MinLen
from openai import BadRequestError, LengthFinishReasonError
from pydantic import BaseModel, ValidationError

from .conftest import Mock


class Step(BaseModel):
    explanation: str
    minutes: Annotated[int, Ge(1), Le(90)]


class Recipe(BaseModel):
    title: Annotated[str, MinLen(3), MaxLen(40)]
    difficulty: Literal["easy", "demanding"]
    steps: Annotated[list[Step], MinLen(1), MaxLen(5)]
    note: str | None


def parsed(mock: Mock, structured: str) -> Recipe:
    mock.rule(outcome={"structured": structured}, times=1)
    recipe = mock.azure().responses.parse(model="gpt-4o", input="A recipe.", text_format=Recipe).output_parsed
    assert recipe is not None
    return recipe


def test_the_smallest_is_as_small_as_the_schema_allows(mock: Mock) -> None:
    least = parsed(mock, "smallest")
    assert (len(least.title), len(least.steps), least.note) == (3, 1, None)
    assert least.steps[0] == Step(explanation="", minutes=1)


def test_the_largest_fills_every_range(mock: Mock) -> None:
    most = parsed(mock, "largest")
    assert (len(most.title), len(most.steps), most.difficulty) == (40, 5, "demanding")
    assert most.note
    assert most.steps[0].minutes == 90


def test_a_boundary_is_at_an_edge_of_each_range_and_not_always_the_same(ga: Mock) -> None:
    seen = [parsed(ga, "boundary") for _ in range(8)]
    assert {len(recipe.title) for recipe in seen} == {3, 40}
    assert {len(recipe.steps) for recipe in seen} == {1, 5}
    assert {step.minutes for recipe in seen for step in recipe.steps} == {1, 90}


def test_the_arguments_of_a_function_are_of_that_size_too(ga: Mock) -> None:
    ga.rule(outcome={"structured": "smallest"})
    tools = [{"type": "function", "name": "cook", "strict": False, "parameters": Recipe.model_json_schema()}]
    [call] = ga.client().responses.create(model="gpt-4o", input="cook", tools=tools, tool_choice="required").output  # type: ignore[arg-type]
    assert call.type == "function_call"
    assert len(Recipe.model_validate_json(call.arguments).steps) == 1


def test_a_refusal_is_in_place_of_the_value(mock: Mock) -> None:
    mock.rule(outcome={"refusal": "I can't help with that."})
    response = mock.azure().responses.parse(model="gpt-4o", input="A recipe.", text_format=Recipe)
    assert response.output_parsed is None
    assert response.output[0].content[0].refusal == "I can't help with that."  # type: ignore[union-attr]


@pytest.mark.parametrize("stream", [False, True])
def test_what_breaks_off_is_no_json_and_says_why(ga: Mock, stream: bool) -> None:
    ga.rule(outcome={"incomplete": "max_output_tokens", "structured": "largest"})
    form = {"format": {"type": "json_schema", "name": "recipe", "strict": False, "schema": Recipe.model_json_schema()}}
    client = ga.client()
    if stream:
        response = list(client.responses.create(model="gpt-4o", input="A recipe.", text=form, stream=True))[-1].response  # type: ignore[arg-type,union-attr]
    else:
        response = client.responses.create(model="gpt-4o", input="A recipe.", text=form)  # type: ignore[arg-type]
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")  # type: ignore[union-attr]
    assert response.output[0].status == "incomplete"  # type: ignore[union-attr]
    assert response.output_text.startswith("{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.output_text)


def test_the_client_s_own_parser_meets_what_breaks_off(ga: Mock) -> None:
    ga.rule(outcome={"incomplete": "max_output_tokens"})
    with pytest.raises((ValidationError, LengthFinishReasonError)):
        ga.client().responses.parse(model="gpt-4o", input="A recipe.", text_format=Recipe)


def test_chat_completions_say_the_same(ga: Mock) -> None:
    ga.rule(when={"operation": "chat.completions.create"}, outcome={"structured": "smallest"})
    completion = ga.client().chat.completions.parse(
        model="gpt-4o", messages=[{"role": "user", "content": "A recipe."}], response_format=Recipe
    )
    recipe = completion.choices[0].message.parsed
    assert recipe is not None
    assert len(recipe.steps) == 1


def test_json_mode_wants_the_word(ga: Mock) -> None:
    client, mode = ga.client(), {"text": {"format": {"type": "json_object"}}}
    with pytest.raises(BadRequestError, match="must contain the word 'json'") as refused:
        client.responses.create(model="gpt-4o", input="Who are you?", extra_body=mode)
    assert refused.value.param == "input"
    for asked in ({"input": "Answer in JSON."}, {"input": "Who are you?", "instructions": "You speak json."}):
        said = client.responses.create(model="gpt-4o", extra_body=mode, **asked)
        assert isinstance(json.loads(said.output_text), dict)
    client.responses.create(model="gpt-4o", input="Who are you?", previous_response_id=said.id, extra_body=mode)
