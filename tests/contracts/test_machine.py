"""The state machine finds nothing in the mock, and finds each of a wrong server's ways to be wrong."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from azure_openai_contracts.machine import machine_for
from azure_openai_contracts.target import Target, started_mock

SHORT = settings(max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
UNSHRUNK = settings(SHORT, max_examples=60, phases=[Phase.generate], report_multiple_bugs=False, derandomize=True)


@pytest.fixture(scope="module")
def mock() -> Iterator[Target]:
    with started_mock("--quiet") as target:
        yield target


@pytest.mark.slow
def test_the_mock_holds_in_any_order(mock: Target) -> None:
    run_state_machine_as_test(machine_for(mock), settings=SHORT)


def renames_the_parent(method: str, path: str, status: int, body: bytes) -> bytes:
    return re.sub(rb'("previous_response_id": ?)"resp_', rb'\1"resp_0', body)


def loses_an_item(method: str, path: str, status: int, body: bytes) -> bytes:
    if "/input_items" not in path or status != 200:
        return body
    page = json.loads(body)
    return json.dumps({**page, "data": page["data"][1:]}).encode()


def skips_an_event_when_resumed(method: str, path: str, status: int, body: bytes) -> bytes:
    return body.partition(b"\n\n")[2] if "starting_after" in path else body


def says_another_word_when_asked_again(method: str, path: str, status: int, body: bytes) -> bytes:
    return (
        re.sub(rb'("text": ?")(\w)', rb"\1Well, \2", body)
        if method == "GET" and "input_items" not in path and "stream" not in path
        else body
    )


OF_THE_WIRE = ("content-length", "transfer-encoding", "connection", "keep-alive")

SPOILS = {
    "renames the parent": renames_the_parent,
    "loses an item": loses_an_item,
    "skips an event when resumed": skips_an_event_when_resumed,
    "says another word when asked again": says_another_word_when_asked_again,
}


CAUGHT = {
    "deletes nothing": "its parent is gone|it is deleted",
    "fails where something is gone": "-> 500",
    "renames the parent": "names the response that it builds on",
    "loses an item": "other questions than were asked",
    "skips an event when resumed": "resumed with",
    "says another word when asked again": "another answer than is stored|was told otherwise|what is stored is what was answered",
}
"""How the server is wrong -> what the machine says of it."""


@contextmanager
def wrong_server(mock: Target, flaw: str) -> Iterator[Target]:
    """The mock behind a relay that is wrong in one way."""
    url = urlsplit(mock.base_url)

    class Relay(BaseHTTPRequestHandler):
        def relay(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            method = self.command
            if flaw == "deletes nothing" and method == "DELETE" and "/responses/" in self.path:
                method = "GET"
            connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=20)
            connection.request(method, self.path, sent or None, dict(self.headers.items()))
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in OF_THE_WIRE]
            connection.close()
            if method != self.command and status == 200:
                body = json.dumps({"id": json.loads(body)["id"], "object": "response.deleted", "deleted": True}).encode()
            if flaw == "fails where something is gone" and status == 404:
                status = 500
            if flaw in SPOILS:
                body = SPOILS[flaw](self.command, self.path, status, body)
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = do_PUT = relay  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield replace(mock, base_url=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_a_relay_without_a_flaw_is_not_taken_for_wrong(mock: Target) -> None:
    with wrong_server(mock, "none") as target:
        run_state_machine_as_test(machine_for(target), settings=settings(SHORT, max_examples=5))


@pytest.mark.slow
@pytest.mark.parametrize("flaw, why", CAUGHT.items())
def test_a_wrong_server_is_caught_for_what_is_wrong(mock: Target, flaw: str, why: str) -> None:
    with wrong_server(mock, flaw) as target, pytest.raises(AssertionError, match=why):
        run_state_machine_as_test(machine_for(target), settings=UNSHRUNK)


def test_time_stands_where_nobody_can_move_it(mock: Target) -> None:
    there = machine_for(Target("azure", mock.base_url, "k"))()
    assert not there.travels
    there.driver.close()
    here = machine_for(mock)()
    assert here.travels
    here.driver.close()
