"""Chaos with a seed, as a strategy that shrinks, and as named modes; each over a socket with the real client."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

import openai
import pytest
from hypothesis import find, settings
from openai import OpenAI

from azure_openai_mock.behaviour.chaos import Schedule
from azure_openai_mock.testing import schedules

from .clients import unhurried
from .conftest import Mock, Server, start, stop

BODY = b'{"model":"gpt-4o","input":"hi"}'
CHAOS = {"seed": 7, "rate": 0.4, "kinds": ["rate_limited", "server_error", "cut"]}
SAID = "These are some words"
_COUNT = itertools.count()


def outcomes(mock: Mock, calls: int = 30) -> list[object]:
    found: list[object] = []
    for _ in range(calls):
        try:
            status, _, body = mock.raw("POST", "/openai/v1/responses", BODY)
            found.append((status, len(body) if status != 200 else 0))
        except (OSError, HTTPException) as problem:
            found.append(type(problem).__name__)
    return found


def test_the_same_seed_gives_the_same_requests_the_same_faults(ga: Mock) -> None:
    ga.control("PUT", "/settings", {"chaos": CHAOS})
    first = outcomes(ga)
    assert len(set(map(str, first))) > 1
    ga.control("POST", "/reset", {})
    ga.control("PUT", "/settings", {"profile": "ga", "chaos": CHAOS})
    assert outcomes(ga) == first
    assert any(entry["faults"] for entry in ga.journal()), "the journal says which"


def test_a_schedule_that_is_set_anew_begins_at_its_first_call(ga: Mock) -> None:
    chaos = {"rate": 0, "calls": {"2": {"refuse": {"status": 503}}}}
    for _ in range(2):
        ga.control("PUT", "/settings", {"chaos": chaos})
        assert [ga.raw("POST", "/openai/v1/responses", BODY)[0] for _ in range(3)] == [200, 503, 200]


def test_the_command_line_gives_every_scope_its_chaos() -> None:
    server = start("--store", "memory", "--profile", "ga", "--chaos", "7", "--chaos-rate", "0.5", "--quiet")
    try:
        mock = Mock(server.url, "any")
        assert mock.control("GET", "/settings")["chaos"] == {"seed": 7, "rate": 0.5}
        expected = [Schedule(7, 0.5).fault_for(call) for call in range(1, 13)]
        outcomes(mock, 12)
        told = [bool(entry["faults"]) for entry in mock.journal()]
        assert told == [fault is not None for fault in expected]
    finally:
        assert stop(server) == 0


@pytest.fixture(scope="module")
def stage(server: Server) -> Iterator[Mock]:
    """A scope whose chaos is set again and again."""
    mock = Mock(server.url, f"stage-{next(_COUNT)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "ga"})
    mock.rule(say=SAID)
    yield mock
    mock.close()


def careful(client: OpenAI) -> str:
    """Asks without streaming, as often as it takes."""
    while True:
        try:
            return client.responses.create(model="gpt-4o", input="hi").output_text
        except (openai.APIError, ValueError):
            continue


def careless(client: OpenAI) -> str:
    """Streams, and takes what it has heard for the whole where the connection breaks. This is the mistake to be found."""
    heard = ""
    try:
        for event in client.responses.create(model="gpt-4o", input="hi", stream=True):
            heard += event.delta if event.type == "response.output_text.delta" else ""
    except openai.APIConnectionError:
        return heard
    except (openai.APIError, ValueError):
        return ""
    return heard if event.type == "response.completed" else ""


def test_a_failing_client_shrinks_to_the_one_fault_that_fools_it(stage: Mock) -> None:
    client = stage.client()

    def fooled(schedule: Schedule) -> bool:
        stage.control("PUT", "/settings", {"chaos": schedule.document()})
        asked, streamed = careful(client), careless(client)
        assert asked == SAID
        return streamed not in ("", SAID)

    budget = settings(max_examples=300, deadline=None, database=None, derandomize=True)
    found = find(schedules(calls=3, kinds=["cut", "reset", "rate_limited", "html_page", "split"]), fooled, settings=budget)
    assert found.told(3) == "cut;after=5 of call 2"


def test_a_schedule_that_was_found_can_be_written_down_and_played_again(stage: Mock) -> None:
    stage.control("PUT", "/settings", {"chaos": {"rate": 0, "calls": {"2": {"cut": {"after": 5}}}}})
    client = stage.client()
    assert careful(client) == SAID
    assert careless(client) == "These"


# ---- named modes ----


@pytest.fixture
def played(ga: Mock, request: pytest.FixtureRequest) -> Mock:
    """A scope in the mode that the test names."""
    ga.control("PUT", "/settings", {"chaos": request.param})
    assert ga.control("GET", "/settings")["chaos"] == request.param
    return ga


def mode(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("played", [name], indirect=True)


def asked(client: OpenAI, calls: int) -> list[Any]:
    """What came of each call: its status, or the exception."""
    found: list[Any] = []
    for _ in range(calls):
        try:
            found.append(client.responses.create(model="gpt-4o", input="hi").status)
        except openai.APIError as problem:
            found.append(type(problem))
    return found


@mode("flaky")
def test_flaky_fails_in_many_ways_and_retries_help(played: Mock) -> None:
    with unhurried(played, max_retries=3) as client:
        came = Counter(asked(client, 60))
    assert came["completed"] > 50, came
    assert len(client.waits) >= 5, "retries helped"
    met = [entry["faults"] for entry in played.journal() if entry["faults"]]
    assert len({str(faults) for faults in met}) >= 5, met


@mode("throttled")
def test_throttled_says_how_long_to_wait_in_every_form_and_in_none(played: Mock) -> None:
    forms = set()
    for _ in range(40):
        status, headers, _ = played.raw("POST", "/openai/v1/responses", BODY)
        if status == 429:
            forms.add(tuple(sorted(name for name in headers if name.startswith("retry-after"))))
    assert forms == {(), ("retry-after",), ("retry-after-ms",), ("retry-after", "retry-after-ms")}


@mode("failover")
def test_failover_goes_down_and_comes_back(played: Mock) -> None:
    played.control("POST", "/clock", {"freeze": True})
    client = played.client()
    gone = [openai.InternalServerError, openai.APIConnectionError, openai.InternalServerError, openai.InternalServerError]
    assert asked(client, 6) == ["completed", "completed", *gone]
    assert [entry["status"] for entry in played.journal()][2:] == [502, 200, 503, 503]
    assert slow(played, client, "3s") == "completed"
    assert asked(client, 2) == ["completed"] * 2


@mode("cold-start")
def test_cold_start_finds_the_deployment_in_the_end(played: Mock) -> None:
    played.control("POST", "/clock", {"freeze": True})
    client = played.client()
    assert asked(client, 2) == [openai.NotFoundError] * 2
    assert slow(played, client, "8s") == "completed"
    assert asked(client, 2) == ["completed"] * 2


def slow(mock: Mock, client: OpenAI, wait: str) -> Any:
    """What comes of a call that takes as long, on a clock that stands still until then."""
    with ThreadPoolExecutor(1) as beside:
        call = beside.submit(asked, client, 1)
        with pytest.raises(TimeoutError):
            call.result(0.3)
        mock.advance(wait)
        return call.result(5)[0]


@mode("filter-happy")
def test_filter_happy_refuses_prompts_and_cuts_answers(played: Mock) -> None:
    came = Counter(asked(played.client(), 80))
    assert set(came) == {"completed", "incomplete", openai.BadRequestError}
    assert came["completed"] > came[openai.BadRequestError] > 5


@mode("token-expiry")
def test_token_expiry_refuses_the_fifth_call_and_takes_the_next(played: Mock) -> None:
    came = asked(played.client(), 16)
    assert [number for number, one in enumerate(came, 1) if one is openai.AuthenticationError] == [5, 15]
    assert Counter(came)["completed"] == 14


def test_a_mode_that_nobody_knows_is_refused(ga: Mock) -> None:
    with pytest.raises(Exception, match="400"):
        ga.control("PUT", "/settings", {"chaos": "calm"})
