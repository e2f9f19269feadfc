"""`tool_choice`: taken in every form that names a declared tool, refused where it names none."""

from __future__ import annotations

from typing import Any

import pytest
from tests.tools.test_declaration import spec

from azure_openai_mock.tools import TOOLS, choice
from azure_openai_mock.wire.refusal import Refusal

OFFERED = [TOOLS[kind].echo(spec(kind)) for kind in ("function", "web_search", "mcp", "shell")]
OFFERED.append(TOOLS["namespace"].echo(spec("namespace", tools=[{"type": "function", "name": "inner", "parameters": {}}])))


@pytest.mark.parametrize(
    "given",
    [
        None,
        "none",
        "auto",
        "required",
        {"type": "function", "name": "f"},
        {"type": "function", "name": "inner"},
        {"type": "web_search"},
        {"type": "web_search_preview"},
        {"type": "mcp", "server_label": "s"},
        {"type": "mcp", "server_label": "s", "name": "any"},
        {"type": "shell"},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}, {"type": "shell"}]},
    ],
)
def test_a_choice_that_can_be_met_is_taken(given: Any) -> None:
    choice.check(given, OFFERED)


@pytest.mark.parametrize("given", [None, "none", "auto"])
def test_no_tools_are_needed_for_no_demand(given: Any) -> None:
    choice.check(given, [])


@pytest.mark.parametrize(
    ("given", "key", "param"),
    [
        ("zzz", "invalid_value", "tool_choice"),
        ({}, "missing_required_parameter", "tool_choice.type"),
        ({"type": 7}, "invalid_type", "tool_choice.type"),
        ({"type": "magic"}, "invalid_value", "tool_choice.type"),
        ({"type": "function"}, "missing_required_parameter", "tool_choice.name"),
        ({"type": "function", "function": {"name": "f"}}, "missing_required_parameter", "tool_choice.name"),
        ({"type": "function", "name": "g"}, "tool_choice_not_found", "tool_choice"),
        ({"type": "custom", "name": "f"}, "tool_choice_not_found", "tool_choice"),
        ({"type": "mcp", "server_label": "other"}, "tool_choice_not_found", "tool_choice"),
        ({"type": "code_interpreter"}, "tool_choice_not_found", "tool_choice"),
        ({"type": "allowed_tools", "tools": []}, "missing_required_parameter", "tool_choice.mode"),
        ({"type": "allowed_tools", "mode": "none", "tools": []}, "invalid_value", "tool_choice.mode"),
        ({"type": "allowed_tools", "mode": "auto"}, "missing_required_parameter", "tool_choice.tools"),
        ({"type": "allowed_tools", "mode": "auto", "tools": {}}, "invalid_type", "tool_choice.tools"),
        ({"type": "allowed_tools", "mode": "auto", "tools": [5]}, "invalid_type", "tool_choice.tools[0]"),
        ({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]}, "tool_choice_not_found", "tool_choice"),
    ],
)
def test_a_choice_that_cannot_be_met_is_refused(given: Any, key: str, param: str) -> None:
    with pytest.raises(Refusal) as caught:
        choice.check(given, OFFERED)
    assert (caught.value.key, caught.value.param) == (key, param)


def test_required_needs_tools() -> None:
    with pytest.raises(Refusal) as caught:
        choice.check("required", [])
    assert caught.value.key == "tool_choice_without_tools"
