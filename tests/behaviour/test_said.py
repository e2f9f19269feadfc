"""What a rule says: shorthand filled out, everything else to the letter."""

from __future__ import annotations

import pytest

from azure_openai_mock.behaviour.said import normalise, turns, types
from azure_openai_mock.faults import Wrong


def part(text):
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


@pytest.mark.parametrize(
    "say, items",
    [
        ("hi", [{"type": "message", "content": [part("hi")]}]),
        (["hi"], [{"type": "message", "content": [part("hi")]}]),
        ({"content": "hi"}, [{"type": "message", "content": [part("hi")]}]),
        ([{"type": "message", "content": ["a", "b"]}], [{"type": "message", "content": [part("a"), part("b")]}]),
        (
            [
                {
                    "type": "message",
                    "id": "msg_x",
                    "content": [{"type": "output_text", "text": "a", "annotations": [{"type": "url_citation"}]}],
                }
            ],
            [{"type": "message", "id": "msg_x", "content": [{**part("a"), "annotations": [{"type": "url_citation"}]}]}],
        ),
        ([{"type": "message", "content": [{"refusal": "no"}]}], [{"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}]),
        ([{"type": "reasoning", "summary": "s"}], [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "s"}]}]),
        ([{"type": "reasoning", "summary": []}], [{"type": "reasoning", "summary": []}]),
        (
            [{"type": "function_call", "name": "f", "arguments": {"city": "Malmö"}}],
            [{"type": "function_call", "name": "f", "arguments": '{"city":"Malmö"}'}],
        ),
        (
            [{"type": "function_call", "name": "f", "arguments": '{"broken": '}],
            [{"type": "function_call", "name": "f", "arguments": '{"broken": '}],
        ),
        ([{"type": "custom_tool_call", "name": "f", "input": "ls -l"}], [{"type": "custom_tool_call", "name": "f", "input": "ls -l"}]),
        ([{"type": "web_search_call", "action": {"query": "q"}}], [{"type": "web_search_call", "action": {"query": "q"}}]),
        ([], []),
    ],
)
def test_shorthand_is_filled_out(say, items):
    assert normalise(say) == items


def test_what_was_given_is_never_changed_in_place():
    given = [{"type": "reasoning", "summary": ["a"]}]
    normalise(given)
    assert given == [{"type": "reasoning", "summary": ["a"]}]


def test_whole_items_are_kept_to_the_letter():
    for item in normalise("hi") + normalise(
        [{"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{ }", "extra": [1]}]
    ):
        assert normalise([item]) == [item]


@pytest.mark.parametrize(
    "say, said",
    [
        (3, "expected a text or a list of output items, not 3"),
        ([3], "[0]: expected a text or an output item, not 3"),
        ([{"type": "functon_call"}], "[0].type: unknown item type, did you mean 'function_call'?"),
        ([{"typ": "message"}], "[0]: needs a 'type'"),
        ([{"type": "message"}], "[0]: a message needs 'content'"),
        (["a", {"type": "message", "content": ["b", {"type": "output_text"}]}], "[1].content[1]: needs 'text'"),
        ([{"type": "message", "content": {"type": "input_text", "text": "x"}}], "[0].content.type: unknown part type"),
        ([{"type": "message", "role": "user", "content": "x"}], "[0].role: the model speaks as 'assistant'"),
        ([{"type": "function_call", "arguments": "{}"}], "[0]: a function_call needs 'name'"),
        ([{"type": "function_call", "name": "f", "arguments": [1]}], "[0].arguments: expected an object or a JSON text, not [1]"),
        ([{"type": "message", "content": "\ud800"}], "[0]: cannot be said in JSON"),
    ],
)
def test_nonsense_is_refused_with_its_path(say, said):
    with pytest.raises(Wrong) as caught:
        normalise(say)
    assert str(caught.value).startswith(said)


def test_a_list_of_lists_is_one_turn_each():
    assert [len(turn) for turn in turns([["a"], ["b", "c"], []])] == [1, 2, 0]
    with pytest.raises(Wrong, match="list of turns"):
        turns([["a"], "b"])


def test_every_output_item_of_the_api_may_be_said():
    assert {"message", "reasoning", "function_call", "web_search_call", "mcp_call", "computer_call", "shell_call", "compaction"} <= types()
