"""The grammar as data: every row can be told, and what the client library knows is in it."""

from __future__ import annotations

import typing

import pytest
from openai.types.responses import ResponseStreamEvent

from azure_openai_mock import tools
from azure_openai_mock.engine.grammar import ADDED, COMPLETING, DONE, ENVELOPE, FIELDS, ITEMS, TERMINAL, following

NOT_TOLD = {
    "response.audio.delta": "the Responses API of Azure speaks no audio",
    "response.audio.done": "the Responses API of Azure speaks no audio",
    "response.audio.transcript.delta": "the Responses API of Azure speaks no audio",
    "response.audio.transcript.done": "the Responses API of Azure speaks no audio",
}
"""Stream events of the client library that are never told -> why."""
NOT_IN_THE_LIBRARY = {
    "keepalive": "recorded once",
    "response.apply_patch_call_operation_diff.delta": "recorded",
    "response.apply_patch_call_operation_diff.done": "recorded",
}
"""Events that are told and that the client library has no type for -> why."""


def models() -> dict[str, type]:
    """Stream event type -> the client library's model of it."""
    union = typing.get_args(typing.get_args(ResponseStreamEvent)[0])
    return {typing.get_args(model.model_fields["type"].annotation)[0]: model for model in union}


def test_every_event_type_of_the_client_library_is_told_or_has_a_reason() -> None:
    assert set(models()) - set(FIELDS) == set(NOT_TOLD)
    assert set(FIELDS) - set(models()) == set(NOT_IN_THE_LIBRARY)


@pytest.mark.parametrize("kind", sorted(set(FIELDS) - set(NOT_IN_THE_LIBRARY)))
def test_every_event_has_the_fields_that_the_client_library_requires(kind: str) -> None:
    fields = models()[kind].model_fields  # type: ignore[attr-defined]
    required = {name for name, field in fields.items() if field.is_required()} - {"type"}
    told = {*FIELDS[kind], "message"} if kind == "error" else set(FIELDS[kind])
    assert required <= told


def test_fields_are_in_alphabetical_order() -> None:
    assert all(list(names) == sorted(names) for names in FIELDS.values())


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_every_way_through_an_item_ends_with_done(kind: str) -> None:
    row = ITEMS[kind]
    reached, todo = {ADDED}, [ADDED]
    while todo:
        for there in row[todo.pop()]:
            if there != DONE and there not in reached:
                reached.add(there)
                todo.append(there)
    assert reached == set(row), "a step that nothing leads to"
    ending = {here for here, there in row.items() if DONE in there}
    for _ in row:
        ending |= {here for here, there in row.items() if there & ending}
    assert ending == set(row), "a step from which there is no end"
    assert reached - {ADDED} <= set(FIELDS)


def test_rows_are_of_item_types_that_can_be_told() -> None:
    assert set(ITEMS) <= set(tools.ITEMS)
    assert set(COMPLETING) <= set(ITEMS)
    assert all(event in ITEMS[kind] for kind, event in COMPLETING.items())


def test_a_type_without_a_row_is_told_whole() -> None:
    assert following("mcp_approval_request", ADDED) == {DONE}


def test_nothing_follows_the_end() -> None:
    assert all(not ENVELOPE[kind] for kind in TERMINAL)
