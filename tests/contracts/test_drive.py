"""Whoever calls, the same is heard: on the wire, and of what the client made of it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest
from tests.contracts.legal import case_named

from azure_openai_contracts import catalogue
from azure_openai_contracts.case import Case, Client, run, staged
from azure_openai_contracts.drive import DRIVERS, ROUTES, Ask, Connection, driver_of, http_of
from azure_openai_contracts.exchange import operation_of
from azure_openai_contracts.target import Target, started_mock

STREAM = "test_streaming.test_a_stream_tells_the_response_that_is_stored"
ORPHAN = "test_chaining.test_an_unknown_parent_is_refused"
OWN = [f"{__name__}:with_openai", f"{__name__}:with_the_standard_library"]


def with_openai(connection: Connection, ask: Ask) -> Any:
    """Somebody's client, on the `openai` package."""
    options: dict[str, Any] = {"api_key": connection.api_key, "max_retries": 0, "default_headers": dict(connection.headers)}
    with openai.OpenAI(base_url=connection.root, **options) as client:
        if ask.operation == "responses.retrieve":
            return client.responses.retrieve(str(ask.id))
        made: Any = client.responses.create(**dict(ask.body or {}))
        return list(made) if ask.streams else made


def with_the_standard_library(connection: Connection, ask: Ask) -> Any:
    """Somebody's client, on nothing."""
    method, url, body = http_of(ask, connection)
    at = urlsplit(url)
    wire = http.client.HTTPConnection(at.hostname or "", at.port or 80, timeout=20)
    wire.request(method, f"{at.path}?{at.query}", body, {"content-type": "application/json", **connection.headers, **connection.auth()})
    answer = wire.getresponse()
    read = answer.read()
    wire.close()
    if answer.status >= 400:
        raise RuntimeError(json.loads(read)["error"]["message"])
    return read


@pytest.fixture(scope="module")
def mock() -> Iterator[Target]:
    with started_mock("--quiet") as target:
        yield target


@pytest.mark.parametrize("driver", [*DRIVERS, *OWN])
@pytest.mark.parametrize("name", [STREAM, ORPHAN])
def test_a_case_is_played_from_a_cassette_by_anybody(name: str, driver: str) -> None:
    found = run(case_named(name), Target("cassette"), driver, catalogue.cassettes() / f"{name}.yaml")
    assert found.report() == ""
    assert found.run


@pytest.mark.parametrize("driver", [*DRIVERS, *OWN])
@pytest.mark.parametrize("name", [STREAM, ORPHAN])
def test_a_case_is_played_against_a_mock_by_anybody(name: str, driver: str, mock: Target) -> None:
    found = run(case_named(name), mock, driver)
    assert found.report() == ""
    assert found.run


def test_everybody_is_heard_alike(mock: Target) -> None:
    def heard(driver: str) -> list[Any]:
        return [(one.operation, one.request.json, one.answer and one.answer.status) for one in run(case_named(ORPHAN), mock, driver).run]

    assert all(heard(driver) == heard("raw") for driver in [*DRIVERS, *OWN])


@pytest.mark.parametrize("driver", ["openai", "openai-async"])
def test_a_reply_holds_what_the_client_raised(driver: str) -> None:
    found = run(case_named(ORPHAN), Target("cassette"), driver, catalogue.cassettes() / f"{ORPHAN}.yaml")
    assert isinstance(found.run[0].raised, openai.BadRequestError)


def test_what_somebodys_function_raises_is_kept() -> None:
    found = run(case_named(ORPHAN), Target("cassette"), OWN[1], catalogue.cassettes() / f"{ORPHAN}.yaml")
    assert str(found.run[0].raised).startswith("Previous response with id")


def test_pieces_have_their_times(mock: Target) -> None:
    def flow(client: Client) -> None:
        answer = client.stream(input="Count to five.").answer
        assert sum(size for size, _ in answer.times) == len(answer.body)
        assert [at for _, at in answer.times] == sorted(at for _, at in answer.times)

    assert run(Case("times", flow), mock, "raw").report() == ""


def test_a_stream_can_be_left(mock: Target) -> None:
    def flow(client: Client) -> None:
        left = client.stream(input="Count to five.", take=3)
        assert len(left.events) >= 3
        assert left.exchange.notes["left"]

    for driver in DRIVERS:
        assert run(Case("left", flow), mock, driver).report() == ""


def test_an_unknown_driver_is_an_error_that_names_what_there_is() -> None:
    with pytest.raises(LookupError, match="no driver 'pigeon': there are openai, openai-async, raw"):
        driver_of("pigeon")
    with pytest.raises(LookupError, match="no function 'nowhere:call'"):
        driver_of("nowhere:call")


@pytest.mark.parametrize("operation", ROUTES)
def test_every_call_is_known_by_its_name_again(operation: str) -> None:
    method, url, _ = http_of(Ask(operation, "some_id", item="another_id"), Connection("http://host"))
    assert operation_of(method, urlsplit(url).path) == operation


def test_a_connection_spells_its_form() -> None:
    assert Connection("http://h").root == "http://h/openai/v1"
    assert Connection("http://h").auth() == {"Authorization": "Bearer contract"}
    assert Connection("http://h", form="v1").auth() == {"api-key": "contract"}
    assert Connection("http://h", form="v1").version() == {"api-version": "preview"}
    assert Connection("http://h", form="dated").root == "http://h/openai"


def test_a_cassette_is_left_whole_by_who_leaves_in_the_middle() -> None:
    with staged(case_named(STREAM), Target("cassette"), "raw", catalogue.cassettes() / f"{STREAM}.yaml") as client:
        assert client.stream(input="Count to five.", take=2).events
        client.scene.abandon()
