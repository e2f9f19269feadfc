"""What is called legal is taken, what is nearly legal is refused at its place, and what is hostile does no harm."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from azure_openai_contracts.strategies import Wrong, hostile_bodies, input_items, legal_requests, nearly_legal_requests, schemas
from azure_openai_contracts.target import started_mock

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
Send = Callable[[bytes], tuple[int, Any]]


@pytest.fixture(scope="module")
def send() -> Iterator[Send]:
    with started_mock("--quiet", "--profile", "ga") as target:
        url = urlsplit(target.base_url)

        def ask(body: bytes) -> tuple[int, Any]:
            connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=20)
            try:
                connection.request("POST", "/openai/v1/responses", body, {"api-key": "k", "content-type": "application/json"})
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())
            finally:
                connection.close()

        yield ask


@FEW
@given(legal_requests())
def test_what_is_legal_is_taken(send: Send, body: dict[str, Any]) -> None:
    status, answer = send(json.dumps(body).encode())
    assert status == 200, (body, answer)


@FEW
@given(nearly_legal_requests())
def test_what_is_nearly_legal_is_refused_at_its_place(send: Send, wrong: Wrong) -> None:
    status, answer = send(json.dumps(wrong.body).encode())
    assert status == 400, (wrong, answer)
    assert str(answer["error"]["param"]).startswith(wrong.where), (wrong, answer)


@FEW
@given(hostile_bodies())
def test_what_is_hostile_does_no_harm(send: Send, body: bytes) -> None:
    status, answer = send(body)
    assert status < 500, (body[:200], answer)


@FEW
@given(input_items())
def test_every_call_has_its_own_output(items: list[dict[str, Any]]) -> None:
    calls = [item["call_id"] for item in items if item.get("type") == "function_call"]
    outputs = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    assert calls == outputs
    assert len(set(calls)) == len(calls)


@FEW
@given(schemas())
def test_schemas_are_schemas(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["required"] == list(schema["properties"])


@settings(FEW, max_examples=15)
@given(st.data())
def test_streams_are_asked_for_only_where_they_are_wanted(data: st.DataObject) -> None:
    assert "stream" not in data.draw(legal_requests())
    assert data.draw(legal_requests(stream=True))["stream"] is True
    assert isinstance(data.draw(legal_requests(stream=None))["stream"], bool)
