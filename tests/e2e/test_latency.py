"""Models that take their time: on the scope's clock, by profile or file, and never unasked."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .conftest import Mock, start, stop

SLOW = {"models": {"gpt-5-mini": {"first_token": 10, "per_token": 1}, "gpt-4o": {"first_token": 2, "per_token": 0}}}


@pytest.fixture
def slow(ga: Mock) -> Mock:
    """A reasoning model of ten seconds to the first token and one for each, on a clock that stands still."""
    ga.control("PUT", "/settings", {"latency": SLOW})
    ga.control("POST", "/clock", {"freeze": True})
    ga.rule(say="one two three four")
    return ga


def test_it_is_off_by_default(ga: Mock) -> None:
    ga.control("POST", "/clock", {"freeze": True})
    assert ga.control("GET", "/settings")["latency"] == "off"
    assert ga.client().responses.create(model="gpt-5-mini", input="hi").status == "completed"


def test_a_stream_begins_at_once_and_comes_token_by_token(slow: Mock) -> None:
    stream = slow.client().responses.create(model="gpt-5-mini", input="hi", stream=True)
    assert [next(stream).type for _ in range(2)] == ["response.created", "response.in_progress"]
    slow.advance("10s")
    slow.advance("1s")
    assert [next(stream).type for _ in range(3)] == [
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
    ]
    slow.advance("1s")
    assert next(stream).type == "response.output_text.delta"
    slow.advance("1m")
    assert list(stream)[-1].type == "response.completed"


def test_a_body_waits_for_the_whole(slow: Mock) -> None:
    client = slow.client()

    def ask() -> Any:
        return client.responses.create(model="gpt-5-mini", input="hi")

    with ThreadPoolExecutor(1) as beside:
        call = beside.submit(ask)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                call.result(0.2)
            slow.advance("6s")
        with pytest.raises(TimeoutError):
            call.result(0.2)
        slow.advance("10s")
        assert call.result(5).output_text == "one two three four"


def test_each_model_has_its_own_time(slow: Mock) -> None:
    stream = slow.client().responses.create(model="gpt-4o", input="hi", stream=True)
    slow.advance("2s")
    assert list(stream)[-1].type == "response.completed"


def test_a_rule_s_own_pace_goes_first(slow: Mock) -> None:
    slow.rule(say="now", pace={"first_token": "0s"})
    assert slow.client().responses.create(model="gpt-5-mini", input="hi").output_text == "now"


def test_typical_latency_takes_time_on_the_scope_s_clock(ga: Mock) -> None:
    ga.control("PUT", "/settings", {"latency": "typical"})
    ga.control("POST", "/clock", {"freeze": True})
    stream = ga.client().responses.create(model="gpt-4o", input="hi", stream=True)
    assert [next(stream).type, next(stream).type] == ["response.created", "response.in_progress"]
    ga.advance("5m")
    assert list(stream)[-1].type == "response.completed"


@pytest.mark.parametrize("which", ["file", "typical*100000", "off"])
def test_the_command_line_takes_a_file_a_profile_and_a_speed_up(tmp_path: Path, which: str) -> None:
    table = tmp_path / "latency.yaml"
    table.write_text("speed_up: 10\nmodels:\n  gpt-4o: {first_token: 4, per_token: 0}\n")
    server = start("--store", "memory", "--profile", "ga", "--quiet", "--latency", str(table) if which == "file" else which)
    try:
        mock = Mock(server.url, "default")
        assert mock.control("GET", "/settings")["latency"] == (str(table) if which == "file" else which)
        began = time.monotonic()
        assert mock.client().responses.create(model="gpt-4o", input="hi").output_text
        assert which != "file" or time.monotonic() - began >= 0.4, "four seconds, ten times as fast"
        mock.close()
    finally:
        assert stop(server) == 0


def test_a_defective_file_ends_the_start_with_file_line_and_key(tmp_path: Path) -> None:
    table = tmp_path / "latency.yaml"
    table.write_text("models:\n  gpt-4o:\n    first_tokn: 3\n")
    with pytest.raises(AssertionError, match=r"latency\.yaml:3: models\.gpt-4o\.first_tokn"):
        start("--store", "memory", "--latency", str(table), "--quiet")
