"""`include`: hidden unless asked for, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies_items import ANY, LAW

from azure_openai_mock.tools.include import VALUES, of_query, of_response, shown
from azure_openai_mock.wire.refusal import Refusal

LOGPROB = {"token": "a", "bytes": [97], "logprob": -1.0, "top_logprobs": []}
HIDDEN: dict[str, tuple[dict[str, Any], str]] = {
    "file_search_call.results": ({"type": "file_search_call", "results": [{"text": "secret"}]}, "secret"),
    "code_interpreter_call.outputs": ({"type": "code_interpreter_call", "outputs": [{"type": "logs", "logs": "secret"}]}, "secret"),
    "web_search_call.action.sources": ({"type": "web_search_call", "action": {"type": "search", "sources": ["secret"]}}, "secret"),
    "reasoning.encrypted_content": ({"type": "reasoning", "encrypted_content": "secret", "summary": []}, "secret"),
    "message.output_text.logprobs": (
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a", "logprobs": [LOGPROB]}]},
        "top_logprobs",
    ),
    "message.input_image.image_url": (
        {"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "secret"}]},
        "secret",
    ),
    "computer_call_output.output.image_url": (
        {"type": "computer_call_output", "output": {"type": "computer_screenshot", "image_url": "secret"}},
        "secret",
    ),
}


@pytest.mark.parametrize("value", sorted(HIDDEN))
def test_a_part_is_shown_only_to_who_asks_for_it(value: str) -> None:
    item, secret = HIDDEN[value]
    assert secret in repr(shown(item, frozenset({value})))
    assert secret not in repr(shown(item, frozenset(VALUES) - {value}))
    assert secret in repr(item), "the item itself is not changed"


def test_every_value_hides_something() -> None:
    assert set(VALUES) - set(HIDDEN) == {"web_search_call.results"}, "a search here has no results beside its sources"


@LAW
@given(ANY)
def test_who_asks_for_everything_sees_everything(item: dict[str, Any]) -> None:
    assert shown(item, frozenset(VALUES)) == item


@LAW
@given(ANY, st.sets(st.sampled_from(VALUES)))
def test_hiding_twice_hides_no_more(item: dict[str, Any], includes: set[str]) -> None:
    once = shown(item, frozenset(includes))
    assert shown(once, frozenset(includes)) == once


def test_a_response_hides_in_its_output() -> None:
    item, secret = HIDDEN["file_search_call.results"]
    assert secret not in repr(of_response({"id": "resp_1", "output": [item]}, frozenset()))


@pytest.mark.parametrize("name", ["include", "include[]"])
def test_a_query_asks_in_two_ways(name: str) -> None:
    assert of_query({name: ["reasoning.encrypted_content"]}) == {"reasoning.encrypted_content"}
    with pytest.raises(Refusal) as caught:
        of_query({name: ["reasoning.encrypted_content", "everything"]})
    assert (caught.value.key, caught.value.param) == ("invalid_value", "include[1]")
