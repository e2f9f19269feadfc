"""What the control API tells people who look at requests: what is new, and one in full."""

from __future__ import annotations

import itertools
import json
import socket
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from .conftest import KINDS, Mock
from .process import start, stop

pytestmark = pytest.mark.skipif(KINDS != ["memory"], reason="what left is recorded by the process that answered, and by it alone")

ASK = {"model": "gpt-4o", "input": "What is the weather?"}


def look(mock: Mock, cursor: str = "") -> dict[str, Any]:
    return dict(mock.control("GET", f"/requests?since={cursor}"))


def ask(mock: Mock, **more: Any) -> tuple[int, dict[str, str], bytes]:
    return mock.raw("POST", "/openai/v1/responses", json.dumps({**ASK, **more}).encode())


def newest(mock: Mock) -> dict[str, Any]:
    return dict(mock.control("GET", f"/requests/{mock.journal()[-1]['id']}"))


def test_a_look_tells_what_is_new_since_the_last_one(ga: Mock) -> None:
    first = look(ga)
    assert (first["data"], first["more"], first["anew"]) == ([], False, True)
    ask(ga)
    second = look(ga, first["cursor"])
    assert [(row["asked"], row["status"], row["number"]) for row in second["data"]] == [("What is the weather?", 200, 1)]
    assert second["data"][0]["ms"] > 0
    assert "body" not in second["data"][0]
    assert not second["anew"]
    assert look(ga, second["cursor"])["data"] == []


@pytest.mark.parametrize("forget", [("DELETE", "/requests", None), ("POST", "/reset", {})])
def test_a_look_begins_anew_when_the_journal_was_emptied(ga: Mock, forget: tuple[str, str, Any]) -> None:
    ask(ga)
    before = look(ga)["cursor"]
    ga.control(*forget)
    ask(ga)
    after = look(ga, before)
    assert (len(after["data"]), after["anew"]) == (1, True)


@pytest.mark.parametrize("cursor", ["nonsense", "x.1", "1", "."])
def test_a_cursor_that_nobody_gave_begins_anew(ga: Mock, cursor: str) -> None:
    ask(ga)
    assert len(look(ga, cursor)["data"]) == 1


def test_what_a_tool_put_out_is_told_by_its_type(ga: Mock) -> None:
    made = json.loads(ask(ga, tools=[{"type": "function", "name": "get_weather", "parameters": {}}])[2])
    call = next(item for item in made["output"] if item["type"] == "function_call")
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "rain"}
    ask(ga, input=[output], previous_response_id=made["id"])
    row = look(ga)["data"][-1]
    assert (row["asked"], row["sent"], row["turn"]) == (None, "function_call_output", 2)


def test_a_request_is_found_by_the_id_that_the_client_was_told(ga: Mock) -> None:
    _, headers, body = ask(ga)
    told = ga.control("GET", f"/requests/{headers['apim-request-id']}")
    assert told["answer"]["body"] == json.loads(body)
    assert told["stored"] == json.loads(body)
    assert told["answer"]["end"] == "whole"
    assert told["answer"]["bytes"] == len(body)
    assert ["apim-request-id", headers["apim-request-id"]] in told["answer"]["headers"]


def test_an_unknown_request_is_not_found(ga: Mock) -> None:
    assert ga.raw("GET", "/_mock/requests/none")[0] == 404


def test_a_stream_is_told_event_by_event_with_its_gaps(ga: Mock) -> None:
    ga.rule(say="one two three", pace={"first_token": "60ms"})
    _, _, body = ask(ga, stream=True)
    answer = newest(ga)["answer"]
    assert sum(event["bytes"] for event in answer["events"]) == len(body)
    assert answer["events"][0]["type"] == "response.created"
    assert answer["events"][-1]["type"] == "response.completed"
    times = [event["at_ms"] for event in answer["events"]]
    assert times == sorted(times)
    assert max(b - a for a, b in itertools.pairwise(times)) >= 40


@pytest.mark.parametrize(("fault", "end"), [("cut", "cut"), ("reset", "reset")])
def test_a_break_is_told_where_it_was(ga: Mock, fault: str, end: str) -> None:
    ga.rule(fault=[{fault: {"after": 3}}])
    with pytest.raises((HTTPException, ConnectionError)):
        ask(ga, stream=True)
    answer = newest(ga)["answer"]
    assert (answer["end"], len(answer["events"])) == (end, 3)


def test_a_client_that_leaves_is_told(ga: Mock) -> None:
    ga.rule(fault=[{"stall": {"after": 2, "for": "60s"}}])
    host, port = ga.url.removeprefix("http://").split(":")
    body = json.dumps({**ASK, "stream": True}).encode()
    named = f"host: {host}\r\napi-key: k\r\nx-mock-scope: {ga.scope}\r\n"
    head = f"POST /openai/v1/responses HTTP/1.1\r\n{named}content-type: application/json\r\n"
    with socket.create_connection((host, int(port))) as client:
        client.sendall(head.encode() + f"content-length: {len(body)}\r\n\r\n".encode() + body)
        heard = b""
        while b"in_progress\n" not in heard:
            heard += client.recv(4096)
        assert newest(ga)["answer"]["end"] is None
    while (end := newest(ga)["answer"]["end"]) is None:
        pass
    assert end == "left"


def test_every_rule_says_what_failed_and_which_was_used(ga: Mock) -> None:
    ga.rule(name="rain", when={"input__contains": "rain"}, say="wet")
    ga.rule(name="weather", when={"input__contains": "weather", "region": newest_region(ga)}, say="fine")
    ask(ga)
    told = {row["name"]: row for row in newest(ga)["rules_now"]}
    assert (told["weather"]["matches"], told["weather"]["used_here"]) == (True, True)
    assert (told["rain"]["matches"], told["rain"]["used_here"]) == (False, False)
    assert told["rain"]["failed"] == [{"condition": "input__contains", "expected": "rain", "found": "What is the weather?"}]


def newest_region(mock: Mock) -> str:
    ask(mock)
    return str(newest(mock)["region"])


def test_tokens_that_were_issued_are_hidden(ga: Mock) -> None:
    form = b"client_id=a&client_secret=b&grant_type=client_credentials&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
    status, _, body = ga.raw("POST", "/some/oauth2/v2.0/token", form, {"content-type": "application/x-www-form-urlencoded"})
    assert status == 200
    token = json.loads(body)["access_token"]
    assert token not in json.dumps(newest(ga))


def test_what_several_processes_answered_is_told_too_but_for_what_left(tmp_path: Path) -> None:
    server = start("--store", f"sqlite:///{tmp_path / 's.db'}", "--workers", "2", "--quiet", "--profile", "ga")
    try:
        mock = Mock(server.url, "together")
        for text in ("one", "two", "three"):
            ask(mock, input=text)
        first = look(mock)
        assert ([row["asked"] for row in first["data"]], first["anew"]) == (["one", "two", "three"], True)
        assert [row["number"] for row in first["data"]] == [1, 2, 3]
        ask(mock, input="four")
        second = look(mock, first["cursor"])
        assert ([(row["asked"], row["number"]) for row in second["data"]], second["anew"]) == ([("four", 4)], False)
        assert look(mock, second["cursor"])["data"] == []
        told = newest(mock)
        assert (told["answer"], told["stored"]["id"]) == (None, told["response_id"])
        mock.control("POST", "/reset", {})
        ask(mock, input="five")
        assert ([row["asked"] for row in look(mock, second["cursor"])["data"]]) == ["five"]
        assert [node["asked"] for node in mock.control("GET", "/chains")["data"]] == ["five"]
    finally:
        assert stop(server) == 0
