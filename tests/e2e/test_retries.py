"""The client library's own retry policy, held against each status and each form of the header that says how long to wait."""

from __future__ import annotations

from email.utils import formatdate
from time import time
from typing import Any

import openai
import pytest

from .clients import unhurried
from .conftest import Mock

STATUSES = (408, 409, 429, 500, 502, 503, 504, 529)
OTHERS = (400, 401, 403, 404, 413, 422)
FORMS: dict[str, tuple[dict[str, Any], float | None]] = {
    "seconds": ({"retry-after": "7"}, 7.0),
    "a fraction": ({"retry-after": "0.25"}, 0.25),
    "milliseconds": ({"retry-after-ms": "1500"}, 1.5),
    "both": ({"retry-after-ms": "1500", "retry-after": "99"}, 1.5),
    "a date": ({"retry-after": "DATE"}, 30.0),
    "none": ({}, None),
    "over a minute": ({"retry-after": "61"}, 61.0),
    "two minutes": ({"retry-after": "120"}, 120.0),
    "nothing": ({"retry-after": "0"}, None),
    "nonsense": ({"retry-after": "soon"}, None),
}
"""Headers of a refusal, and the wait that the client makes of them; None for its own backoff."""


def refuse(mock: Mock, status: int, headers: dict[str, Any], *, times: int | None = 1) -> None:
    given = {name: formatdate(time() + 30, usegmt=True) if value == "DATE" else value for name, value in headers.items()}
    silent = {"retry-after": None, "retry-after-ms": None}
    mock.rule(fault=[{"refuse": {"status": status, "headers": {**silent, **given}}}], **({} if times is None else {"times": times}))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", STATUSES)
def test_what_can_be_retried_is_retried_after_the_wait_that_was_asked_for(ga: Mock, status: int, form: str) -> None:
    headers, wait = FORMS[form]
    refuse(ga, status, headers)
    with unhurried(ga, max_retries=2) as client:
        assert client.responses.create(model="gpt-4o", input="hi").output_text
        (waited,) = client.waits
    if wait is None:
        assert 0.3 <= waited <= 0.5, "the client's own backoff"
    else:
        assert waited == pytest.approx(wait, abs=2 if form == "a date" else 0.001)
    assert [entry["status"] for entry in ga.journal()] == [status, 200]
    assert [entry["headers"]["x-stainless-retry-count"] for entry in ga.journal()] == ["0", "1"]


@pytest.mark.parametrize("headers", [{"retry-after": "121"}, {"retry-after-ms": "120001"}, {"retry-after": "3600"}])
@pytest.mark.parametrize("status", STATUSES)
def test_a_wait_of_more_than_two_minutes_ends_the_call(ga: Mock, status: int, headers: dict[str, str]) -> None:
    refuse(ga, status, headers)
    with unhurried(ga, max_retries=2) as client, pytest.raises(openai.APIStatusError) as caught:
        client.responses.create(model="gpt-4o", input="hi")
    assert caught.value.status_code == status
    assert [entry["status"] for entry in ga.journal()] == [status]


@pytest.mark.parametrize("status", OTHERS)
def test_what_cannot_be_retried_is_not(ga: Mock, status: int) -> None:
    refuse(ga, status, {"retry-after": "1"})
    with unhurried(ga, max_retries=2) as client, pytest.raises(openai.APIStatusError):
        client.responses.create(model="gpt-4o", input="hi")
    assert len(ga.journal()) == 1


@pytest.mark.parametrize("status, said, attempts", [(429, "false", 1), (400, "true", 3)])
def test_the_server_s_own_word_on_retries_wins(ga: Mock, status: int, said: str, attempts: int) -> None:
    refuse(ga, status, {"x-should-retry": said}, times=None)
    with unhurried(ga, max_retries=2) as client, pytest.raises(openai.APIStatusError):
        client.responses.create(model="gpt-4o", input="hi")
    assert len(ga.journal()) == attempts


@pytest.mark.parametrize("status", STATUSES)
def test_in_the_end_the_client_gives_up_with_the_last_refusal(ga: Mock, status: int) -> None:
    refuse(ga, status, {}, times=None)
    with unhurried(ga, max_retries=3) as client, pytest.raises(openai.APIStatusError) as caught:
        client.responses.create(model="gpt-4o", input="hi")
    assert caught.value.status_code == status
    assert len(ga.journal()) == 4
    assert client.waits == sorted(client.waits), "each wait is longer than the one before"


def test_a_real_limit_is_waited_out_on_the_scope_s_clock(ga: Mock) -> None:
    """The wait that the mock asks for is the one after which it answers."""
    ga.control("POST", "/clock", {"freeze": True})
    ga.control("POST", "/clock", {"set": 1_754_000_030.25})
    ga.control("PUT", "/settings", {"limits": {"requests": 1}})
    client = ga.client()
    client.responses.create(model="gpt-4o", input="hi")
    with pytest.raises(openai.RateLimitError) as caught:
        client.responses.create(model="gpt-4o", input="hi")
    ga.advance(float(caught.value.response.headers["retry-after-ms"]) / 1000)
    assert client.responses.create(model="gpt-4o", input="hi").output_text
