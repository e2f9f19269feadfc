"""Two servers that share nothing but a Redis are one service: for streams, clocks and rules, and when a machine or the engine is lost."""

from __future__ import annotations

import http.client
import itertools
import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI
from tests.redis_engine import Engine

from .conftest import Mock
from .process import Started, running, start, stop

SOON = 2.0
"""Seconds within which the loss of the engine is told."""
KILLS = 5
BODY = json.dumps({"model": "gpt-4o", "input": "keep me"})
SECRET = f"not-a-password-{time.time_ns()}"
_COUNT = itertools.count()


@dataclass
class Pair:
    """The engine and the scope as each of the two machines answers for it."""

    engine: Engine
    first: Mock
    second: Mock


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Started, Started]]:
    engine = Engine(tmp_path_factory.mktemp("machines"), "--appendonly", "yes", "--appendfsync", "always")
    try:
        with running("--store", engine.url) as first, running("--store", engine.url) as second:
            yield engine, first, second
    finally:
        engine.stop()


@pytest.fixture
def pair(deployed: tuple[Engine, Started, Started]) -> Iterator[Pair]:
    engine, first, second = deployed
    name = f"pair-{next(_COUNT)}"
    both = Pair(engine, Mock(first.url, name), Mock(second.url, name))
    both.first.control("PUT", "/settings", {"profile": "ga"})
    yield both
    both.first.close()
    both.second.close()


def healthy_again(mock: Mock) -> None:
    deadline = time.monotonic() + 10
    while mock.raw("GET", "/_mock/health")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_stream_that_one_machine_began_is_resumed_by_the_other(pair: Pair) -> None:
    pair.first.rule(say="one two three four five six seven eight", pace={"per_token": "20ms"})
    begun = pair.first.client().responses.create(model="gpt-4o", input="x", stream=True, background=True)
    heard = list(itertools.islice(begun, 6))
    begun.close()
    ident = heard[0].response.id  # type: ignore[union-attr]
    rest = list(pair.second.client().responses.retrieve(ident, stream=True, starting_after=heard[-1].sequence_number))
    assert [event.sequence_number for event in heard + rest] == list(range(len(heard) + len(rest)))
    assert rest[-1].type == "response.completed"
    assert rest[-1].response.output_text == "one two three four five six seven eight"
    assert rest[-1].response == pair.first.client().responses.retrieve(ident)


def test_a_clock_that_one_machine_moves_wakes_who_waits_at_the_other(pair: Pair) -> None:
    pair.first.rule(say="later", pace={"first_token": "1h"})
    pair.first.control("POST", "/clock", {"freeze": True})
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(pair.second.client().responses.create(model="gpt-4o", input="x").output_text))
    waiting.start()
    while not [row for row in pair.first.control("GET", "/rules")["rules"] if row["used"]]:
        time.sleep(0.01)
    pair.first.advance("2h")
    waiting.join(10)
    assert answers == ["later"]


def test_rules_added_by_both_at_once_are_all_kept(pair: Pair) -> None:
    def add(mock: Mock, mark: str) -> None:
        for number in range(10):
            mock.rule(name=f"{mark}{number}", say="x")

    adding = [threading.Thread(target=add, args=(mock, mark)) for mock, mark in ((pair.first, "a"), (pair.second, "b"))]
    for each in adding:
        each.start()
    for each in adding:
        each.join()
    names = {rule["name"] for rule in pair.first.control("GET", "/rules")["rules"]}
    assert names == {f"{mark}{number}" for mark in "ab" for number in range(10)}


def test_a_reset_by_one_is_a_reset_at_the_other(pair: Pair) -> None:
    for _ in range(3):
        pair.first.control("PUT", "/settings", {"profile": "ga"})
        pair.first.rule(say="scripted")
        made = pair.second.client().responses.create(model="gpt-4o", input="x")
        assert made.output_text == "scripted"
        pair.first.control("POST", "/reset", {})
        assert pair.second.control("GET", "/rules") == {"rules": []}
        assert pair.second.raw("GET", f"/openai/v1/responses/{made.id}?api-version=preview")[0] == 404


@pytest.mark.parametrize("hurt", ["kill", "freeze"])
def test_a_lost_engine_is_a_503_in_shape_and_soon_and_then_all_is_well_again(pair: Pair, hurt: str) -> None:
    made = pair.first.client().responses.create(model="gpt-4o", input="keep me")
    getattr(pair.engine, hurt)()
    try:
        for mock, ask in itertools.product(
            (pair.first, pair.second),
            (
                ("GET", f"/openai/v1/responses/{made.id}", None),
                ("POST", "/openai/v1/responses", BODY.encode()),
                ("GET", "/_mock/rules", None),
            ),
        ):
            began = time.monotonic()
            status, headers, body = mock.raw(*ask)
            assert time.monotonic() - began < SOON
            assert status == 503
            assert json.loads(body)["error"]["code"] == "ServiceUnavailable"
            assert int(headers["retry-after"]) >= 0 or ask[1].startswith("/_mock")
        status, _, body = pair.second.raw("GET", "/_mock/health")
        assert status == 503
        told = json.loads(body)
        assert (told["status"], told["store"]) == ("unavailable", pair.engine.url)
        assert told["problem"].startswith(pair.engine.url)
    finally:
        pair.engine.start() if hurt == "kill" else pair.engine.thaw()
    healthy_again(pair.first)
    healthy_again(pair.second)
    assert pair.second.client().responses.retrieve(made.id) == made
    assert pair.first.client().responses.create(model="gpt-4o", input="on", previous_response_id=made.id).status == "completed"


def test_a_stream_goes_on_while_the_engine_is_away(pair: Pair) -> None:
    pair.first.rule(say="one two three four five six seven eight", pace={"per_token": "50ms"})
    stream = pair.first.client().responses.create(model="gpt-4o", input="x", stream=True)
    heard = list(itertools.islice(stream, 5))
    pair.engine.kill()
    try:
        assert [*heard, *stream][-1].type == "response.completed"
    finally:
        pair.engine.start()
    healthy_again(pair.first)


def create_until(over: threading.Event, mock: Mock, acknowledged: list[str]) -> None:
    """Create responses, whatever is refused in between, and note what was acknowledged."""
    headers = {"api-key": "k", "content-type": "application/json", **mock.headers}
    while not over.is_set():
        connection = http.client.HTTPConnection(mock.url.removeprefix("http://"), timeout=10)
        with suppress(OSError, http.client.HTTPException):
            while not over.is_set():
                connection.request("POST", "/openai/v1/responses", BODY, headers)
                answer = connection.getresponse()
                body = json.loads(answer.read())
                if answer.status == 200:
                    acknowledged.append(body["id"])
                else:
                    assert answer.status == 503
                    time.sleep(0.01)
        connection.close()


def test_nothing_that_was_acknowledged_is_lost_when_the_engine_is_killed_under_load(pair: Pair) -> None:
    over = threading.Event()
    heard: list[list[str]] = [[], [], [], []]
    mocks = (pair.first, pair.second) * 2
    writers = [threading.Thread(target=create_until, args=(over, mock, ids)) for mock, ids in zip(mocks, heard, strict=True)]
    for writer in writers:
        writer.start()
    for _ in range(KILLS):
        counts = [len(ids) for ids in heard]
        while any(len(ids) < count + 5 for ids, count in zip(heard, counts, strict=True)):
            time.sleep(0.005)
        pair.engine.kill()
        pair.engine.start()
    healthy_again(pair.first)
    over.set()
    for writer in writers:
        writer.join()
    kept = {line["response"]["id"] for line in exported(pair.second)}
    acknowledged = [ident for ids in heard for ident in ids]
    assert len(set(acknowledged)) == len(acknowledged), "an id is never minted twice"
    assert set(acknowledged) <= kept


def exported(mock: Mock) -> Iterator[dict[str, Any]]:
    after = ""
    while True:
        page = mock.control("GET", f"/responses{after}")
        yield from page["data"]
        if page["after"] is None:
            return
        after = f"?after={page['after']}"


def test_what_a_killed_machine_acknowledged_is_told_by_the_other(tmp_path: Path) -> None:
    with ExitStack() as closing:
        engine = Engine(tmp_path)
        closing.callback(engine.stop)
        first = start("--store", engine.url, "--profile", "ga", "--quiet")
        second = closing.enter_context(running("--store", engine.url, "--profile", "ga"))
        made = OpenAI(base_url=f"{first.url}/openai/v1/", api_key="k").responses.create(model="gpt-4o", input="x", background=True)
        first.process.send_signal(signal.SIGKILL)
        stop(first)
        other = OpenAI(base_url=f"{second.url}/openai/v1/", api_key="k")
        while (now := other.responses.retrieve(made.id)).status != "completed":
            assert now.status in ("queued", "in_progress")
            time.sleep(0.05)


def test_a_server_without_its_engine_says_what_to_do_and_nothing_of_the_password() -> None:
    with pytest.raises(AssertionError, match="Start that Redis") as said:
        start("--quiet", env={"AZURE_OPENAI_MOCK_STORE": f"redis://:{SECRET}@127.0.0.1:1/0"})
    assert SECRET not in str(said.value)
    assert "Traceback" not in str(said.value)


def test_the_password_of_the_engine_is_shown_nowhere(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    assert engine.ask("CONFIG", "SET", "requirepass", SECRET) == "+OK"
    try:
        server = start(env={"AZURE_OPENAI_MOCK_STORE": f"redis://:{SECRET}@127.0.0.1:{engine.port}/0"})
        mock = Mock(server.url, "default")
        told = [mock.raw("GET", f"/_mock/{path}")[2].decode() for path in ("health", "settings", "requests", "scopes")]
        engine.kill()
        told += [mock.raw("GET", path)[2].decode() for path in ("/_mock/health", "/openai/v1/models")]
        server.process.terminate()
        told.append(server.process.communicate(timeout=10)[0])
    finally:
        engine.stop()
    assert SECRET not in "".join(told)
    assert f'"store": "redis://127.0.0.1:{engine.port}/0"' in told[0].replace('":"', '": "')
