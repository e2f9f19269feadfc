"""Turns chain by `previous_response_id`, through the real client over a real socket."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest

from .conftest import Mock

pytestmark = pytest.mark.everywhere

DUNE = "Summarise the plot of Dune in a single sentence."
SPICE = [{"role": "user", "content": "Now explain why spice is so valuable."}]


def test_the_quick_start_works_as_it_stands(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input=DUNE)
    second = client.responses.create(model="gpt-4o", previous_response_id=first.id, input=SPICE)
    assert first.status == second.status == "completed"
    assert second.previous_response_id == first.id
    assert "Dune" in second.output_text, "a later turn refers to what came before"


def test_the_quick_start_works_asynchronously(mock: Mock) -> None:
    async def main() -> None:
        async with mock.async_azure() as client:
            first = await client.responses.create(model="gpt-4o", input=DUNE)
            second = await client.responses.create(model="gpt-4o", previous_response_id=first.id, input=SPICE)
            assert second.previous_response_id == first.id

    asyncio.run(main())


def test_the_quick_start_works_with_a_token_provider_instead_of_a_key(mock: Mock) -> None:
    client = mock.azure(api_key=None, azure_ad_token_provider=lambda: "not-a-jwt-so-taken-as-a-key")
    assert client.responses.create(model="gpt-4o", input=DUNE).output_text


def test_the_whole_chain_is_counted_as_input(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input="My name is Alice. " * 40)
    second = client.responses.create(model="gpt-4o", input="Who am I?", previous_response_id=first.id)
    alone = client.responses.create(model="gpt-4o", input="Who am I?")
    assert first.usage
    assert second.usage
    assert alone.usage
    assert second.usage.input_tokens >= alone.usage.input_tokens + first.usage.input_tokens - 8
    journal = mock.journal()
    assert journal[1]["tokens"]["sent"] < journal[1]["tokens"]["counted"], "less is sent, not less counted"


def test_cached_tokens_come_in_steps_of_128_from_1024_on(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input="word " * 1500)
    second = client.responses.create(model="gpt-4o", input="and now?", previous_response_id=first.id)
    assert first.usage
    assert second.usage
    assert first.usage.input_tokens_details.cached_tokens == 0
    cached = second.usage.input_tokens_details.cached_tokens
    assert cached >= 1024
    assert cached % 128 == 0


def test_instructions_are_not_carried_over(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input="hi", instructions="Be brief.")
    second = client.responses.create(model="gpt-4o", input="again", previous_response_id=first.id)
    assert first.instructions == "Be brief."
    assert second.instructions is None


def test_ids_of_a_chain_share_their_prefix(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input="hi")
    second = client.responses.create(model="gpt-4o", input="again", previous_response_id=first.id)
    other = client.responses.create(model="gpt-4o", input="hi")
    assert first.id[5:23] == second.id[5:23] == str(second.output[-1].id)[4:22]
    assert other.id[5:21] != first.id[5:21]


def test_branches_of_one_parent_are_independent_and_the_parent_never_changes(mock: Mock) -> None:
    client = mock.azure()
    parent = client.responses.create(model="gpt-4o", input="We stand at a fork.")
    left = client.responses.create(model="gpt-4o", input="Go left.", previous_response_id=parent.id)
    right = client.responses.create(model="gpt-4o", input="Go right.", previous_response_id=parent.id)
    assert texts(client, left.id) == ["Go left.", parent.output_text, "We stand at a fork."]
    assert texts(client, right.id) == ["Go right.", parent.output_text, "We stand at a fork."]
    assert client.responses.retrieve(parent.id) == parent


def texts(client: Any, response_id: str) -> list[str]:
    return [part.text for item in client.responses.input_items.list(response_id) if item.type == "message" for part in item.content]


@pytest.mark.parametrize("previous", ["resp_" + "0" * 50, "resp_x"])
def test_an_unknown_parent_is_previous_response_not_found(mock: Mock, previous: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        mock.azure().responses.create(model="gpt-4o", input="x", previous_response_id=previous)
    assert refused.value.code == "previous_response_not_found"
    assert refused.value.param == "previous_response_id"
    assert refused.value.body["message"] == f"Previous response with id '{previous}' not found."  # type: ignore[index]


def test_what_is_not_stored_is_neither_retrievable_nor_chainable(mock: Mock) -> None:
    client = mock.azure()
    loose = client.responses.create(model="gpt-4o", input="hi", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(loose.id)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="gpt-4o", input="x", previous_response_id=loose.id)


def test_another_scope_s_response_is_not_found(mock: Mock) -> None:
    made = mock.azure().responses.create(model="gpt-4o", input="hi")
    elsewhere = mock.azure(default_headers={"x-mock-scope": mock.scope + "-other"})
    with pytest.raises(openai.NotFoundError):
        elsewhere.responses.retrieve(made.id)


def test_in_preview_another_model_does_not_see_the_history(preview: Mock) -> None:
    client = preview.azure()
    first = client.responses.create(model="gpt-4o", input="My name is Alice. " * 30)
    second = client.responses.create(model="gpt-4.1", input="Who am I?", previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert second.usage
    assert first.usage
    assert second.usage.input_tokens < first.usage.input_tokens
    assert [item.type for item in client.responses.input_items.list(second.id)] == ["message"]
    assert any("gpt-4o" in hint for hint in preview.journal()[1]["hints"])


def test_in_ga_another_model_sees_the_history(ga: Mock) -> None:
    client = ga.client()
    first = client.responses.create(model="gpt-4o", input="My name is Alice. " * 30)
    second = client.responses.create(model="gpt-4.1", input="Who am I?", previous_response_id=first.id)
    assert second.usage
    assert first.usage
    assert second.usage.input_tokens > first.usage.input_tokens


def test_an_item_reference_stands_for_the_stored_item(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input="My favourite colour is teal.")
    given: Any = [{"type": "item_reference", "id": first.output[-1].id}, {"role": "user", "content": "What did you say?"}]
    second = client.responses.create(model="gpt-4o", input=given)
    assert first.output_text in texts(client, second.id)


def test_every_answer_of_today_passes_the_newest_client_s_strict_validation(ga: Mock) -> None:
    client = ga.azure(_strict_response_validation=True)
    first = client.responses.create(model="gpt-4o", input=DUNE)
    raw = client.responses.with_raw_response.create(model="gpt-4o", previous_response_id=first.id, input=SPICE)  # type: ignore[arg-type]
    assert raw.parse().previous_response_id == first.id
    assert client.responses.retrieve(first.id).id == first.id
    assert [event.type for event in client.responses.create(model="gpt-4o", input="hi", stream=True)][-1] == "response.completed"
    assert [item.type for item in client.responses.input_items.list(first.id)] == ["message"]
