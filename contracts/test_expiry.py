"""Expiry: a response lives thirty days."""

from __future__ import annotations

from typing import Any

import openai
import pytest

pytestmark = pytest.mark.needs("profiles", "time travel")
DAYS_30 = 2_592_000


def test_a_response_is_there_for_thirty_days_and_then_gone(service: Any) -> None:
    service.control.settings(profile="ga")
    client = service.client()
    made = client.responses.create(model="gpt-4o", input="remember me")
    service.control.advance(DAYS_30 - 60)
    assert client.responses.retrieve(made.id).id == made.id
    service.control.advance(120)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="gpt-4o", input="x", previous_response_id=made.id)
    assert refused.value.code == "previous_response_not_found"
