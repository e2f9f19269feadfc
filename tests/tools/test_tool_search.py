"""The tools as they are shown once some of them were loaded."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.tools import TOOLS
from azure_openai_mock.tools.tool_search import arranged
from azure_openai_mock.wire.types import Object

SEARCH = TOOLS["tool_search"].echo({"type": "tool_search"})


def function(name: str, **fields: Any) -> Object:
    return TOOLS["function"].echo({"type": "function", "name": name, "description": name, "parameters": {}, "strict": False, **fields})


def names(tools: list[Object]) -> list[tuple[str, str | None]]:
    return [(tool["type"], tool.get("name")) for tool in tools]


NOW, LATER = function("now"), function("later", defer_loading=True)
BY_SERVICE = {"type": "tool_search_output", "execution": "server", "call_id": None, "tools": [LATER]}
BY_CLIENT = {"type": "tool_search_output", "execution": "client", "call_id": "call_1", "tools": [LATER]}
ADDED = {"type": "additional_tools", "role": "developer", "tools": [function("extra")]}


def test_functions_come_before_what_is_hosted() -> None:
    assert names(arranged([SEARCH, LATER, NOW], [])) == [("function", "later"), ("function", "now"), ("tool_search", None)]


def test_a_loaded_function_is_a_namespace_at_the_end() -> None:
    shown = arranged([SEARCH, NOW, LATER], [BY_SERVICE])
    assert names(shown) == [("function", "now"), ("tool_search", None), ("namespace", "later")]
    assert "defer_loading" not in shown[-1]["tools"][0]


def test_what_was_loaded_twice_is_shown_once() -> None:
    assert names(arranged([SEARCH, LATER], [BY_SERVICE, BY_SERVICE])) == [("tool_search", None), ("namespace", "later")]


def test_some_models_show_what_the_client_loaded_among_the_functions() -> None:
    context = [BY_CLIENT, ADDED]
    assert names(arranged([SEARCH, NOW, LATER], context))[1:] == [("tool_search", None), ("namespace", "later"), ("namespace", "extra")]
    flat = names(arranged([SEARCH, NOW, LATER], context, flat=True))
    assert flat == [("function", "now"), ("function", "later"), ("function", "extra"), ("tool_search", None)]
    assert names(arranged([SEARCH, LATER], [BY_SERVICE], flat=True))[-1] == ("namespace", "later")


NAMESPACE = TOOLS["namespace"].echo({"type": "namespace", "name": "later", "description": "d", "tools": [LATER]})
PROGRAMS = TOOLS["programmatic_tool_calling"].echo({"type": "programmatic_tool_calling"})
NOTE = {"type": "custom", "name": "note", "format": {"type": "text"}}
WEB = TOOLS["web_search"].echo({"type": "web_search"})


@given(st.permutations([PROGRAMS, NOW, LATER, WEB, TOOLS["custom"].echo(NOTE), SEARCH, NAMESPACE]))
def test_tools_are_shown_by_their_kind_and_then_as_they_came(tools: list[Object]) -> None:
    shown = arranged(tools, [])
    assert [tool["type"] for tool in shown] == [
        "programmatic_tool_calling",
        "function",
        "function",
        "web_search",
        "custom",
        "tool_search",
        "namespace",
    ]
    assert [tool for tool in shown if tool["type"] == "function"] == [tool for tool in tools if tool["type"] == "function"]


def test_what_was_loaded_joins_the_declared_namespace_of_its_name() -> None:
    shown = arranged([NAMESPACE, SEARCH], [BY_CLIENT])
    assert names(shown) == [("tool_search", None), ("namespace", "later")]
    assert [tool.get("defer_loading") for tool in shown[-1]["tools"]] == [True, None]
    assert len(NAMESPACE["tools"]) == 1


def test_a_custom_tool_is_loaded_like_a_function() -> None:
    added = {"type": "additional_tools", "role": "developer", "tools": [function("extra"), NOTE]}
    assert names(arranged([NOW], [added], flat=True)) == [("function", "now"), ("function", "extra"), ("custom", "note")]
    assert names(arranged([NOW], [added])) == [("function", "now"), ("namespace", "extra"), ("namespace", "note")]
