"""Whatever a model said is taken back: as the next turn's input, stored, listed and said again."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.strategies_items import EACH, ITEMS, LAW, SAID, turn_of, turns

from azure_openai_mock.azure import inputs, profiles
from azure_openai_mock.behaviour import said
from azure_openai_mock.engine.fold import fold
from azure_openai_mock.engine.play import play
from azure_openai_mock.engine.turn import Turn
from azure_openai_mock.tools import ITEMS as KINDS
from azure_openai_mock.tools import answers
from azure_openai_mock.wire import json
from azure_openai_mock.wire.refusal import Refusal
from azure_openai_mock.wire.types import Item

GA = profiles.load("ga")


def told(items: list[Item]) -> list[Item]:
    """The output items of a turn that says these."""
    output: list[Item] = json.loads(json.compact(play(turn_of(*items), KINDS).response["output"]))
    return output


ANSWERS: dict[str, Item] = {
    "function_call": {"type": "function_call_output", "output": "sunny"},
    "custom_tool_call": {"type": "custom_tool_call_output", "output": "sunny"},
    "computer_call": {"type": "computer_call_output", "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,aGk="}},
    "local_shell_call": {"type": "local_shell_call_output", "output": "a.txt"},
    "shell_call": {"type": "shell_call_output", "output": [{"outcome": {"type": "exit", "exit_code": 0}, "stdout": "", "stderr": ""}]},
    "apply_patch_call": {"type": "apply_patch_call_output", "status": "completed"},
}
"""What a client says to a call, but for its id."""


def answer(call: Item) -> Item:
    """The client's answer to a call. One kind of call is answered under the item's own id."""
    made = ANSWERS[call["type"]]
    return {**made, "id": call["id"]} if made["type"] == "local_shell_call_output" else {**made, "call_id": call["call_id"]}


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_every_kind_of_item_is_taken_back(kind: str) -> None:
    @EACH
    @given(ITEMS[kind])
    def taken_back(item: Item) -> None:
        output = told([item])
        [stored] = inputs.check(output, profile=GA)
        assert stored["id"] == output[0]["id"]
        assert stored["type"] == kind

    taken_back()


@LAW
@given(turns())
def test_any_sequence_plays_and_folds_and_is_taken_back(turn: Turn) -> None:
    log = play(turn, KINDS)
    assert fold(event for _, event in log.entries) == log.response
    output = json.loads(json.compact(log.response["output"]))
    assert [item["type"] for item in inputs.check(output, profile=GA)] == [item["type"] for item in output]


@LAW
@given(SAID)
def test_what_was_told_can_be_said_again_to_the_letter(items: list[Item]) -> None:
    output = told([item for item in items if item["type"] in said.types()])
    assert told(said.normalise(output)) == output


@LAW
@given(SAID)
def test_what_is_stored_is_stored_the_same_again(items: list[Item]) -> None:
    once = inputs.check(told(items), profile=GA)
    assert inputs.check(json.loads(json.compact(once)), profile=GA) == once


@LAW
@given(SAID)
def test_with_every_call_answered_it_is_a_legal_context(items: list[Item]) -> None:
    output = told([item for item in items if not item["type"].endswith("_output")])
    calls = {call["call_id"]: call for call in output if call["type"] in answers.ANSWERED_BY}
    context = inputs.check([*output, *(answer(call) for call in calls.values())], profile=GA)
    answers.check(context)
    assert answers.open_calls(context) == ()
    if calls:
        with pytest.raises(Refusal):
            answers.check(inputs.check(output, profile=GA))
