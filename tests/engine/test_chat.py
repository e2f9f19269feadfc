"""A chat completion is a view of the same log: its body is the fold of its chunks, and says what the turn says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.engine.chat import CHUNK, Envelope, Padding, chunks, fold
from azure_openai_mock.engine.log import Log
from azure_openai_mock.engine.play import play
from azure_openai_mock.engine.turn import Ending, Pace, Turn
from azure_openai_mock.tools import ITEMS

USAGE = {
    "input_tokens": 7,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 1},
    "total_tokens": 12,
}
SHOWN = Envelope("chatcmpl-1", 1, "gpt-4o-2024-11-20", "fp_1", prompt=[{"prompt_index": 0}], spoken={"hate": {}}, usage=True)


AT_ONCE, WELL = Pace(), Ending()


def told(*said: dict[str, Any], pace: Pace = AT_ONCE, ending: Ending = WELL, coarse: bool = False) -> Log:
    envelope = {"id": "resp_1", "status": "in_progress", "output": [], "usage": None, "incomplete_details": None, "completed_at": None}
    turn = Turn(envelope, said, "0" * 16, b"seed", 1.0, closing={"usage": USAGE}, pace=pace, ending=ending)
    return play(turn, ITEMS, coarse=coarse)


def body_of(*logs: Log, envelope: Envelope = SHOWN) -> dict[str, Any]:
    return fold([event for _, event in chunks(logs, envelope)])


def message(text: str) -> dict[str, Any]:
    return {"type": "message", "content": text}


def call(name: str, arguments: str) -> dict[str, Any]:
    return {"type": "function_call", "name": name, "arguments": arguments}


SAID = st.lists(
    st.one_of(
        st.text(max_size=40).map(message),
        st.builds(call, st.sampled_from(["a", "b_c"]), st.text(max_size=20)),
        st.just({"type": "reasoning", "summary": []}),
        st.builds(lambda text: {"type": "custom_tool_call", "name": "free", "input": text}, st.text(max_size=20)),
    ),
    max_size=4,
)


@settings(max_examples=50, deadline=None)
@given(SAID)
def test_the_body_says_what_the_items_say(said: list[dict[str, Any]]) -> None:
    choice = body_of(told(*said))["choices"][0]
    texts = "".join(item["content"] for item in said if item["type"] == "message")
    assert (choice["message"]["content"] or "") == texts
    calls = [item for item in said if item["type"].endswith("_call")]
    shown = choice["message"].get("tool_calls", [])
    assert [next(value for key, value in one[one["type"]].items() if key != "name") for one in shown] == [
        item.get("arguments", item.get("input")) for item in calls
    ]
    assert choice["finish_reason"] == ("tool_calls" if calls else "stop")


@settings(max_examples=50, deadline=None)
@given(SAID)
def test_a_fine_and_a_coarse_telling_fold_to_the_same_body(said: list[dict[str, Any]]) -> None:
    assert body_of(told(*said)) == body_of(told(*said, coarse=True))


def test_every_chunk_but_the_annotations_names_its_completion() -> None:
    first, *rest = [event for _, event in chunks([told(message("hello there"))], SHOWN)]
    assert first["prompt_filter_results"] == [{"prompt_index": 0}]
    assert {(event["id"], event["object"]) for event in rest} == {("chatcmpl-1", CHUNK)}
    assert rest[0]["choices"][0]["delta"] == {"content": "", "refusal": None, "role": "assistant"}
    assert rest[-1]["choices"] == []
    assert rest[-1]["usage"]["total_tokens"] == 12


def test_choices_are_told_beside_each_other_in_time() -> None:
    slow, fast = told(message("one two three"), pace=Pace(per_token=0.2)), told(message("four"), pace=Pace(per_token=0.1))
    entries = chunks([slow, fast], SHOWN)
    assert [due for due, _ in entries] == sorted(due for due, _ in entries)
    assert [choice["message"]["content"] for choice in fold([event for _, event in entries])["choices"]] == ["one two three", "four"]


def test_usage_counts_the_prompt_once_and_every_answer() -> None:
    usage = body_of(told(message("a")), told(message("b")))["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (7, 10, 17)


@pytest.mark.parametrize(("why", "reason"), [("max_output_tokens", "length"), ("content_filter", "content_filter")])
def test_an_incomplete_turn_says_why(why: str, reason: str) -> None:
    assert body_of(told(message("cut"), ending=Ending(incomplete=why)))["choices"][0]["finish_reason"] == reason


def test_a_refusal_is_no_content() -> None:
    said = {"type": "message", "content": [{"type": "refusal", "refusal": "I will not."}]}
    shown = body_of(told(said))["choices"][0]["message"]
    assert (shown["content"], shown["refusal"]) == (None, "I will not.")


def test_a_turn_that_fails_ends_with_the_error() -> None:
    failing = told(message("never"), ending=Ending(failed=True, event={"type": "server_error", "code": None}, after=2))
    events = [event for _, event in chunks([failing], SHOWN)]
    assert events[-1] == {"error": {"type": "server_error", "code": None}}


def test_the_older_form_has_room_for_one_call() -> None:
    old = Envelope("chatcmpl-1", 1, "m", None, legacy=True)
    choice = body_of(told(call("a", '{"x":1}'), call("b", "{}")), envelope=old)["choices"][0]
    assert choice["message"]["function_call"] == {"arguments": '{"x":1}', "name": "a"}
    assert choice["finish_reason"] == "function_call"


def test_what_is_no_chunk_does_not_fold() -> None:
    with pytest.raises(ValueError, match="chunk"):
        fold([{"object": "response"}])


def test_keys_stand_in_alphabetical_order() -> None:
    for _, event in chunks([told(message("hi"))], SHOWN):
        assert list(event) == sorted(event)
    body = body_of(told(message("hi")))
    assert list(body) == sorted(body)
    assert json.dumps(body)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=20).map(message), min_size=1, max_size=2))
def test_padding_brings_every_chunk_to_one_of_few_lengths_and_changes_nothing_else(said: list[dict[str, Any]]) -> None:
    log = told(*said)
    plain = [event for _, event in chunks([log], SHOWN)]
    padded = [event for _, event in chunks([log], replace(SHOWN, padding=Padding(b"seed", 16, 1)))]
    assert fold(padded) == fold(plain)
    assert [{name: value for name, value in event.items() if name != "obfuscation"} for event in padded] == plain
    for event in padded[1:]:
        assert list(event) == sorted(event)
        counted = {**event, "choices": [{k: v for k, v in choice.items() if k != "content_filter_results"} for choice in event["choices"]]}
        assert len(json.dumps(counted, separators=(",", ":"), ensure_ascii=False).encode()) % 16 == 1
    assert "obfuscation" not in padded[0]


def test_padding_is_as_it_was_observed() -> None:
    made = {"choices": [{"delta": {}, "finish_reason": "stop", "index": 0, "logprobs": None}], "created": 1766821948}
    rest = {"model": "gpt-4.1-2025-04-14", "object": CHUNK, "system_fingerprint": "fp_" + "0" * 10}
    assert len(Padding(b"seed", 16, 1).padded(1, {**made, "id": "chatcmpl-" + "A" * 29, **rest})["obfuscation"]) == 15
