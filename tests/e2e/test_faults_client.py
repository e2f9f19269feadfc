"""Every fault as the real client meets it: which exception, how many attempts, what it had heard by then, and what is stored."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.faults import FAULTS

from .clients import unhurried
from .conftest import Mock, Server

SAID = "Grüße an die ganze Welt, und noch ein paar Wörter"
PATIENCE = 0.5
"""Seconds that the client waits for an answer that does not come."""
GONE, SLOW = openai.APIConnectionError, openai.APITimeoutError


@dataclass(frozen=True)
class Seen:
    """What a client with one retry makes of a fault.

    `stream` and `body` are the exception, None for an answer. `events` are those heard of a stream: so many of the whole where negative
    or 0, `most` says that it may be fewer. `attempts` are those for a stream and for a body. `stored` says whether the work was done.
    """

    settings: Any
    stream: type[Exception] | None = None
    body: type[Exception] | None = None
    events: int = 0
    most: bool = False
    attempts: tuple[int, int] = (1, 1)
    stored: bool = True
    patient: bool = True


WHOLE = Seen(True)
NEVER = Seen(True, SLOW, SLOW, -99, attempts=(2, 2), patient=False)
TABLE: dict[str, Seen] = {
    "refuse": Seen("rate_limited", openai.RateLimitError, openai.RateLimitError, -99, attempts=(2, 2), stored=False),
    "delay": Seen("20ms"),
    "stall": Seen({"after": 3, "for": "20ms"}),
    "slow_first_token": Seen("20ms"),
    "trickle": Seen({"bytes": 500, "pause": 0}),
    "cut": Seen({"after": 4}, GONE, GONE, 4, attempts=(1, 2)),
    "reset": Seen({"after": 4}, GONE, GONE, 4, most=True, attempts=(1, 2)),
    "truncate_json": Seen(True, json.JSONDecodeError, json.JSONDecodeError, -1),
    "garble": Seen({"bytes": 64}, ValueError, ValueError, -1, most=True),
    "wrong_length": Seen(16, GONE, GONE, attempts=(1, 2)),
    "split": WHOLE,
    "merge": WHOLE,
    "crlf": WHOLE,
    "comment": WHOLE,
    "keepalive": Seen(True, events=1),
    "drop": Seen("response.output_item.done", events=-1),
    "double": Seen("response.completed", events=1),
    "swap": Seen("response.in_progress"),
    "no_terminal": Seen(True, events=-1),
    "wrong_sequence": WHOLE,
    "answer": Seen(
        {"status": 502, "body": "no"}, openai.InternalServerError, openai.InternalServerError, -99, attempts=(2, 2), stored=False
    ),
    "html_page": Seen(True, openai.InternalServerError, openai.InternalServerError, -99, attempts=(2, 2), stored=False),
    "redirect": Seen("/elsewhere", openai.NotFoundError, openai.NotFoundError, -99, attempts=(2, 2), stored=False),
    "headers_only": Seen(True, SLOW, SLOW, -99, attempts=(1, 2), patient=False),
    "silence": NEVER,
    "late": NEVER,
    "error_event": Seen({"after": 4}, openai.APIError, openai.InternalServerError, 4, attempts=(1, 2)),
    "unheard": Seen(True, GONE, GONE, -99, attempts=(2, 2)),
    "noop": WHOLE,
}


def test_the_table_knows_every_fault() -> None:
    assert set(TABLE) == set(FAULTS)


@pytest.fixture
def talking(ga: Mock) -> Mock:
    """A scope that says the same each time, warm."""
    ga.rule(say=SAID, fault=["noop"])
    ga.client().responses.create(model="gpt-4o", input="hi")
    return ga


def whole_stream(mock: Mock) -> int:
    return len(list(mock.client().responses.create(model="gpt-4o", input="hi", stream=True)))


def noted(mock: Mock, before: int, least: int) -> list[dict[str, Any]]:
    """The journal since then, once everyone has noted that the client went away."""
    deadline = time.monotonic() + 5
    while len(mock.journal()) < before + least and time.monotonic() < deadline:
        time.sleep(0.02)
    return mock.journal()[before:]


def done(mock: Mock, entries: list[dict[str, Any]]) -> set[bool]:
    """Whether the work of these attempts was done."""
    found = [mock.raw("GET", f"/openai/v1/responses/{entry['response_id']}") for entry in entries if entry["response_id"]]
    return {status == 200 and json.loads(body)["output"][0]["content"][0]["text"] == SAID for status, _, body in found}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_stream(talking: Mock, name: str) -> None:
    seen, total = TABLE[name], whole_stream(talking)
    talking.rule(fault=[{name: seen.settings}])
    before, heard = len(talking.journal()), 0
    caught: Exception | None = None
    with unhurried(talking, max_retries=1, timeout=10 if seen.patient else PATIENCE) as client:
        try:
            for _ in client.responses.create(model="gpt-4o", input="hi", stream=True):
                heard += 1
        except Exception as problem:  # noqa: BLE001 - which it is, is what the table says
            caught = problem
    assert (type(caught) if seen.stream is not ValueError else ValueError) is (seen.stream or type(None)), caught
    assert seen.stream is None or isinstance(caught, seen.stream)
    expected = max(0, seen.events if name in ("cut", "reset", "error_event") else total + seen.events)
    assert heard <= expected if seen.most else heard == expected
    entries = noted(talking, before, seen.attempts[0])
    assert len(entries) == seen.attempts[0]
    assert done(talking, entries) == {seen.stored}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_body(talking: Mock, name: str) -> None:
    seen = TABLE[name]
    talking.rule(fault=[{name: seen.settings}])
    before = len(talking.journal())
    caught: Exception | None = None
    with unhurried(talking, max_retries=1, timeout=10 if seen.patient else PATIENCE) as client:
        try:
            assert client.responses.create(model="gpt-4o", input="hi").output_text == SAID
        except Exception as problem:  # noqa: BLE001 - which it is, is what the table says
            caught = problem
    assert (type(caught) if seen.body is not ValueError else ValueError) is (seen.body or type(None)), caught
    assert seen.body is None or isinstance(caught, seen.body)
    entries = noted(talking, before, seen.attempts[1])
    assert len(entries) == seen.attempts[1]
    assert done(talking, entries) == {seen.stored}


QUICK = sorted(set(TABLE) - {"silence", "late", "headers_only"})
"""Faults that do not wait for the client to give up."""
_SCOPES = itertools.count()


@pytest.fixture(scope="module")
def chained(server: Server) -> Iterator[Mock]:
    """One scope for many chains."""
    mock = Mock(server.url, f"chains-{next(_SCOPES)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "ga"})
    yield mock
    mock.close()


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.sampled_from(QUICK), max_size=4), stream=st.booleans())
def test_any_chain_leaves_the_store_as_its_faults_promise(chained: Mock, names: list[str], *, stream: bool) -> None:
    """What a fault puts in place of the answer was never made; in every other chain the answer is stored whole, whatever was heard."""
    chained.control("DELETE", "/rules")
    chained.rule(say=SAID)
    chained.rule(fault=[{name: TABLE[name].settings} for name in names], when={"operation": "responses.create"})
    before = len(chained.journal())
    client = chained.client(timeout=10)
    with suppress(Exception):  # a refusal whose body is cut reaches the caller as the transport's own error, which has two names
        given_: Any = {"model": "gpt-4o", "input": "hi"}
        for _ in client.responses.create(**given_, stream=True) if stream else [client.responses.create(**given_)]:
            pass
    entries = noted(chained, before, 1)
    assert len(entries[0]["faults"]) == len(names), "the journal says which"
    assert done(chained, entries[:1]) == {all(TABLE[name].stored for name in names)}


def test_late_answers_after_what_the_client_announced(talking: Mock) -> None:
    """A client of little patience hears nothing; one that is told of a longer wait by the rule's own setting does."""
    talking.rule(fault=["late"], times=1)
    began = time.monotonic()
    with pytest.raises(openai.APITimeoutError):
        talking.client(timeout=0.3).responses.create(model="gpt-4o", input="hi")
    assert time.monotonic() - began < 5
    status, _, _ = talking.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"hi"}')
    assert status == 200
    talking.rule(fault=["late"], times=1)
    began = time.monotonic()
    answered = talking.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"hi"}', {"x-stainless-read-timeout": "0.2"})
    assert answered[0] == 200
    assert 0.7 <= time.monotonic() - began < 3


@pytest.mark.parametrize("door", ["rule", "header", "fixture"])
def test_every_door_takes_the_same_words(ga: Mock, door: str) -> None:
    headers = {}
    if door == "rule":
        ga.rule(fault=[{"rate_limited": {"retry_after": 1.5}}], times=1)
    elif door == "header":
        headers = {"x-mock-fault": "rate_limited;retry_after=1.5"}
    else:
        from azure_openai_mock.testing import Mock as Handle

        Handle(ga.url, ga.scope).fault("rate_limited", retry_after=1.5)
    status, answered, _ = ga.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"hi"}', headers)
    assert status == 429
    assert (answered["retry-after"], answered["retry-after-ms"]) == ("2", "1500")
