"""Lookups, as triples: condition, question, whether it holds."""

from __future__ import annotations

import time

import pytest

from azure_openai_mock.behaviour import match
from azure_openai_mock.behaviour.question import Question
from azure_openai_mock.faults import Wrong

TOOLS = [
    {"type": "function", "name": "get_weather", "parameters": {}},
    {"type": "web_search"},
    {"type": "mcp", "server_label": "docs"},
    {"type": "namespace", "name": "files", "tools": [{"type": "function", "name": "list_files"}]},
]


def user(text):
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def ask(given=None, /, operation="responses.create", **request):
    fields = {name: request.pop(name) for name in ("model", "turn", "headers", "region", "profile") if name in request}
    if given is not None:
        request["input"] = given
    return Question(operation=operation, request=request, **fields)


CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}

TABLE = [
    # the newest user text
    ({"input__contains": "weather"}, ask("the weather?"), True),
    ({"input__contains": "weather"}, ask("the time?"), False),
    ({"input__contains": "Weather"}, ask("the weather?"), False),
    ({"input__icontains": "WEATHER"}, ask("the weather?"), True),
    ({"input__equals": "hi"}, ask("hi"), True),
    ({"input": "hi"}, ask("hi"), True),
    ({"input": ["hi", "hello"]}, ask("hello"), True),
    ({"input__startswith": "the"}, ask("the weather"), True),
    ({"input__endswith": "?"}, ask("the weather?"), True),
    ({"input__contains": "a"}, ask([user("a"), user("b")]), True),
    ({"input__equals": "b"}, ask([user("a"), user("b")]), True),
    ({"input__equals": "a"}, ask([user("a"), user("b")]), False),
    ({"input__contains": "old"}, ask([user("old"), {"role": "assistant", "content": "yes"}, user("new")]), False),
    ({"input__contains": "new"}, ask([user("old"), {"role": "assistant", "content": "yes"}, user("new")]), True),
    ({"input__contains": "be kind"}, ask([{"role": "developer", "content": "be kind"}, user("hi")]), False),
    ({"input__contains": "weather"}, ask([OUTPUT]), False),
    ({"input__contains": "weather"}, ask([user("weather"), CALL, OUTPUT]), False),
    ({"input__contains": "weather"}, ask([user("weather"), {"type": "item_reference", "id": "fc_1"}, OUTPUT]), False),
    ({"input__contains": ""}, ask([OUTPUT]), False),
    ({"input__exists": False}, ask([OUTPUT]), True),
    ({"input__exists": True}, ask("x"), True),
    ({"input__regex": r"^order #\d+$"}, ask("order #42"), True),
    ({"input__regex": r"^order #\d+$"}, ask("my order #42"), False),
    # tools
    ({"tools__has": "get_weather"}, ask("x", tools=TOOLS), True),
    ({"tools__has": "web_search"}, ask("x", tools=TOOLS), True),
    ({"tools__has": "docs"}, ask("x", tools=TOOLS), True),
    ({"tools__has": "list_files"}, ask("x", tools=TOOLS), True),
    ({"tools__has": ["get_weather", "web_search"]}, ask("x", tools=TOOLS), True),
    ({"tools__has": "get_time"}, ask("x", tools=TOOLS), False),
    ({"tools__has": "get_weather"}, ask("x"), False),
    # the question's own
    ({"model": "gpt-4o"}, ask("x", model="gpt-4o"), True),
    ({"model": "gpt-4o"}, ask("x", model="gpt-4o-mini"), False),
    ({"model": ["gpt-4o", "gpt-4.1"]}, ask("x", model="gpt-4.1"), True),
    ({"model__in": ["gpt-4o", "gpt-4.1"]}, ask("x", model="gpt-4.1"), True),
    ({"model__startswith": "gpt-4"}, ask("x", model="gpt-4.1"), True),
    ({"turn": 2}, ask("x", turn=2), True),
    ({"turn": 1}, ask("x", turn=2), False),
    ({"turn__gte": 2}, ask("x", turn=3), True),
    ({"turn__lte": 2}, ask("x", turn=3), False),
    ({"region": "eastus2"}, ask("x", region="eastus2"), True),
    ({"profile": "ga"}, ask("x", profile="preview"), False),
    # operations
    ({}, ask(operation="responses.create"), True),
    ({}, ask(operation="responses.retrieve"), False),
    ({"operation": "responses.retrieve"}, ask(operation="responses.retrieve"), True),
    ({"operation": "*"}, ask(operation="models.list"), True),
    ({"operation": "responses.*"}, ask(operation="responses.delete"), True),
    ({"operation": "responses.*"}, ask(operation="models.list"), False),
    ({"operation": ["models.list", "responses.delete"]}, ask(operation="responses.delete"), True),
    ({"operation": "files.create"}, ask(operation="files.create"), True),
    # headers
    ({"header": {"x-team": "blue"}}, ask("x", headers={"x-team": "blue"}), True),
    ({"header": {"X-Team": "blue"}}, ask("x", headers={"x-team": "blue"}), True),
    ({"header": {"x-team": "blue", "x-run__startswith": "7"}}, ask("x", headers={"x-team": "blue", "x-run": "71"}), True),
    ({"header": {"x-team": "blue"}}, ask("x", headers={"x-team": "red"}), False),
    ({"header": {"x-team": "blue"}}, ask("x"), False),
    ({"header__x-run": 7}, ask("x", headers={"x-run": "7"}), True),
    ({"header": "x-team"}, ask("x", headers={"x-team": "any"}), True),
    ({"header__x-team__exists": False}, ask("x"), True),
    ({"headers__x-team__contains": "lu"}, ask("x", headers={"x-team": "blue"}), True),
    # parameters
    ({"stream": True}, ask("x", stream=True), True),
    ({"stream": False}, ask("x"), True),
    ({"stream": True}, ask("x"), False),
    ({"background": False}, ask("x"), True),
    ({"store": True}, ask("x"), True),
    ({"store": True}, ask("x", store=False), False),
    ({"previous_response_id": "resp_1"}, ask("x", previous_response_id="resp_1"), True),
    ({"previous_response_id": None}, ask("x"), True),
    ({"previous_response_id__exists": True}, ask("x"), False),
    ({"previous_response_id__exists": False}, ask("x"), True),
    ({"instructions__contains": "pirate"}, ask("x", instructions="be a pirate"), True),
    ({"instructions__contains": "pirate"}, ask("x"), False),
    ({"metadata": {"team": "blue"}}, ask("x", metadata={"team": "blue", "run": "7"}), True),
    ({"metadata__team": "blue"}, ask("x", metadata={"team": "blue"}), True),
    ({"metadata__team": "blue"}, ask("x"), False),
    ({"metadata__has": "team"}, ask("x", metadata={"team": "blue"}), True),
    ({"reasoning__effort": "high"}, ask("x", reasoning={"effort": "high"}), True),
    ({"text__format__type": "json_schema"}, ask("x", text={"format": {"type": "json_schema"}}), True),
    ({"temperature__gte": 0.5}, ask("x", temperature=1), True),
    ({"temperature__gte": 0.5}, ask("x", temperature=True), False),
    ({"include__has": "reasoning.encrypted_content"}, ask("x", include=["reasoning.encrypted_content"]), True),
    ({"max_output_tokens": 16}, ask("x", max_output_tokens=16), True),
    ({"max_output_tokens__exists": True}, ask("x"), False),
    # all must hold
    ({"model": "gpt-4o", "input__contains": "hi"}, ask("hi", model="gpt-4o"), True),
    ({"model": "gpt-4o", "input__contains": "hi"}, ask("ho", model="gpt-4o"), False),
]


@pytest.mark.parametrize("when, question, expected", TABLE)
def test_a_lookup_holds_or_not(when, question, expected):
    assert all(condition.holds(question) for condition in match.read(when)) is expected


@pytest.mark.parametrize(
    "when, said",
    [
        ({"modle": "x"}, "modle: unknown key, did you mean 'model'?"),
        ({"input__contans": "x"}, "input__contans: unknown lookup, did you mean 'contains'?"),
        ({"turn__contains__x": 1}, "turn__contains__x: unknown lookup"),
        ({"turn": "first"}, "turn: expected a whole number, not 'first'"),
        ({"stream": "yes"}, "stream: expected true or false, not 'yes'"),
        ({"input__contains": ["a"]}, "input__contains: expected a text, not ['a']"),
        ({"turn__gte": "2"}, "turn__gte: expected a number, not '2'"),
        ({"model__in": "gpt-4o"}, "model__in: expected a list, not 'gpt-4o'"),
        ({"input__exists": "no"}, "input__exists: expected true or false, not 'no'"),
        ({"input__regex": "("}, "input__regex: "),
        ({"input__regex": r"(a)\1"}, "input__regex: "),
        ({"input__regex": "x" * 3000}, "input__regex: a pattern has at most 2000 characters"),
        ({"operation": "responses.creat"}, "operation: unknown operation, did you mean 'responses.create'?"),
        ({"header": 3}, "header: expected a header's name, or a mapping of names to values"),
        (["model"], "expected a mapping of conditions, not ['model']"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(when, said):
    with pytest.raises(Wrong) as caught:
        match.read(when)
    assert str(caught.value).startswith(said)


def test_a_pattern_costs_time_linear_in_the_text():
    """The classic catastrophe: nested repetition against a text that does not match."""
    (*_, condition) = match.read({"input__regex": "^(a+)+$"})
    question = ask("a" * 20_000 + "b")
    started = time.perf_counter()
    assert not condition.holds(question)
    assert time.perf_counter() - started < 2
