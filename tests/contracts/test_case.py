"""A case is a flow or steps; it knows where it cannot run, and says what differed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from azure_openai_contracts.case import Case, Client, Step, differences, run
from azure_openai_contracts.exchange import Answer, Exchange, Request
from azure_openai_contracts.target import Target, started_mock

STEPS = Case(
    "a chain as data",
    steps=(
        Step("responses.create", {"model": "gpt-4o", "input": "hello"}, name="first"),
        Step("responses.create", {"model": "gpt-4o", "input": "and again", "previous_response_id": "{first}"}, name="second"),
        Step("responses.retrieve", id="{second.previous_response_id}"),
        Step("responses.delete", id="{first}"),
        Step("responses.retrieve", id="{first}", status=404),
    ),
)


@pytest.fixture(scope="module")
def mock() -> Iterator[Target]:
    with started_mock("--quiet") as target:
        yield target


@pytest.mark.parametrize("driver", ["raw", "openai", "openai-async"])
def test_steps_are_played_in_order_and_name_one_another(mock: Target, driver: str) -> None:
    found = run(STEPS, mock, driver)
    assert found.ok, found.report()
    assert [one.operation for one in found.run] == [step.operation for step in STEPS.steps]
    assert found.run[1].request.json["previous_response_id"] == found.run[2].response["id"]  # type: ignore[index]


def test_a_step_that_is_answered_otherwise_is_told(mock: Target) -> None:
    found = run(replace(STEPS, steps=(Step("responses.retrieve", id="resp_" + "0" * 50),)), mock, "raw")
    assert not found.ok
    assert "responses.retrieve: 404, not 200" in found.report()


def test_a_flow_that_breaks_is_told_with_everything_else(mock: Target) -> None:
    def flow(client: Client) -> None:
        client.create(input="hello")
        raise RuntimeError("a line of the client is broken")

    found = run(Case("broken", flow), mock, "raw")
    assert not found.ok
    assert found.report() == "RuntimeError: a line of the client is broken"


@pytest.mark.parametrize(
    ("kind", "case", "why"),
    [
        ("azure", Case("c", needs=frozenset({"time travel"})), "time cannot be moved on azure"),
        ("azure", Case("c", profile="preview"), "azure is what it is today"),
        ("azure", Case("c", needs=frozenset({"rules"})), "nobody can tell azure what its model shall say"),
        ("cassette", Case("c", needs=frozenset({"timing"})), "a cassette does not know when bytes came"),
        ("cassette", Case("c", needs=frozenset({"socket"})), "a cassette has no connection that could break"),
    ],
)
def test_what_cannot_run_somewhere_says_so_instead_of_passing(kind: str, case: Case, why: str) -> None:
    found = run(case, Target(kind))  # type: ignore[arg-type]
    assert found.skipped == why
    assert not found.ok


def test_an_open_mock_cannot_tell_a_wrong_key() -> None:
    case = Case("c", needs=frozenset({"keys"}))
    assert case.missing(Target("mock", open=True)) == ["no key is known to be the right one of this mock"]
    assert case.missing(Target("mock")) == []


def exchange(path: str, status: int = 200, body: bytes = b"{}") -> Exchange:
    return Exchange(Request("GET", f"http://host{path}"), Answer(status, (("content-type", "application/json"),), body))


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ([exchange("/a")], [], "0 calls where the cassette has 1"),
        ([exchange("/a")], [exchange("/b")], "call 1 asks GET /b where the cassette has GET /a"),
        ([exchange("/a")], [exchange("/a", 404)], "call 1 (GET /a -> 404) where the cassette has 200"),
        (
            [exchange("/a", body=b'{"object":"response","id":1}')],
            [exchange("/a", body=b'{"object":"response","other":1}')],
            "call 1 (GET /a -> 200): the response differs in its members id, other",
        ),
    ],
)
def test_a_live_run_is_held_beside_its_cassette(was: list[Exchange], now: list[Exchange], why: str) -> None:
    assert list(differences(was, now)) == [why]
    assert list(differences(was, was)) == []


@pytest.mark.parametrize("path", ["/responses/resp_" + "{0}" * 50, "/files/assistant-x{0}Yz" + "Q" * 18, "/containers/cntr_" + "{0}" * 48])
def test_ids_may_differ_from_run_to_run(path: str) -> None:
    one, other = exchange(path.format(1)), exchange(path.format(2))
    assert list(differences([one], [other])) == []
