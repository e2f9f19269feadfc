"""Drift names every difference between the SDK's types, the cassettes and the mock, and forgives those that are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from openai import BaseModel
from openai.types.responses import Response, ResponseCreatedEvent, ResponseFunctionToolCall

from azure_openai_contracts import drift
from azure_openai_contracts.cassette import Cassette, Provenance, dump
from azure_openai_contracts.drift import Difference, Fact, Gap, Heard, Types, compare, explained, known_gaps, surface_of, told_in
from azure_openai_contracts.exchange import Answer, Exchange, Request
from azure_openai_contracts.target import Target, started_mock


@pytest.fixture(scope="module")
def mock() -> Iterator[Target]:
    with started_mock("--quiet") as target:
        yield target


class TelepathyEvent(BaseModel):
    type: Literal["response.telepathy.delta"]
    thought: str


class TelepathyCall(BaseModel):
    id: str
    type: Literal["telepathy_call"]
    thought: str


class MovedCreatedEvent(ResponseCreatedEvent):
    mood: str | None = None


class MovedCall(ResponseFunctionToolCall):
    mood: str | None = None


class MovedResponse(Response):
    mood: str | None = None
    karma: int


def new_release() -> Types:
    """The installed types, and what a release might add."""
    known = Types.installed()
    return Types(
        known.events | TelepathyEvent | MovedCreatedEvent,
        known.items | TelepathyCall | MovedCall,
        MovedResponse,
        known.parameters,
    )


def fresh(found: list[Difference]) -> dict[str, Difference]:
    return {one.name: one for one in found if one.severity != "notice" and not one.known}


def test_nothing_unknown_differs_today(mock: Target) -> None:
    found = fresh(drift.drift(target=mock, cassettes=Path(__file__).parents[2] / "cassettes"))
    assert not found, "\n".join(found)


def test_what_a_new_release_adds_is_named(mock: Target, tmp_path: Path) -> None:
    found = fresh(drift.drift(target=mock, cassettes=tmp_path, known=new_release()))
    assert {name: one.severity for name, one in found.items()} == {
        "mock lacks event response.telepathy.delta": "error",
        "mock lacks event response.created.mood": "warning",
        "mock lacks item telepathy_call": "error",
        "mock tells item function_call.mood only when given": "warning",
        "mock lacks response.mood": "warning",
        "mock lacks response.karma": "error",
    }
    assert "unknown item type" in found["mock lacks item telepathy_call"].why


def test_types_are_read_with_what_they_require() -> None:
    surface = surface_of(new_release())
    assert surface[("event response.telepathy.delta", "thought")].required
    assert not surface[("response", "mood")].required
    assert ("item message", "content", "[output_text]", "text") in surface
    assert ("response", "usage", "input_tokens_details", "cached_tokens") in surface
    assert ("parameter previous_response_id",) in surface


def heard(*paths: tuple[str, ...]) -> Heard:
    return Heard(set(paths))


def test_of_what_lacks_altogether_only_the_top_is_named() -> None:
    sdk = {("item a",): Fact(required=True), ("item a", "b"): Fact(required=True), ("item a", "b", "c"): Fact()}
    assert [one.name for one in compare(sdk, heard(), {})] == ["mock lacks item a"]
    assert [one.name for one in compare(sdk, heard(("item a",)), {})] == ["mock lacks item a.b"]
    assert compare(sdk, heard(*sdk), {}) == []


def test_what_only_the_mock_has_is_a_notice_and_below_what_is_open_nothing() -> None:
    sdk = {("response",): Fact(), ("response", "tools"): Fact(open=True)}
    mock = heard(*sdk, ("response", "content_filters"), ("response", "tools", "name"))
    assert compare(sdk, mock, {}) == [Difference("SDK lacks response.content_filters", "notice")]


def test_what_azure_was_recorded_to_say_and_the_mock_does_not_is_an_error() -> None:
    sdk = {("response",): Fact(), ("response", "id"): Fact(required=True)}
    recorded = {"azure": {("response",), ("response", "id"), ("response", "aura")}, "mock": {("response", "halo")}}
    found = compare(sdk, heard(*sdk), recorded)
    assert Difference("mock lacks response.aura of azure cassettes", "error") in found
    assert Difference("mock lacks response.halo of mock cassettes", "warning") in found
    assert Difference("SDK lacks response.aura of azure cassettes", "notice") in found


def test_cassettes_are_read_from_their_folder(tmp_path: Path) -> None:
    body = json.dumps({"object": "response", "id": "resp_1", "aura": 1, "output": []}).encode()
    exchange = Exchange(
        Request("POST", "https://example.openai.azure.com/openai/v1/responses"), Answer(200, (("content-type", "application/json"),), body)
    )
    dump(Cassette((exchange,), Provenance(source="azure")), tmp_path / "one.yaml")
    assert ("response", "aura") in drift.recorded_under(tmp_path)["azure"]


def test_events_and_their_items_are_told() -> None:
    event = {"type": "response.output_item.done", "item": {"type": "x_call", "parts": [{"type": "p", "q": 1}]}, "sequence_number": 1}
    body = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
    exchange = Exchange(Request("POST", "/openai/v1/responses"), Answer(200, (("content-type", "text/event-stream"),), body))
    assert told_in([exchange]) >= {("event response.output_item.done", "sequence_number"), ("item x_call", "parts", "[p]", "q")}


def test_a_known_gap_has_a_reason_and_one_that_is_no_more_is_told(tmp_path: Path) -> None:
    found = explained(
        [Difference("mock lacks item a[b].c", "error")], [Gap("mock lacks item a[b].*", "because"), Gap("mock lacks item z", "old")]
    )
    assert [(one.known, one.severity) for one in found] == [("because", "error"), ("", "warning")]
    assert "mock lacks item z" in found[1].name
    wrong = tmp_path / "gaps.yaml"
    wrong.write_text("- gap: mock lacks everything\n")
    with pytest.raises(ValueError, match="reason"):
        known_gaps(wrong)


def test_the_command_says_by_its_status_whether_anything_is_new(mock: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert drift.command(["--url", mock.base_url, "--cassettes", str(tmp_path)]) == 0
    none = tmp_path / "none.gaps"
    none.write_text("[]\n")
    capsys.readouterr()
    assert drift.command(["--url", mock.base_url, "--cassettes", str(tmp_path), "--gaps", str(none), "--json"]) == 1
    told: Any = json.loads(capsys.readouterr().out)
    assert told["new"] == sum(one["severity"] != "notice" for one in told["differences"])
