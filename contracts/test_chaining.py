"""Chaining: a turn that names its parent continues it."""

from __future__ import annotations

from typing import Any

import openai
import pytest

DUNE = "Summarise the plot of Dune in a single sentence."


@pytest.fixture(autouse=True)
def today(service: Any) -> None:
    service.control.settings(profile="ga")


@pytest.mark.needs("profiles")
def test_a_second_turn_continues_the_first(service: Any) -> None:
    client = service.client()
    first = client.responses.create(model="gpt-4o", input=DUNE)
    second = client.responses.create(
        model="gpt-4o", previous_response_id=first.id, input=[{"role": "user", "content": "Why is spice so valuable?"}]
    )
    assert second.previous_response_id == first.id
    assert second.usage.input_tokens > first.usage.input_tokens, "the whole chain is counted"
    assert second.id[5:23] == first.id[5:23], "ids of a chain share their prefix"
    listed = [part.text for item in client.responses.input_items.list(second.id) if item.type == "message" for part in item.content]
    assert listed[-1] == DUNE


@pytest.mark.needs("profiles")
def test_an_unknown_parent_is_refused(service: Any) -> None:
    missing = "resp_" + "0" * 50
    with pytest.raises(openai.BadRequestError) as refused:
        service.client().responses.create(model="gpt-4o", input="x", previous_response_id=missing)
    assert refused.value.code == "previous_response_not_found"
    assert refused.value.body["message"] == f"Previous response with id '{missing}' not found."


@pytest.mark.needs("profiles")
def test_a_deleted_response_cannot_be_continued(service: Any) -> None:
    client = service.client()
    first = client.responses.create(model="gpt-4o", input="hello")
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="gpt-4o", input="x", previous_response_id=first.id)
