"""What a rule may look at."""

from __future__ import annotations

import pytest

from azure_openai_mock.behaviour.question import Question, answers_in

USER = {"role": "user", "content": "q"}
SAID = {"type": "message", "role": "assistant", "content": "a"}
THOUGHT = {"type": "reasoning", "summary": []}
CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
DONE = {"type": "function_call_output", "call_id": "c", "output": "ok"}


@pytest.mark.parametrize(
    "items, answers",
    [
        ([], 0),
        ([USER], 0),
        ([USER, SAID], 1),
        ([USER, THOUGHT, CALL, DONE], 1),
        ([USER, THOUGHT, CALL, DONE, SAID, USER], 2),
        ([USER, CALL, CALL, DONE, DONE], 1),
        ([{"role": "developer", "content": "x"}, USER], 0),
    ],
)
def test_an_answer_is_a_run_of_the_models_outputs(items, answers):
    assert answers_in(items) == answers


def test_text_parts_are_joined_and_other_parts_left_out():
    content = [{"type": "input_text", "text": "look"}, {"type": "input_image", "image_url": "x"}, {"type": "input_text", "text": "here"}]
    assert Question(request={"input": [{"role": "user", "content": content}]}).newest_user_text == "look\nhere"


@pytest.mark.parametrize("given", [None, 3, [3, "x"], {}, [{"role": "user"}], [{"role": "user", "content": [3]}], [{"type": {}}]])
def test_malformed_input_is_no_text_and_no_error(given):
    assert Question(request={"input": given, "tools": given}).newest_user_text in (None, "")
    assert Question(request={"tools": given}).tools == frozenset()


def test_items_given_by_the_service_win_over_the_raw_input():
    assert Question(request={"input": "raw"}, items=[{"role": "user", "content": "read"}]).newest_user_text == "read"


def test_tools_outputs_are_those_that_the_client_brings_now():
    assert Question(items=[USER, CALL, DONE]).tool_texts == ("ok",)
    assert Question(items=[USER, CALL, DONE, SAID, USER]).tool_texts == ()
    several = [DONE, {**DONE, "output": [{"type": "input_text", "text": "x"}]}]
    assert Question(items=several).tool_texts[0] == '[{"type":"input_text","text":"x"}]'
    assert Question(items=several).tool_texts[1].startswith("ok\n")


def test_what_was_said_before_is_the_models_newest_answer_wherever_it_is_kept():
    assert Question(items=[USER]).texts_before == ()
    assert Question(items=[USER], before=[USER, {**SAID, "content": "old"}, USER, THOUGHT, SAID]).texts_before == ("a",)
    assert Question(items=[USER, {**SAID, "content": "new"}, USER], before=[SAID]).texts_before == ("new",)
    assert Question(items=[DONE], before=[USER, CALL]).texts_before == ()
