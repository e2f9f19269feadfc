"""Chaos with a seed, named modes, and models that take their time."""

from __future__ import annotations

from http.client import HTTPException

import pytest

from .conftest import Mock

BODY = b'{"model":"gpt-4o","input":"hi"}'


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
    ga.control("PUT", "/settings", {"chaos": {"seed": 7, "rate": 0.4, "kinds": ["rate_limited", "server_error", "cut"]}})
    first = outcomes(ga)
    assert len(set(map(str, first))) > 1
    ga.control("POST", "/reset", {})
    ga.control("PUT", "/settings", {"profile": "ga", "chaos": {"seed": 7, "rate": 0.4, "kinds": ["rate_limited", "server_error", "cut"]}})
    assert outcomes(ga) == first
    assert any(entry["faults"] for entry in ga.journal()), "the journal says which"


@pytest.mark.parametrize("mode", ["flaky", "throttled", "failover", "cold-start", "filter-happy", "token-expiry"])
def test_a_named_mode_can_be_chosen(ga: Mock, mode: str) -> None:
    ga.control("PUT", "/settings", {"chaos": mode})
    assert ga.control("GET", "/settings")["chaos"] == mode


def test_a_mode_that_nobody_knows_is_refused(ga: Mock) -> None:
    with pytest.raises(Exception, match="400"):
        ga.control("PUT", "/settings", {"chaos": "calm"})


def test_typical_latency_takes_time_on_the_scope_s_clock(ga: Mock) -> None:
    ga.control("PUT", "/settings", {"latency": "typical"})
    ga.control("POST", "/clock", {"freeze": True})
    stream = ga.client().responses.create(model="gpt-4o", input="hi", stream=True)
    assert [next(stream).type, next(stream).type] == ["response.created", "response.in_progress"]
    ga.advance("5m")
    assert list(stream)[-1].type == "response.completed"
