"""Calls and their answers: what waits, and inputs that do not hold together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.tools.answers import ANSWERED_BY, check, open_calls
from azure_openai_mock.wire.refusal import Refusal

IDS = st.integers(0, 5).map("call_{}".format) | st.text(" ab", min_size=1, max_size=3)
CALLS = st.lists(st.tuples(st.sampled_from(sorted(ANSWERED_BY)), IDS), unique_by=lambda call: call[1])


def call(ident: str, kind: str = "function_call") -> dict[str, Any]:
    return {"type": kind, "call_id": ident}


def output(ident: str, kind: str = "function_call") -> dict[str, Any]:
    return {"type": ANSWERED_BY[kind], "call_id": ident}


def refused(items: list[dict[str, Any]], opened: tuple[str, ...] = (), *, stored: bool = False) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check(items, opened, stored=stored)
    return caught.value


@given(CALLS, st.data())
def test_a_context_is_taken_exactly_when_every_call_is_answered(calls: list[tuple[str, str]], data: st.DataObject) -> None:
    answered = data.draw(st.sets(st.sampled_from(calls))) if calls else set()
    items = [call(ident, kind) for kind, ident in calls] + [output(ident, kind) for kind, ident in answered]
    waiting = tuple(ident for kind, ident in calls if (kind, ident) not in answered)
    assert open_calls(items) == waiting
    if waiting:
        refusal = refused(items)
        assert (refusal.key, refusal.fields["call_id"]) == ("tool_output_not_found", waiting[0])
    else:
        check(items)


def test_an_output_needs_its_call() -> None:
    refusal = refused([output("call_1")])
    assert (refusal.key, refusal.param, refusal.fields["call_id"]) == ("tool_call_not_found", "input", "call_1")


def test_what_the_chain_left_open_may_and_must_be_answered() -> None:
    check([output("call_1")], ("call_1",))
    assert refused([], ("call_1",)).key == "tool_output_not_found"


def test_an_answer_may_be_given_again() -> None:
    check([call("call_1"), output("call_1"), output("call_1")])


def test_an_item_may_not_come_twice() -> None:
    message = {"type": "message", "role": "user", "id": "msg_1", "content": []}
    assert refused([message, message]).key == "duplicate_item"
    check([{**message, "id": None}, {**message, "id": None}])


REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}
SPOKEN = {"type": "message", "role": "assistant", "id": "msg_1", "content": []}
ASKED = {"type": "message", "role": "user", "id": "msg_2", "content": []}


@pytest.mark.parametrize("rest", [[], [ASKED], [{**SPOKEN, "id": None}]], ids=["nothing", "a question", "a nameless answer"])
def test_stored_reasoning_wants_what_followed_it(rest: list[dict[str, Any]]) -> None:
    refusal = refused([REASONING, *rest], stored=True)
    assert (refusal.key, refusal.fields["id"]) == ("reasoning_without_item", "rs_1")
    check([REASONING, *rest], stored=False)


def test_reasoning_with_what_followed_it_is_taken() -> None:
    check([REASONING, SPOKEN, ASKED], stored=True)
    check([{**REASONING, "id": None}, ASKED], stored=True)


def test_a_local_shell_is_answered_by_the_item_s_own_id_too() -> None:
    run = {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_1"}
    for answer in ({"id": "lsh_1"}, {"call_id": "call_1"}):
        done = {"type": "local_shell_call_output", **answer}
        check([run, done])
        check([done], open_calls([run]))
        assert open_calls([done], open_calls([run])) == ()
    assert refused([{"type": "local_shell_call_output", "id": "lsh_2"}], open_calls([run])).fields["call_id"] == "lsh_2"
    assert refused([], open_calls([run])).fields["call_id"] == "call_1"
