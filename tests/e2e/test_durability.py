"""A store outlives its server. What happens when the server is killed is in tests/reliability/test_crash.py."""

from __future__ import annotations

import http.client
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from .conftest import Server, start, stop

BODY = json.dumps({"model": "gpt-4o", "input": "keep me"})
HEADERS = {"api-key": "k", "content-type": "application/json"}


def call(server: Server, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body, HEADERS)
        answer = connection.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw else None
    finally:
        connection.close()


def test_a_restart_keeps_chains_clock_settings_and_rules(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    server = start("--store", store, "--quiet")
    call(server, "PUT", "/_mock/settings", json.dumps({"profile": "ga"}))
    first = call(server, "POST", "/openai/v1/responses", BODY)[1]
    call(server, "POST", "/_mock/clock", json.dumps({"advance": "10d"}))
    call(server, "POST", "/_mock/rules", json.dumps({"say": "after the restart"}))
    before = call(server, "GET", "/_mock/clock")[1]["now"]
    assert stop(server) == 0
    server = start("--store", store, "--quiet")
    assert abs(call(server, "GET", "/_mock/clock")[1]["now"] - before) < 60
    body = json.dumps({"model": "gpt-4o", "input": "go on", "previous_response_id": first["id"]})
    second = call(server, "POST", "/openai/v1/responses", body)[1]
    assert second["output"][0]["content"][0]["text"] == "after the restart"
    assert second["id"][5:21] == first["id"][5:21]
    assert second["id"] != first["id"]
    assert stop(server) == 0


def test_a_second_server_on_the_same_file_says_so_and_names_the_flag(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    server = start("--store", store, "--quiet")
    with pytest.raises(AssertionError, match="--store") as said:
        start("--store", store, "--quiet")
    assert "Traceback" not in str(said.value)
    assert stop(server) == 0


def test_sigint_ends_it_cleanly_too() -> None:
    server = start("--store", "memory", "--quiet")
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(10) == 0
    assert server.process.stdout is not None
    server.process.stdout.close()


def test_several_workers_share_rules_clock_counts_and_journal(tmp_path: Path) -> None:
    server = start("--store", f"sqlite:///{tmp_path / 'store.sqlite3'}", "--workers", "3", "--profile", "ga", "--quiet")
    call(server, "POST", "/_mock/rules", json.dumps({"fault": ["rate_limited"], "times": 5}))
    statuses = [call(server, "POST", "/openai/v1/responses", BODY)[0] for _ in range(20)]
    assert statuses.count(429) == 5, "a rule's times are counted where all workers see them"
    assert len(call(server, "GET", "/_mock/requests")[1]["data"]) == 20
    assert call(server, "DELETE", "/_mock/requests")[0] == 204
    assert call(server, "GET", "/_mock/requests")[1]["data"] == []
    made = call(server, "POST", "/openai/v1/responses", BODY)[1]
    for _ in range(6):
        assert call(server, "GET", f"/openai/v1/responses/{made['id']}")[0] == 200
    call(server, "POST", "/_mock/clock", json.dumps({"advance": "30d"}))
    for _ in range(6):
        assert call(server, "GET", f"/openai/v1/responses/{made['id']}")[0] == 404
    assert stop(server) == 0


def test_several_workers_without_a_store_that_they_share_are_refused() -> None:
    with pytest.raises(AssertionError, match="memory"):
        start("--store", "memory", "--workers", "2", "--quiet")
