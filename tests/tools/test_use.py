"""What the offline model says with each tool: told without a fault, valid for the client library, the same for the same dice."""

from __future__ import annotations

import json
import typing
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import Response, ResponseOutputItem
from pydantic import TypeAdapter
from tests.strategies_items import turn_of
from tests.strategies_schema import strict_schemas
from tests.tools.test_declaration import GOOD, spec

from azure_openai_mock.engine import schema
from azure_openai_mock.engine.play import play
from azure_openai_mock.tools import ITEMS, TOOLS
from azure_openai_mock.tools.tool import Ask
from azure_openai_mock.wire.json import compact
from azure_openai_mock.wire.types import Item, Object
from azure_openai_mock.world import Dice

ALL = frozenset({"web_search_call.action.sources", "code_interpreter_call.outputs", "file_search_call.results"})


def used(given: Object, text: str = "hello", *, items: tuple[Item, ...] = (), tools: tuple[Object, ...] = (), **fields: Any) -> list[Item]:
    """What is said with a declared tool, completed as in the body."""
    shown = TOOLS[given["type"]].echo(given)
    ask = Ask(text, Dice(fields.pop("seed", 1)), items, tools=(*tools, shown), **fields)
    said = TOOLS[given["type"]].use(shown, ask)
    output: list[Item] = play(turn_of(*said), ITEMS).response["output"]
    return output


def kinds(output: list[Item]) -> list[str]:
    return [item["type"] for item in output]


def test_every_item_type_of_the_client_library_can_be_told() -> None:
    union = typing.get_args(typing.get_args(ResponseOutputItem)[0])
    known = {typing.get_args(model.model_fields["type"].annotation)[0] for model in union}
    assert known == set(ITEMS)


@pytest.mark.parametrize("kind", sorted(GOOD))
@settings(deadline=None, max_examples=8)
@given(text=st.text(max_size=300), seed=st.integers(0, 9), includes=st.sampled_from([frozenset[str](), ALL]))
def test_whatever_is_asked_the_output_is_valid_and_repeatable(kind: str, text: str, seed: int, includes: frozenset[str]) -> None:
    output = used(spec(kind), text, seed=seed, includes=includes)
    assert output
    adapter = TypeAdapter(list[ResponseOutputItem])
    adapter.validate_json(compact(output), strict=True)
    assert used(spec(kind), text, seed=seed, includes=includes) == output


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_a_call_that_the_client_answers_comes_last_else_a_message(kind: str) -> None:
    output = used(spec(kind))
    if TOOLS[kind].answered_by and kind not in ("tool_search", "programmatic_tool_calling"):
        assert output[-1]["type"].endswith("_call")
    else:
        assert output[-1]["type"] in ("message", "mcp_approval_request")


@settings(deadline=None, max_examples=40)
@given(strict_schemas(), st.text(max_size=50))
def test_arguments_satisfy_the_declared_schema(declared: Object, text: str) -> None:
    given = {"type": "function", "name": "f", "parameters": declared, "strict": False}
    try:
        call = used(given, text)[0]
    except schema.Unsatisfiable:
        return
    assert schema.validate(json.loads(call["arguments"]), declared) is None


def test_a_whole_response_parses() -> None:
    response = play(turn_of(*[item for kind in GOOD for item in used(spec(kind))]), ITEMS).response
    Response.model_validate_json(compact(response), strict=True)


def test_files_that_were_found_are_cited() -> None:
    found = {"results": [{"file_id": "assistant-1", "filename": "a.txt", "score": 0.9, "text": "Pizza.", "attributes": {}}]}
    call, message = used(spec("file_search"), found=found, includes=ALL)
    assert call["results"] == found["results"]
    part = message["content"][0]
    assert part["annotations"] == [{"type": "file_citation", "file_id": "assistant-1", "filename": "a.txt", "index": len(part["text"])}]
    assert used(spec("file_search"), found=found)[0]["results"] is None


def test_pages_are_cited_by_the_words_that_name_them() -> None:
    _, message = used(spec("web_search"))
    part = message["content"][0]
    for annotation in part["annotations"]:
        assert part["text"][annotation["start_index"] : annotation["end_index"]] == f"({annotation['title']})"


def test_a_remote_tool_waits_for_approval_and_is_called_when_it_was_given() -> None:
    first = used(spec("mcp"))
    assert kinds(first) == ["mcp_list_tools", "mcp_approval_request"]
    for approve, expected in ((True, ["mcp_call", "message"]), (False, ["message"])):
        verdict = {"type": "mcp_approval_response", "approval_request_id": first[1]["id"], "approve": approve}
        second = used(spec("mcp"), items=(*first, verdict))
        assert kinds(second) == expected
        if approve:
            assert second[0]["approval_request_id"] == first[1]["id"]
            assert second[0]["arguments"] == first[1]["arguments"]


def test_an_approval_is_used_once() -> None:
    first = used(spec("mcp"))
    verdict = {"type": "mcp_approval_response", "approval_request_id": first[1]["id"], "approve": True}
    second = used(spec("mcp"), items=(*first, verdict))
    asked = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "again"}]}
    assert kinds(used(spec("mcp"), items=(*first, verdict, *second, asked))) == ["mcp_approval_request"]


def test_every_verdict_of_the_newest_input_counts() -> None:
    first = [*used(spec("mcp"), seed=1), *used(spec("mcp"), seed=2)]
    asked = [item["id"] for item in first if item["type"] == "mcp_approval_request"]
    verdicts = [
        {"type": "mcp_approval_response", "approval_request_id": ident, "approve": bool(index)} for index, ident in enumerate(asked)
    ]
    call, message = used(spec("mcp"), items=(*first, *verdicts))
    assert call["approval_request_id"] == asked[1]
    assert "was not approved" in message["content"][0]["text"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("never", "message"),
        ("always", "mcp_approval_request"),
        ({"never": {"tool_names": ["lookup"]}}, "message"),
        ({"always": {"tool_names": ["other"]}}, "message"),
        ({"always": {"tool_names": ["lookup"]}}, "mcp_approval_request"),
        ({"always": {"read_only": True}}, "mcp_approval_request"),
        ({"always": {"read_only": False}}, "message"),
        ({"never": {"read_only": True}}, "message"),
        ({"never": {"read_only": False}}, "mcp_approval_request"),
    ],
)
def test_whether_a_call_waits_is_the_declarations_word(rule: Any, expected: str) -> None:
    assert used(spec("mcp", require_approval=rule))[-1]["type"] == expected


def test_the_screen_is_looked_at_before_it_is_clicked() -> None:
    first = used(spec("computer_use_preview"))
    assert first[0]["action"] == {"type": "screenshot"}
    shot = {"type": "computer_call_output", "call_id": first[0]["call_id"], "output": {}}
    assert used(spec("computer_use_preview"), items=(*first, shot))[0]["action"]["type"] == "click"
    assert used(spec("computer"))[0]["actions"] == [{"type": "screenshot"}]


def test_a_safety_check_is_pending_when_one_is_asked_for() -> None:
    assert used(spec("computer_use_preview"))[0]["pending_safety_checks"] == []
    assert len(used(spec("computer_use_preview"), "try a safety check")[0]["pending_safety_checks"]) == 1


def test_a_deferred_function_is_found_and_called() -> None:
    rates = {
        "type": "function",
        "name": "get_rate",
        "description": "Exchange rates.",
        "defer_loading": True,
        "parameters": {},
        "strict": False,
    }
    other = {**rates, "name": "get_time", "description": "The time."}
    tools = tuple(TOOLS["function"].echo(tool) for tool in (other, rates))
    search, found, call = used(spec("tool_search"), "exchange rates please", tools=tools)
    assert search["arguments"] == {"paths": ["get_rate"]}
    assert [tool["name"] for tool in found["tools"]] == ["get_rate"]
    assert (call["name"], call["namespace"]) == ("get_rate", "get_rate")


def test_a_client_that_searches_is_asked_to() -> None:
    parameters = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
    (search,) = used(spec("tool_search", execution="client", parameters=parameters))
    assert search["execution"] == "client"
    assert schema.validate(search["arguments"], parameters) is None


def test_a_program_calls_the_functions_that_it_may_call() -> None:
    tool = TOOLS["function"].echo(spec("function", allowed_callers=["programmatic"]))
    program, call = used(spec("programmatic_tool_calling"), tools=(tool,))
    assert call["status"] == "in_progress"
    assert call["caller"] == {"type": "program", "caller_id": program["call_id"]}


def test_the_input_of_a_custom_tool_is_of_its_grammar() -> None:
    regex = {"type": "grammar", "syntax": "regex", "definition": "[0-9]{4}-[0-9]{2}"}
    said = used(spec("custom", format=regex))[0]["input"]
    assert len(said) == 7
    assert said[4] == "-"
    lark = {"type": "grammar", "syntax": "lark", "definition": 'start: "SELECT " ("a" | "b")'}
    assert used(spec("custom", format=lark))[0]["input"] in ("SELECT a", "SELECT b")
    beyond = {**lark, "definition": "start: {nonsense}"}
    assert used(spec("custom", format=beyond), "my words")[0]["input"] == "my words"


@pytest.mark.parametrize(("form", "magic"), [("png", b"\x89PNG"), ("jpeg", b"\xff\xd8"), ("webp", b"RIFF")])
def test_a_picture_is_of_the_asked_form(form: str, magic: bytes) -> None:
    picture = used(spec("image_generation", output_format=form, size="1024x1536"))[0]
    assert b64decode(picture["result"]).startswith(magic)
    assert (picture["size"], picture["output_format"]) == ("1024x1536", form)
