"""Tools: every kind of call is told in its own order of events, and the stream's end is the body."""

from __future__ import annotations

from typing import Any

from azure_openai_contracts.case import Client, case

ANSWER = {"type": "message", "content": "Here it is."}


def told(client: Client, call: dict[str, Any], tool: dict[str, Any], model: str = "gpt-4.1") -> list[str]:
    """The events within the call, when the model makes it and then answers; the body says the same without a stream."""
    client.control.rule(say=[call, ANSWER])
    streamed = client.stream(input="go", tools=[tool], model=model)
    plain = client.create(input="go", tools=[tool], model=model)
    kinds = [[item["type"] for item in reply.body["output"]] for reply in (streamed, plain)]
    assert kinds == [[call["type"], "message"]] * 2
    done = next(number for number, event in enumerate(streamed.events) if event["type"] == "response.output_item.done")
    return [event["type"].removeprefix(f"response.{call['type']}") for event in streamed.events[3:done]]


@case(needs=("rules",))
def test_a_file_search_is_told(client: Client) -> None:
    call = {"type": "file_search_call", "queries": ["spice"]}
    assert told(client, call, {"type": "file_search", "vector_store_ids": ["vs_1"]}) == [".in_progress", ".searching", ".completed"]


@case(needs=("rules",))
def test_code_is_told_before_it_runs(client: Client) -> None:
    call = {"type": "code_interpreter_call", "code": "print(6 * 7)"}
    events = told(client, call, {"type": "code_interpreter", "container": {"type": "auto"}})
    assert (events[0], events[-2:]) == (".in_progress", [".interpreting", ".completed"])
    assert set(events[1:-2]) == {"_code.delta", "_code.done"}


@case(needs=("rules",))
def test_a_custom_tool_is_given_text(client: Client) -> None:
    call = {"type": "custom_tool_call", "name": "shout", "input": "hello there"}
    events = told(client, call, {"type": "custom", "name": "shout"}, "gpt-5")
    assert set(events) == {"_input.delta", "_input.done"}


@case(needs=("rules",))
def test_a_server_of_tools_is_asked_what_it_has(client: Client) -> None:
    call = {"type": "mcp_list_tools", "server_label": "desert", "tools": []}
    tool = {"type": "mcp", "server_label": "desert", "server_url": "https://mcp.example.com", "require_approval": "never"}
    assert told(client, call, tool) == [".in_progress", ".completed"]


@case(needs=("rules",))
def test_the_model_can_be_told_which_tool_to_take(client: Client) -> None:
    tools = [
        {"type": "function", "name": name, "strict": False, "parameters": {"type": "object", "properties": {}}}
        for name in ("left", "right")
    ]
    made = client.create(input="go", tools=tools, tool_choice={"type": "function", "name": "right"})
    assert [item["name"] for item in made.body["output"] if item["type"] == "function_call"] == ["right"]


def test_a_tool_that_is_not_wanted_is_not_called(client: Client) -> None:
    tool = {"type": "function", "name": "left", "strict": False, "parameters": {"type": "object", "properties": {}}}
    made = client.create(input="Call the function left.", tools=[tool], tool_choice="none")
    assert not [item for item in made.body["output"] if item["type"] == "function_call"]


@case(needs=("rules",))
def test_the_web_is_searched(client: Client) -> None:
    call = {"type": "web_search_call", "action": {"type": "search", "query": "spice"}}
    assert told(client, call, {"type": "web_search"}) == [".in_progress", ".searching", ".completed"]


@case(needs=("rules",))
def test_a_server_that_wants_approval_is_asked_after_it(client: Client) -> None:
    tool = {"type": "mcp", "server_label": "desert", "server_url": "https://mcp.example.com", "require_approval": "always"}
    client.control.rule(say=[{"type": "mcp_approval_request", "server_label": "desert", "name": "dig", "arguments": "{}"}], times=1)
    asked = client.create(input="go", tools=[tool], model="gpt-4.1")
    [request] = [item for item in asked.body["output"] if item["type"] == "mcp_approval_request"]
    client.control.rule(say=[{"type": "mcp_call", "server_label": "desert", "name": "dig", "arguments": "{}", "output": "sand"}, ANSWER])
    verdict = {"type": "mcp_approval_response", "approval_request_id": request["id"], "approve": True}
    done = client.create(input=[verdict], previous_response_id=asked.id, tools=[tool], model="gpt-4.1")
    assert [item["type"] for item in done.body["output"]] == ["mcp_call", "message"]
    stranger = client.create(input=[{**verdict, "approval_request_id": "mcpr_" + "0" * 50}], tools=[tool], model="gpt-4.1")
    assert stranger.status == 400
