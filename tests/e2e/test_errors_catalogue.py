"""Every row of the error table as the real client meets it: which exception, how many attempts, what it had heard by then.

The rows are the table's own; what a client makes of them follows from their status alone, by the small table here.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openai
import pytest

from azure_openai_mock import testing
from azure_openai_mock.azure import errors
from azure_openai_mock.azure.errors import ErrorRow
from azure_openai_mock.cli import main
from azure_openai_mock.wire.refusal import Refusal

from .clients import unhurried
from .conftest import Mock, Server

EXCEPTIONS: dict[int, type[openai.APIStatusError]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}
RETRIED = (408, 409, 429)
CLASSES = {"server_error", "too_many_requests", "forbidden", "user_error", "insufficient_quota"}
"""The documented classes of an error event, and the one that the model provider's own answers have."""
HEARD = 3
"""Events that a stream tells before it breaks off."""

ROWS = errors.catalogue()
REFUSING = [row for row in ROWS if "body" in row.forms]
STREAMING = [row for row in ROWS if "stream" in row.forms]
FAILING = [row for row in ROWS if "failed" in row.forms]
_COUNT = itertools.count()


def by_key(row: ErrorRow) -> str:
    return row.key


def exception_of(status: int) -> type[openai.APIStatusError]:
    return openai.InternalServerError if status >= 500 else EXCEPTIONS.get(status, openai.APIStatusError)


def is_retried(status: int) -> bool:
    return status in RETRIED or status >= 500


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[Mock]:
    """One scope for all rows: each tells by its own header what goes wrong."""
    mock = Mock(server.url, f"catalogue-{next(_COUNT)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "ga"})
    yield mock
    mock.close()


@pytest.mark.parametrize("row", REFUSING, ids=by_key)
def test_a_refusal_reaches_the_client_as_its_status_says(shared: Mock, row: ErrorRow) -> None:
    before = len(shared.journal())
    with unhurried(shared, max_retries=1) as client, pytest.raises(openai.APIStatusError) as caught:
        client.responses.create(model="gpt-4o", input="hi", extra_headers={"x-mock-fault": row.key})
    error = caught.value
    assert type(error) is exception_of(row.status)
    assert error.status_code == row.status
    tried = shared.journal()[before:]
    assert len(tried) == (2 if is_retried(row.status) else 1)
    assert {(entry["status"], entry["faults"][0].split(";")[0]) for entry in tried} == {(row.status, "refuse")}
    assert error.request_id
    assert error.response.content == errors.render(Refusal(row.key), request_id=error.request_id).body, "the table's own bytes"
    told = error.response.json()
    assert error.body == told.get("error", told)
    assert set(row.headers) <= set(error.response.headers)
    assert shared.raw("GET", f"/openai/v1/responses/{tried[0]['response_id']}")[0] == 404, "nothing was stored"


@pytest.mark.parametrize("row", STREAMING, ids=by_key)
def test_an_error_event_ends_the_stream_and_is_not_retried(shared: Mock, row: ErrorRow) -> None:
    before = len(shared.journal())
    heard: list[str] = []
    fault = {"x-mock-fault": f"error_event;after={HEARD};key={row.key}"}
    with unhurried(shared, max_retries=1) as client, pytest.raises(openai.APIError) as caught:
        heard.extend(event.type for event in client.responses.create(model="gpt-4o", input="hi", stream=True, extra_headers=fault))
    assert type(caught.value) is openai.APIError
    assert heard == ["response.created", "response.in_progress", "response.output_item.added"]
    body: Any = caught.value.body
    assert body["type"] in CLASSES
    assert {"code", "message", "param"} <= set(body)
    (entry,) = shared.journal()[before:]
    assert shared.client().responses.retrieve(entry["response_id"]).status == "completed", "the row is whole"


@pytest.mark.parametrize("row", FAILING, ids=by_key)
def test_a_failed_response_is_an_answer_not_an_exception(ga: Mock, row: ErrorRow) -> None:
    ga.rule(outcome={"failed": row.key}, times=1)
    with unhurried(ga, max_retries=1) as client:
        failed = client.responses.create(model="gpt-4o", input="hi")
    assert (failed.status, failed.output, failed.usage) == ("failed", [], None)
    told: Any = failed.to_dict()["error"]
    if row.key == "failed_without_error":
        assert told is None
    else:
        assert list(told) == ["code", "message"]
        assert told["code"]
    assert len(ga.journal()) == 1
    assert ga.client().responses.retrieve(failed.id).to_dict()["error"] == told


@pytest.mark.parametrize("row", [row for row in FAILING if row.message], ids=by_key)
def test_a_failing_stream_tells_the_error_event_before_it_ends(ga: Mock, row: ErrorRow) -> None:
    ga.rule(say="a long answer that does not end", outcome={"failed": row.key, "after": HEARD + 1}, times=1)
    heard: list[str] = []
    stream = ga.client().responses.create(model="gpt-4o", input="hi", stream=True)
    with pytest.raises(openai.APIError):
        heard.extend(event.type for event in stream)
    assert heard[:2] == ["response.created", "response.in_progress"]
    assert len(heard) == HEARD + 1


@pytest.mark.parametrize("key", [None, "failed_without_error"])
def test_a_failure_without_an_error_is_heard_to_its_end(ga: Mock, key: str | None) -> None:
    ga.rule(outcome={"failed": key}, times=1)
    events = list(ga.client().responses.create(model="gpt-4o", input="hi", stream=True))
    assert [event.type for event in events] == ["response.created", "response.in_progress", "response.failed"]
    assert events[-1].response.error is None  # type: ignore[union-attr]


def test_a_background_run_fails_while_nobody_looks(ga: Mock) -> None:
    ga.control("POST", "/clock", {"freeze": True})
    ga.rule(outcome={"failed": "failed_background"}, times=1)
    client = ga.client()
    made = client.responses.create(model="gpt-4o", input="hi", background=True)
    assert made.status == "queued"
    ga.advance("1m")
    failed = client.responses.retrieve(made.id)
    assert (failed.status, failed.usage, failed.completed_at) == ("failed", None, None)
    assert failed.error is not None
    assert failed.error.code == "server_error"
    assert "wfr_" in failed.error.message
    assert failed.to_dict()["content_filters"] is None


@pytest.mark.parametrize(
    "key, fields, status, said",
    [
        ("item_not_found", {"id": "rs_1"}, 400, "Item with id 'rs_1' not found."),
        ("item_without_reasoning", {"id": "msg_1", "needed": "rs_1"}, 400, "without its required 'reasoning' item: 'rs_1'."),
        ("invalid_encrypted_content", {"id": "rs_1"}, 400, "The encrypted content for item rs_1 could not be verified."),
        ("replication_lag", {"id": "resp_1"}, 400, "Previous response with id 'resp_1' not found."),
    ],
)
def test_a_row_s_message_is_filled_by_the_rule(ga: Mock, key: str, fields: dict[str, str], status: int, said: str) -> None:
    ga.rule(fault=[{key: {"fields": fields}}])
    with pytest.raises(openai.APIStatusError) as caught:
        ga.client().responses.create(model="gpt-4o", input="hi")
    assert caught.value.status_code == status
    assert said in caught.value.message


UNIQUE = re.compile(rb"(resp|msg|rs|wfr)_[0-9a-f]{32,}|[0-9a-f-]{36}|\"created_at\": [0-9]+")


def by_rule(mock: testing.Mock, row: ErrorRow) -> None:
    mock.rules.add({"fault": [{row.key: True}], "times": 1})


def by_fixture(mock: testing.Mock, row: ErrorRow) -> None:
    mock.fault(row.key)


def by_command(mock: testing.Mock, row: ErrorRow) -> None:
    assert main(["fault", row.key, "--url", mock.url, "--scope", mock.scope]) == 0


@pytest.mark.parametrize("door", [by_rule, by_fixture, by_command])
def test_every_row_comes_by_every_door_as_it_comes_by_its_header(server: Server, door: Callable[[testing.Mock, ErrorRow], None]) -> None:
    mock = testing.Mock(server.url, testing.unused_name())
    mock.change(profile="ga")
    with httpx.Client(base_url=server.url, headers={"api-key": mock.key}, timeout=10) as client:

        def heard(**headers: str) -> tuple[int, str, bytes]:
            answer = client.post("/openai/v1/responses", json={"model": "gpt-4o", "input": "hi"}, headers=headers)
            return answer.status_code, answer.headers["content-type"], UNIQUE.sub(b"", answer.content)

        for row in ROWS:
            door(mock, row)
            assert heard() == heard(**{"x-mock-fault": row.key}), row.key
    assert not mock.rules.unused()
    mock.close()


def test_a_setting_that_is_a_word_of_python_is_given_with_an_underscore(server: Server) -> None:
    mock = testing.Mock(server.url, testing.unused_name())
    mock.fault("delay", for_="1ms")
    (rule,) = mock.rules
    assert rule["fault"] == [{"delay": {"for": "1ms"}}]
    mock.close()


@pytest.mark.parametrize("row", [row for row in ROWS if row.forms == ("failed",)], ids=by_key)
def test_what_only_a_failed_response_has_is_stored_and_streamed_as_one(ga: Mock, row: ErrorRow) -> None:
    client = ga.client()
    made = client.responses.create(model="gpt-4o", input="hi", extra_headers={"x-mock-fault": f"{row.key}, delay;for=1ms"})
    assert made.status == "failed"
    assert client.responses.retrieve(made.id).to_dict() == made.to_dict()
    stream = client.responses.create(model="gpt-4o", input="hi", stream=True, extra_headers={"x-mock-fault": f"{row.key};after=3"})
    heard: list[str] = []
    with contextlib.suppress(openai.APIError):
        heard.extend(event.type for event in stream)
    assert len(heard) == (4 if row.key == "failed_without_error" else 3)
    with pytest.raises(openai.BadRequestError, match="expected a number of events"):
        client.responses.create(model="gpt-4o", input="hi", extra_headers={"x-mock-fault": f"{row.key};after=soon"})


def test_replication_lags_right_after_a_create_and_catches_up(ga: Mock) -> None:
    """The rule of one use: the first chained call does not find its parent, the second does."""
    client = ga.client()
    parent = client.responses.create(model="gpt-4o", input="hi")
    ga.rule(when={"turn": 2}, fault=[{"replication_lag": {"fields": {"id": parent.id}}}], times=1)
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="gpt-4o", input="on", previous_response_id=parent.id)
    assert (caught.value.code, caught.value.param) == ("previous_response_not_found", "previous_response_id")
    assert parent.id in caught.value.message
    assert client.responses.create(model="gpt-4o", input="on", previous_response_id=parent.id).output_text


def test_an_item_that_is_not_there_is_not_found(ga: Mock) -> None:
    reference: Any = {"type": "item_reference", "id": "rs_" + "0" * 50}
    with pytest.raises(openai.BadRequestError, match=f"Item with id '{reference['id']}' not found"):
        ga.client().responses.create(model="gpt-5-mini", input=[reference])
