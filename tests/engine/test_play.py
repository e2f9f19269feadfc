"""Telling a turn: the same events every time, numbered without a gap, in the service's order and shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.test_grammar import NOT_IN_THE_LIBRARY, NOT_TOLD, models
from tests.strategies_items import EACH, LAW, turn_of, turns
from tests.strategies_items import ITEMS as DRAWN

from azure_openai_mock.engine.grammar import ADDED, DONE, FIELDS
from azure_openai_mock.engine.play import completed, play
from azure_openai_mock.engine.turn import Ending, Pace, Turn
from azure_openai_mock.tools import ITEMS
from azure_openai_mock.wire.json import compact, loads

SHOWCASE: tuple[dict[str, Any], ...] = (
    {"type": "reasoning", "summary": ["Thinking."], "content": ["Deeply."], "encrypted_content": ""},
    {
        "type": "message",
        "content": [
            {"type": "output_text", "text": "See it.", "annotations": [{"type": "file_path", "file_id": "f", "index": 3}]},
            {"type": "refusal", "refusal": "No."},
        ],
    },
    {"type": "function_call", "name": "f", "arguments": {"a": 1}},
    {"type": "custom_tool_call", "name": "g", "input": "text"},
    {"type": "web_search_call", "action": {"type": "search", "query": "q", "queries": ["q"]}},
    {"type": "file_search_call", "queries": ["q"]},
    {"type": "code_interpreter_call", "code": "print(1)"},
    {"type": "image_generation_call", "result": "aGk=", "size": "1024x1024"},
    {"type": "mcp_list_tools", "server_label": "s"},
    {"type": "mcp_list_tools", "server_label": "s", "error": "no"},
    {"type": "mcp_call", "server_label": "s", "name": "t", "arguments": {}, "output": "x"},
    {"type": "mcp_call", "server_label": "s", "name": "t", "arguments": {}, "error": {"type": "http_error", "code": 424, "message": "no"}},
    {"type": "shell_call", "action": {"commands": ["ls"]}},
    {"type": "shell_call_output", "call_id": "c", "output": [{"outcome": {"type": "exit", "exit_code": 0}, "stderr": "", "stdout": "a"}]},
    {"type": "apply_patch_call", "operation": {"type": "create_file", "path": "a", "diff": "+a"}},
    {"type": "compaction"},
)
"""One of everything that has events of its own."""


@LAW
@given(turns())
def test_numbers_are_contiguous_and_times_never_go_back(turn: Turn) -> None:
    log = play(turn, ITEMS)
    assert [event["sequence_number"] for _, event in log.entries] == list(range(len(log.entries)))
    dues = [due for due, _ in log.entries]
    assert dues == sorted(dues)
    assert dues[0] == 0


@LAW
@given(turns())
def test_keys_are_type_then_the_alphabet(turn: Turn) -> None:
    for _, event in play(turn, ITEMS).entries:
        expected = [name for name in FIELDS[event["type"]] if name != "obfuscation" or "obfuscation" in event]
        assert list(event) == ["type", *expected]


@LAW
@given(turns())
def test_a_stored_turn_is_told_the_same_again(turn: Turn) -> None:
    told = list(play(turn, ITEMS).entries)
    stored = Turn(**{**{name: getattr(turn, name) for name in turn.__slots__}, "said": tuple(loads(compact(turn.said)))})
    assert list(play(stored, ITEMS).entries) == told


@LAW
@given(turns())
def test_events_round_trip_through_json(turn: Turn) -> None:
    for _, event in play(turn, ITEMS).entries:
        assert loads(compact(event)) == event
        assert list(loads(compact(event))) == list(event)


@LAW
@given(turns())
def test_output_without_telling_is_the_output_that_is_told(turn: Turn) -> None:
    assert completed(turn, ITEMS) == play(turn, ITEMS).response["output"]


@LAW
@given(turns())
def test_telling_in_coarse_pieces_gives_the_same_body(turn: Turn) -> None:
    assert play(turn, ITEMS, coarse=True).response == play(turn, ITEMS).response


@LAW
@given(turns())
def test_a_delta_and_its_noise_fill_sixteen_characters(turn: Turn) -> None:
    for _, event in play(turn, ITEMS).entries:
        wanted = turn.obfuscate and isinstance(event.get("delta"), str) and "obfuscation" in FIELDS[event["type"]]
        assert ("obfuscation" in event) == wanted
        if wanted:
            assert (len(event["delta"]) + len(event["obfuscation"])) % 16 == 0
            assert event["obfuscation"] == "" or event["obfuscation"].isalnum()


@pytest.mark.parametrize(
    ("said", "kind", "noisy"),
    [
        ({"type": "message", "content": [{"type": "refusal", "refusal": "I would rather not."}]}, "response.refusal.delta", False),
        ({"type": "custom_tool_call", "name": "f", "input": "some words"}, "response.custom_tool_call_input.delta", True),
    ],
)
def test_refusals_are_not_obfuscated_and_custom_calls_are(said: dict[str, Any], kind: str, noisy: bool) -> None:
    deltas = [event for _, event in play(turn_of(said, obfuscate=True), ITEMS).entries if event["type"] == kind]
    assert deltas
    assert all(("obfuscation" in event) is noisy for event in deltas)


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_what_is_given_is_told_to_the_letter(kind: str) -> None:
    @EACH
    @given(DRAWN[kind], st.booleans())
    def claim(given: dict[str, Any], named: bool) -> None:
        said = {**given, "id": "own_1"} if named else given
        told = play(turn_of(said), ITEMS).response["output"][0]
        assert told["type"] == kind
        for name, value in said.items():
            if name in ("content", "summary"):
                continue
            if name in ("arguments", "input") and not isinstance(told[name], type(value)):
                assert json.loads(told[name]) == value
            elif value == "" and name == "encrypted_content":
                assert told[name].startswith("gAAAA")
            elif isinstance(value, dict):
                assert value.items() <= told[name].items()
            else:
                assert told[name] == value
        assert list(told)[:2] == ["id", "type"]
        rest = [name for name in told if name not in ("id", "type", "status")]
        assert rest == sorted(rest)

    claim()


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_items_begin_with_the_id_with_which_they_end(kind: str) -> None:
    @EACH
    @given(DRAWN[kind])
    def claim(given: dict[str, Any]) -> None:
        events = [event for _, event in play(turn_of(given), ITEMS).entries]
        inside = [event for event in events if "item_id" in event]
        begun = next(event["item"] for event in events if event["type"] == ADDED)
        ended = next(event["item"] for event in events if event["type"] == DONE)
        assert begun["id"] == ended["id"]
        assert all(event["item_id"] == ended["id"] for event in inside)
        assert begun.get("status") in (None, "in_progress") or kind in ("apply_patch_call_output", "program_output")
        if kind in ("program", "program_output"):
            late = "code" if kind == "program" else "result"
            assert begun == {**ended, late: ""}

    claim()


@pytest.mark.parametrize("turn", [turn_of(*SHOWCASE, options={"partial_images": 1, "compacting": True}, obfuscate=True)], ids=["showcase"])
def test_every_event_type_is_told_and_parses_strictly(turn: Turn) -> None:
    told: dict[str, dict[str, Any]] = {}
    incomplete = turn_of(ending=Ending(incomplete="max_output_tokens"))
    failed = turn_of(ending=Ending(failed=True, event={"type": "t", "code": "c", "message": "m", "param": None}, error=None))
    for one in (turn, turn_of(background=True), incomplete, failed):
        for _, event in play(one, ITEMS).entries:
            told.setdefault(event["type"], event)
    assert set(FIELDS) - set(told) == {"keepalive"}
    for kind, event in told.items():
        if kind in NOT_IN_THE_LIBRARY:
            continue
        parsed = {**event, **event["error"]} if kind == "error" else event
        models()[kind].model_validate_json(compact({**parsed, "type": kind}), strict=True)  # type: ignore[attr-defined]
    assert not set(told) & set(NOT_TOLD)


@LAW
@given(turns())
def test_every_event_parses_strictly(turn: Turn) -> None:
    for _, event in play(turn, ITEMS).entries:
        model = models().get(event["type"])
        if model is not None and event["type"] != "error":
            model.model_validate_json(compact(event), strict=True)  # type: ignore[attr-defined]


def test_a_run_of_given_length_ends_on_time() -> None:
    log = play(turn_of({"type": "message", "content": "one two three"}, pace=Pace(queued=0.05, total=0.5), background=True), ITEMS)
    assert log.end == pytest.approx(0.5)


@LAW
@given(st.integers(0, 12), st.booleans())
def test_a_failing_turn_plays_as_many_events_as_it_says(after: int, background: bool) -> None:
    ending = Ending(
        failed=True, event={"type": "t", "code": "c", "message": "m", "param": None}, error={"code": "c", "message": "m"}, after=after
    )
    events = [
        event
        for _, event in play(turn_of({"type": "message", "content": "one two three"}, ending=ending, background=background), ITEMS).entries
    ]
    whole = len(play(turn_of({"type": "message", "content": "one two three"}, background=background), ITEMS).entries) - 1
    opening = 3 if background else 2
    assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
    assert len(events) - 2 == min(max(after, opening), whole)
