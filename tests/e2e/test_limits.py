"""Rate limits that are real, and log probabilities."""

from __future__ import annotations

import openai
import pytest

from .conftest import Mock


def test_requests_per_minute_are_limited_on_the_scope_s_clock(ga: Mock) -> None:
    ga.control("POST", "/clock", {"freeze": True})
    ga.control("PUT", "/settings", {"limits": {"requests": 2}})
    client = ga.client()
    raw = client.responses.with_raw_response.create(model="gpt-4o", input="hi")
    assert raw.headers["x-ratelimit-limit-requests"] == "2"
    assert raw.headers["x-ratelimit-remaining-requests"] == "1"
    client.responses.create(model="gpt-4o", input="hi")
    with pytest.raises(openai.RateLimitError) as refused:
        client.responses.create(model="gpt-4o", input="hi")
    assert 1 <= int(refused.value.response.headers["retry-after"]) <= 60
    assert client.responses.create(model="gpt-4.1", input="hi").output_text, "each deployment has its own"
    ga.advance("1m")
    assert client.responses.create(model="gpt-4o", input="hi").output_text


def test_tokens_per_minute_are_limited_too(ga: Mock) -> None:
    ga.control("PUT", "/settings", {"limits": {"deployments": {"gpt-4o": {"tokens": 50}}}})
    with pytest.raises(openai.RateLimitError):
        ga.client().responses.create(model="gpt-4o", input="word " * 200)
    assert ga.client().responses.create(model="gpt-4.1", input="word " * 200).output_text


def test_log_probabilities_come_with_each_token_where_included(ga: Mock) -> None:
    client = ga.client()
    made = client.responses.create(model="gpt-4o", input="hi", include=["message.output_text.logprobs"], top_logprobs=2)
    part = made.output[0].content[0]  # type: ignore[union-attr]
    assert "".join(entry.token for entry in part.logprobs) == made.output_text  # type: ignore[union-attr]
    assert all(len(entry.top_logprobs) == 2 for entry in part.logprobs)  # type: ignore[union-attr]
    silent = client.responses.create(model="gpt-4o", input="hi")
    assert silent.output[0].content[0].logprobs == []  # type: ignore[union-attr]
