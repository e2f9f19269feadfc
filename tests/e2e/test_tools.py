"""Every tool, through a real server, without a rule: used when demanded or asked for, the same in stream and body, and taken back."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from tests.tools.test_round_trip import ANSWERS, answer

from .conftest import Mock

FUNCTION = {"type": "function", "name": "get_rate", "description": "Exchange rates.", "parameters": {"type": "object", "properties": {}}}
TOOLS: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "function": ([{**FUNCTION, "strict": False}], "get_rate please", "function_call"),
    "custom": ([{"type": "custom", "name": "run_query"}], "use run_query", "custom_tool_call"),
    "web_search": ([{"type": "web_search"}], "search the web for news", "web_search_call"),
    "web_search_preview": ([{"type": "web_search_preview"}], "search the web for news", "web_search_call"),
    "file_search": ([{"type": "file_search", "vector_store_ids": ["vs_1"]}], "search the files", "file_search_call"),
    "code_interpreter": ([{"type": "code_interpreter", "container": {"type": "auto"}}], "run python", "code_interpreter_call"),
    "image_generation": ([{"type": "image_generation"}], "draw a cat", "image_generation_call"),
    "mcp": (
        [{"type": "mcp", "server_label": "docs", "server_url": "https://example.com/mcp", "require_approval": "never"}],
        "ask the mcp server",
        "mcp_call",
    ),
    "computer_use_preview": (
        [{"type": "computer_use_preview", "display_width": 800, "display_height": 600, "environment": "browser"}],
        "use the browser",
        "computer_call",
    ),
    "local_shell": ([{"type": "local_shell"}], "use the shell", "local_shell_call"),
    "shell": ([{"type": "shell", "environment": {"type": "local"}}], "use the shell", "shell_call"),
    "apply_patch": ([{"type": "apply_patch"}], "edit the file", "apply_patch_call"),
    "tool_search": ([{"type": "tool_search"}, {**FUNCTION, "defer_loading": True, "strict": False}], "find a tool", "tool_search_call"),
    "namespace": (
        [{"type": "namespace", "name": "money", "description": "Money.", "tools": [{**FUNCTION, "strict": False}]}],
        "call get_rate",
        "function_call",
    ),
}
"""Tool type -> its declaration (with what it needs beside it), words that plainly ask for it, and the item that it brings."""

ASKED = [{"role": "user", "content": "And now?"}]


def output_of(response: Any) -> list[dict[str, Any]]:
    return [item.to_dict(warnings=False) for item in response.output]


@pytest.mark.parametrize("kind", TOOLS)
def test_it_is_used_when_the_newest_message_asks_for_it(ga: Mock, kind: str) -> None:
    tools, words, brought = TOOLS[kind]
    said = output_of(ga.client().responses.create(model="gpt-5", input=words, tools=tools))  # type: ignore[arg-type]
    assert brought in [item["type"] for item in said]
    idle = output_of(ga.client().responses.create(model="gpt-5", input="hi", tools=tools))  # type: ignore[arg-type]
    assert [item["type"] for item in idle if item["type"] != "reasoning"] == ["message"]


@pytest.mark.parametrize("kind", TOOLS)
def test_it_is_used_when_it_is_demanded_the_same_in_stream_and_body(ga: Mock, kind: str) -> None:
    tools, _, brought = TOOLS[kind]
    asked: dict[str, Any] = {"model": "gpt-5", "input": "hi", "tools": tools, "tool_choice": "required"}
    body = output_of(ga.client().responses.create(**asked))
    events = list(ga.client().responses.create(stream=True, **asked))
    done = [event.item.to_dict(warnings=False) for event in events if event.type == "response.output_item.done"]
    assert brought in [item["type"] for item in body]
    assert [item["type"] for item in done] == [item["type"] for item in body]
    assert done == output_of(events[-1].response)


@pytest.mark.parametrize("kind", TOOLS)
@pytest.mark.parametrize("stored", [True, False])
def test_what_it_brought_is_taken_back(ga: Mock, kind: str, stored: bool) -> None:
    """By the response's id, or sent whole by a client that keeps nothing on the service."""
    tools, _, _ = TOOLS[kind]
    client = ga.client()
    asked: dict[str, Any] = {"model": "gpt-5", "tools": tools}
    first = client.responses.create(input="hi", tool_choice="required", store=stored, **asked)
    said = output_of(first)
    answers = [answer(item) for item in said if item["type"] in ANSWERS]
    if stored:
        second = client.responses.create(input=[*answers, *ASKED], previous_response_id=first.id, **asked)
        listed = [item.to_dict(warnings=False)["type"] for item in client.responses.input_items.list(second.id, order="asc", limit=50)]
        assert listed == [
            *["message", *(item["type"] for item in said if item["type"] != "reasoning")],
            *[*(item["type"] for item in answers), "message"],
        ]
    else:
        second = client.responses.create(input=[*said, *answers, *ASKED], store=False, **asked)
    assert second.output_text


def test_a_function_with_a_prefix_is_asked_for_by_its_own_name(ga: Mock) -> None:
    """Frameworks put the plugin's name before the function's."""
    tools: Any = [{**FUNCTION, "name": "Money-get_rate", "description": "", "strict": False}]
    said = output_of(ga.client().responses.create(model="gpt-4o", input="Use get_rate for EUR", tools=tools))
    assert [item["type"] for item in said] == ["function_call"]


def test_a_long_description_is_not_asked_for_by_its_advice(ga: Mock) -> None:
    described = "Updates the goal. Never call it over a slow line, and say hello first."
    tools: Any = [{**FUNCTION, "name": "set_aim", "description": described, "strict": False}]
    client = ga.client()
    for words, called in (("say hello over the line", False), ("update: a new goal", True)):
        said = output_of(client.responses.create(model="gpt-4o", input=words, tools=tools))
        assert (said[0]["type"] == "function_call") is called


def test_a_history_that_is_sent_whole_is_answered_by_its_newest_output(ga: Mock) -> None:
    asked = [{"role": "user", "content": "get_rate of the euro"}]
    history: list[Any] = []
    for turn in ("one", "two"):
        call = {"type": "function_call", "call_id": f"call_{turn}", "name": "get_rate", "arguments": "{}"}
        history += [*asked, call, {"type": "function_call_output", "call_id": f"call_{turn}", "output": f"output {turn}"}]
    said = ga.client().responses.create(model="gpt-4o", input=history, store=False).output_text
    assert said == "The tool returned: output two. That answers “get_rate of the euro”."


def test_a_deferred_function_of_a_namespace_is_found_before_it_is_called(ga: Mock) -> None:
    inner = [{**FUNCTION, "strict": False, "defer_loading": True}, {**FUNCTION, "strict": False, "name": "get_money"}]
    tools: Any = [{"type": "tool_search"}, {"type": "namespace", "name": "bank", "description": "Accounts.", "tools": inner}]
    asked: dict[str, Any] = {"model": "gpt-5.4", "tools": tools}
    client = ga.client()
    first = client.responses.create(input="call get_rate", **asked)
    search, found, call = output_of(first)
    assert search["arguments"] == {"paths": ["bank"]}
    assert [tool["name"] for tool in found["tools"][0]["tools"]] == ["get_rate"]
    assert (call["type"], call["name"], call["namespace"]) == ("function_call", "get_rate", "bank")
    (at_once,) = output_of(client.responses.create(input="call get_money", **asked))
    assert at_once["name"] == "get_money"
    answered: Any = {"type": "function_call_output", "call_id": call["call_id"], "output": "2"}
    again = client.responses.create(
        input=[answered, *ASKED, {"role": "user", "content": "get_rate"}], previous_response_id=first.id, **asked
    )
    assert [item["type"] for item in output_of(again)] == ["function_call"], "it was found already"


def test_what_a_client_s_search_found_is_called(ga: Mock) -> None:
    asked: dict[str, Any] = {"model": "gpt-5.4", "tools": [{"type": "tool_search", "execution": "client", "description": "Finds tools."}]}
    client = ga.client()
    first = client.responses.create(input="find a tool for money", **asked)
    (search,) = output_of(first)
    nothing: Any = {"type": "tool_search_output", "call_id": search["call_id"], "execution": "client", "tools": []}
    found: Any = {**nothing, "tools": [{**FUNCTION, "strict": False}]}
    (call,) = output_of(client.responses.create(input=[found], previous_response_id=first.id, **asked))
    assert (call["type"], call["name"]) == ("function_call", "get_rate")
    assert output_of(client.responses.create(input=[nothing], previous_response_id=first.id, **asked))[0]["type"] == "message"


MCP = {"type": "mcp", "server_label": "docs", "server_url": "https://example.com/mcp"}


@pytest.mark.parametrize("approve", [True, False])
@pytest.mark.parametrize("stored", [True, False])
def test_a_verdict_alone_goes_on_with_the_call(ga: Mock, approve: bool, stored: bool) -> None:
    """The documented flow: the next request holds the verdict and no words."""
    client = ga.client()
    asked: dict[str, Any] = {"model": "gpt-4o", "tools": [MCP], "store": stored}
    first = client.responses.create(input="ask the mcp server", **asked)
    request = output_of(first)[-1]
    verdict = {"type": "mcp_approval_response", "approval_request_id": request["id"], "approve": approve}
    history = {"previous_response_id": first.id, "input": [verdict]} if stored else {"input": [*output_of(first), verdict]}
    said = output_of(client.responses.create(**history, **asked))
    assert [item["type"] for item in said] == (["mcp_call", "message"] if approve else ["message"])
    assert not approve or (said[0]["approval_request_id"], said[0]["arguments"]) == (request["id"], request["arguments"])


def test_a_verdict_on_what_nobody_asked_is_refused(ga: Mock) -> None:
    """Stateless, chained and in a conversation, where the request may be a few turns back."""
    client = ga.client()
    asked: dict[str, Any] = {"model": "gpt-4o", "tools": [MCP]}
    first = client.responses.create(input="ask the mcp server", **asked)
    then = client.responses.create(input="Wait.", previous_response_id=first.id, **asked)
    held = client.conversations.create()
    client.responses.create(input="Hello.", conversation=held.id, **asked)

    def verdict(ident: str) -> Any:
        return [{"type": "mcp_approval_response", "approval_request_id": ident, "approve": False}]

    for context in ({}, {"previous_response_id": then.id}, {"conversation": held.id}):
        with pytest.raises(openai.BadRequestError, match="'mcpr_never' not found"):
            client.responses.create(input=verdict("mcpr_never"), **context, **asked)
    late = client.responses.create(input=verdict(output_of(first)[-1]["id"]), previous_response_id=then.id, **asked)
    assert late.status == "completed"


def test_a_screenshot_acknowledges_what_its_call_left_pending(ga: Mock) -> None:
    client = ga.client()
    asked: dict[str, Any] = {"model": "computer-use-preview", "tools": TOOLS["computer_use_preview"][0], "truncation": "auto"}
    first = client.responses.create(input="try a safety check in the browser", **asked)
    call = output_of(first)[-1]
    (check,) = call["pending_safety_checks"]
    shot = {"type": "computer_screenshot", "image_url": "data:image/png;base64,iVBORw0KGgo="}
    seen: Any = {"type": "computer_call_output", "call_id": call["call_id"], "output": shot}
    with pytest.raises(openai.BadRequestError, match="unacknowledged safety check") as refused:
        client.responses.create(previous_response_id=first.id, input=[seen], **asked)
    assert refused.value.param == "input"
    assert check["id"] in refused.value.message
    seen["acknowledged_safety_checks"] = [check]
    said = client.responses.create(previous_response_id=first.id, input=[seen], **asked)
    assert "a screenshot" in said.output_text
