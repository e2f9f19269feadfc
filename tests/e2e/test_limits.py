"""Rate limits that are real, and log probabilities."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from .conftest import Mock, Server, start, stop

MIDDLE = 1_754_000_030
"""An instant 50 seconds into a minute."""
BODY = b'{"model":"gpt-4o","input":"hi"}'


@pytest.fixture
def frozen(ga: Mock) -> Mock:
    """A scope whose minute has ten seconds left."""
    ga.control("POST", "/clock", {"freeze": True})
    ga.control("POST", "/clock", {"set": MIDDLE})
    return ga


def refused(client: OpenAI, model: str = "gpt-4o", text: str = "hi") -> openai.RateLimitError:
    with pytest.raises(openai.RateLimitError) as caught:
        client.responses.create(model=model, input=text)
    return caught.value


def test_requests_per_minute_are_limited_on_the_scope_s_clock(frozen: Mock) -> None:
    frozen.control("PUT", "/settings", {"limits": {"requests": 2}})
    client = frozen.client()
    raw = client.responses.with_raw_response.create(model="gpt-4o", input="hi")
    assert raw.headers["x-ratelimit-limit-requests"] == "2"
    assert raw.headers["x-ratelimit-remaining-requests"] == "1"
    client.responses.create(model="gpt-4o", input="hi")
    error = refused(client)
    assert error.code == "RateLimitReached"
    assert "exceeded the call rate limit" in error.message
    assert "retry after 10 seconds" in error.message
    assert (error.response.headers["retry-after"], error.response.headers["retry-after-ms"]) == ("10", "10000")
    frozen.advance("9s")
    assert refused(client).response.headers["retry-after"] == "1"
    frozen.advance("1s")
    assert client.responses.create(model="gpt-4o", input="hi").output_text


def test_each_deployment_has_its_own_count_and_may_have_its_own_limits(frozen: Mock) -> None:
    limits = {"requests": 1, "deployments": {"roomy": {"requests": 3}, "free": {}}}
    frozen.control("PUT", "/settings", {"limits": limits})
    client = frozen.client()

    def admitted(model: str) -> int:
        count = 0
        while count < 9:
            try:
                client.responses.create(model=model, input="hi")
            except openai.RateLimitError:
                break
            count += 1
        return count

    assert [admitted(model) for model in ("gpt-4o", "gpt-4.1", "roomy", "free")] == [1, 1, 3, 9]


def test_tokens_per_minute_count_the_prompt_and_what_may_be_said(frozen: Mock) -> None:
    frozen.control("PUT", "/settings", {"limits": {"deployments": {"gpt-4o": {"tokens": 50}}}})
    client = frozen.client()
    error = refused(client, text="word " * 200)
    assert "exceeded the token rate limit" in error.message
    assert client.responses.create(model="gpt-4.1", input="word " * 200).output_text
    with pytest.raises(openai.RateLimitError):
        client.responses.create(model="gpt-4o", input="hi", max_output_tokens=100)
    raw = client.responses.with_raw_response.create(model="gpt-4o", input="hi", max_output_tokens=20)
    left = int(raw.headers["x-ratelimit-remaining-tokens"])
    assert 0 < left < 30, "what was refused was not counted"
    assert raw.headers["x-ratelimit-limit-tokens"] == "50"
    assert raw.headers["x-ratelimit-limit-requests"] == "-1", "not limited"


def test_requests_are_judged_in_the_window_that_is_set(frozen: Mock) -> None:
    """60 a minute in windows of ten seconds are ten at a time."""
    frozen.control("PUT", "/settings", {"limits": {"requests": 60, "window": "10s"}})
    client = frozen.client()
    frozen.advance("5s")
    for _ in range(10):
        client.responses.create(model="gpt-4o", input="hi")
    error = refused(client)
    assert error.response.headers["retry-after"] == "5"
    frozen.advance("5s")
    assert client.responses.create(model="gpt-4o", input="hi").output_text


@pytest.mark.parametrize(
    "headers, said",
    [
        ("both", {"retry-after": "10", "retry-after-ms": "10000"}),
        ("retry-after", {"retry-after": "10"}),
        ("retry-after-ms", {"retry-after-ms": "10000"}),
        ("none", {"x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"}),
    ],
)
def test_a_refusal_says_how_long_to_wait_in_the_form_that_is_set(frozen: Mock, headers: str, said: dict[str, str]) -> None:
    frozen.control("PUT", "/settings", {"limits": {"requests": 0, "headers": headers}})
    error = refused(frozen.client())
    assert {name: error.response.headers.get(name) for name in said} == said
    assert [name for name in ("retry-after", "retry-after-ms") if name in error.response.headers] == [
        name for name in said if name.startswith("retry")
    ]
    assert "retry after 10 seconds" in error.message


def test_every_answer_carries_the_figures_in_its_profiles_variant(mock: Mock) -> None:
    mock.control("PUT", "/settings", {"limits": {"requests": 3, "tokens": 1000}})
    client = mock.azure()
    raw = client.responses.with_raw_response.create(model="gpt-4o", input="hi")
    assert (raw.headers["x-ratelimit-limit-requests"], raw.headers["x-ratelimit-remaining-requests"]) == ("3", "2")
    assert 900 < int(raw.headers["x-ratelimit-remaining-tokens"]) < 1000
    later = mock.control("GET", "/settings")["profile"] == "ga"
    assert ("x-ratelimit-renewalperiod-requests" in raw.headers) is later
    assert ("x-ms-deployment-name" in raw.headers) is not later
    for _ in range(2):
        client.responses.create(model="gpt-4o", input="hi")
    with pytest.raises(openai.RateLimitError) as caught:
        client.responses.create(model="gpt-4o", input="hi")
    assert caught.value.response.headers["x-ratelimit-remaining-requests"] == "0", "refusals carry them too"


@pytest.mark.parametrize(
    "limits, problem",
    [
        ([], "limits: null, or an object with"),
        ({"request": 1}, "limits.request: no such limit; did you mean 'requests'?"),
        ({"deployments": {"a": {"token": 1}}}, "limits.deployments.a.token: no such limit; did you mean 'tokens'?"),
        ({"requests": -1}, "limits.requests: a whole number per minute"),
        ({"window": "2m"}, "limits.window: at most a minute"),
        ({"headers": "loud"}, "limits.headers: one of both, retry-after"),
        ({"headers": []}, "limits.headers: one of both, retry-after"),
        ({"window": None}, "limits.window: a duration"),
        ({"deployments": {"a": {"tokens": "many"}}}, "limits.deployments.a.tokens: a whole number"),
    ],
)
def test_nonsense_is_refused_by_name(ga: Mock, limits: object, problem: str) -> None:
    status, _, body = ga.raw("PUT", "/_mock/settings", json.dumps({"limits": limits}).encode())
    assert (status, problem in body.decode()) == (400, True)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Server]:
    """A server of two processes on one file."""
    running = start("--store", f"sqlite:///{tmp_path / 'store.db'}", "--workers", "2", "--quiet")
    yield running
    assert stop(running) == 0


def shared_scope(pair: Server) -> Mock:
    mock = Mock(pair.url, f"pair-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "ga"})
    mock.control("POST", "/clock", {"freeze": True})
    return mock


def test_several_processes_share_one_limit(pair: Server) -> None:
    mock = shared_scope(pair)
    mock.control("PUT", "/settings", {"limits": {"requests": 7}})
    with ThreadPoolExecutor(8) as crowd:
        statuses = Counter(crowd.map(lambda _: mock.raw("POST", "/openai/v1/responses", BODY)[0], range(24)))
    assert statuses == {200: 7, 429: 17}


def test_several_processes_play_one_schedule(pair: Server) -> None:
    mock = shared_scope(pair)
    refuse = {"refuse": {"status": 503}}
    mock.control("PUT", "/settings", {"chaos": {"rate": 0, "calls": {"3": refuse, "5": refuse, "8": refuse}}})
    with ThreadPoolExecutor(1) as one:
        statuses = list(one.map(lambda _: mock.raw("POST", "/openai/v1/responses", BODY)[0], range(9)))
    assert [number for number, status in enumerate(statuses, 1) if status == 503] == [3, 5, 8]


def test_log_probabilities_come_with_each_token_where_included(ga: Mock) -> None:
    client = ga.client()
    made = client.responses.create(model="gpt-4o", input="hi", include=["message.output_text.logprobs"], top_logprobs=2)
    part = made.output[0].content[0]  # type: ignore[union-attr]
    assert "".join(entry.token for entry in part.logprobs) == made.output_text  # type: ignore[union-attr]
    assert all(len(entry.top_logprobs) == 2 for entry in part.logprobs)  # type: ignore[union-attr]
    silent = client.responses.create(model="gpt-4o", input="hi")
    assert silent.output[0].content[0].logprobs == []  # type: ignore[union-attr]


def test_a_server_is_started_with_limits() -> None:
    server = start("--limits", "requests=9", "--limits", "gpt-4o:requests=1,gpt-4o:headers=none", "--profile", "ga", "--store", "memory")
    try:
        with OpenAI(base_url=f"{server.url}/openai/v1/", api_key="k", max_retries=0) as client:
            client.responses.create(model="gpt-4o", input="hi")
            told = refused(client).response.headers
            assert (told["x-ratelimit-limit-requests"], "retry-after" in told) == ("1", False)
            raw = client.responses.with_raw_response.create(model="gpt-4.1", input="hi")
            assert raw.headers["x-ratelimit-limit-requests"] == "9"
    finally:
        stop(server)


@pytest.mark.parametrize(
    "fault, left",
    [
        ({"rate_limited": {"retry_after": 7}}, {"tokens": ("250000", "0", "7"), "requests": ("250", "249", "0")}),
        (
            {"rate_limited": {"retry_after": 7, "fields": {"what": "call"}}},
            {"tokens": ("250000", "250000", "0"), "requests": ("250", "0", "7")},
        ),
        ({"rate_limited_requests": {"retry_after": 0.2}}, {"tokens": ("250000", "250000", "0"), "requests": ("250", "0", "1")}),
        ({"refuse": {"status": 429, "retry_after": 2}}, {"tokens": ("250000", "0", "2"), "requests": ("250", "249", "0")}),
        ({"rate_limited_without_retry_after": True}, {"tokens": ("-1", "-1", "0"), "requests": ("250", "249", "0")}),
    ],
    ids=str,
)
def test_a_429_that_is_asked_for_says_that_nothing_is_left(ga: Mock, fault: dict[str, object], left: dict[str, tuple[str, ...]]) -> None:
    ga.rule(fault=[fault])
    error = refused(ga.client(), model="mine")
    told = error.response.headers
    assert told["x-ratelimit-key"] == "mine"
    assert "Your requests to mine for " in error.message
    for what, figures in left.items():
        assert tuple(told[f"x-ratelimit-{of}-{what}"] for of in ("limit", "remaining", "reset")) == figures


def test_a_429_that_is_asked_for_names_the_deployment_s_own_limit(ga: Mock) -> None:
    ga.control("PUT", "/settings", {"limits": {"deployments": {"gpt-4o": {"tokens": 900}}}})
    ga.rule(fault=[{"rate_limited": {"retry_after": 3}}])
    told = refused(ga.client()).response.headers
    assert (told["x-ratelimit-limit-tokens"], told["x-ratelimit-remaining-tokens"], told["x-ratelimit-reset-tokens"]) == ("900", "0", "3")


def test_other_refusals_that_are_asked_for_say_nothing_of_rates(ga: Mock) -> None:
    ga.rule(fault=["no_capacity"])
    assert not [name for name in refused(ga.client()).response.headers if "ratelimit" in name]


@pytest.mark.parametrize(
    "path, body, said",
    [
        ("v1/responses", {"input": "hi"}, "This request was for Responses_Create under OpenAI Language Model Instance API."),
        (
            "responses?api-version=2025-04-01-preview",
            {"input": "hi"},
            "This request was for Responses_Create under Azure OpenAI API version 2025-04-01-preview.",
        ),
        (
            "deployments/gpt-4o/chat/completions?api-version=2024-10-21",
            {"messages": [{"role": "user", "content": "hi"}]},
            "This request was for ChatCompletions_Create under Azure OpenAI API version 2024-10-21.",
        ),
    ],
)
@pytest.mark.parametrize("asked_for", [False, True])
def test_a_429_names_what_was_asked_of_which_api(ga: Mock, path: str, body: dict[str, object], said: str, *, asked_for: bool) -> None:
    if asked_for:
        ga.rule(fault=["rate_limited"], when={"operation": "*"})
    else:
        ga.control("PUT", "/settings", {"limits": {"requests": 0}})
    status, _, told = ga.raw("POST", f"/openai/{path}", json.dumps({"model": "gpt-4o", **body}).encode())
    assert (status, said in told.decode()) == (429, True), told
