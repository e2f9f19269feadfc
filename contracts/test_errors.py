"""Errors: a 429 says how long to wait, and a client that waits is answered."""

from __future__ import annotations

from typing import Any

import openai
import pytest

pytestmark = pytest.mark.needs("profiles", "faults")


def test_a_429_names_its_wait_and_the_retry_is_answered(service: Any) -> None:
    service.control.settings(profile="ga")
    service.control.rule(fault=[{"refuse": {"status": 429, "retry_after": 0.05}}], times=2)
    with pytest.raises(openai.RateLimitError) as refused:
        service.client().responses.create(model="gpt-4o", input="hi")
    headers = refused.value.response.headers
    assert headers["retry-after"] == "1"
    assert headers["retry-after-ms"] == "50"
    assert refused.value.code == "RateLimitReached"
    assert service.client(retries=2).responses.create(model="gpt-4o", input="hi").output_text


def test_a_wrong_request_names_the_path_that_is_wrong(service: Any) -> None:
    service.control.settings(profile="ga")
    with pytest.raises(openai.BadRequestError) as refused:
        service.client().responses.create(model="gpt-4o", input="x", extra_body={"nonsense": 1})
    assert refused.value.param == "nonsense"
    assert refused.value.code == "unknown_parameter"
