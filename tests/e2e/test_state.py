"""State lives thirty days on a clock that a test can move, and goes when it is deleted."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from .conftest import Mock

pytestmark = pytest.mark.everywhere

RETENTION = 2_592_000


def test_a_response_is_retrieved_as_it_was_created(mock: Mock) -> None:
    client = mock.azure()
    made = client.responses.create(model="gpt-4o", input="hi", metadata={"k": "v"}, temperature=0.3)
    assert client.responses.retrieve(made.id) == made


def test_one_second_before_thirty_days_it_is_there_and_at_thirty_days_it_is_gone(mock: Mock) -> None:
    client = mock.azure()
    made = client.responses.create(model="gpt-4o", input="hi")
    mock.control("POST", "/clock", {"freeze": True})
    mock.control("POST", "/clock", {"set": made.created_at + RETENTION - 1})
    assert client.responses.retrieve(made.id).id == made.id
    mock.control("POST", "/clock", {"set": made.created_at + RETENTION})
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="gpt-4o", input="x", previous_response_id=made.id)
    assert refused.value.code == "previous_response_not_found"


def test_a_turn_keeps_its_context_when_an_ancestor_expires(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input="the oldest words")
    mock.advance("20d")
    second = client.responses.create(model="gpt-4o", input="newer words", previous_response_id=first.id)
    mock.advance("15d")
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    third = client.responses.create(model="gpt-4o", input="newest words", previous_response_id=second.id)
    listed = [part.text for item in client.responses.input_items.list(third.id) if item.type == "message" for part in item.content]
    assert "the oldest words" in listed


def test_a_deleted_response_is_gone_and_its_descendants_keep_their_context(mock: Mock) -> None:
    client = mock.azure()
    first = client.responses.create(model="gpt-4o", input="the oldest words")
    second = client.responses.create(model="gpt-4o", input="newer words", previous_response_id=first.id)
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError) as refused:
        client.responses.retrieve(first.id)
    assert refused.value.body["message"] == f"Response with id '{first.id}' not found."  # type: ignore[index]
    with pytest.raises(openai.NotFoundError):
        client.responses.delete(first.id)
    listed = [part.text for item in client.responses.input_items.list(second.id) if item.type == "message" for part in item.content]
    assert "the oldest words" in listed


def test_a_delete_answers_as_recorded(mock: Mock) -> None:
    made = mock.azure().responses.create(model="gpt-4o", input="hi")
    status, _, body = mock.raw("DELETE", f"/openai/v1/responses/{made.id}?api-version=preview")
    assert status == 200
    assert body.decode() == f'{{\n  "id": "{made.id}",\n  "object": "response.deleted",\n  "deleted": true\n}}'


def test_a_seeded_response_is_retrievable_chainable_and_deletable(mock: Mock) -> None:
    client = mock.azure()
    shape = client.responses.create(model="gpt-4o", input="hi").model_dump(mode="json")
    mock.control("POST", "/responses", {"response": {**shape, "id": "resp_fixture"}, "input": "What is seeded?"})
    assert client.responses.retrieve("resp_fixture").output_text == shape["output"][0]["content"][0]["text"]
    child = client.responses.create(model="gpt-4o", input="and then?", previous_response_id="resp_fixture")
    listed = [part.text for item in client.responses.input_items.list(child.id) if item.type == "message" for part in item.content]
    assert "What is seeded?" in listed
    client.responses.delete("resp_fixture")
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve("resp_fixture")


def test_cancel_refuses_what_does_not_run_in_the_background(mock: Mock) -> None:
    client = mock.azure()
    made = client.responses.create(model="gpt-4o", input="hi")
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.cancel(made.id)
    assert "synchronous" in str(refused.value)


def test_reset_leaves_the_scope_empty_as_at_start(mock: Mock) -> None:
    made = mock.azure().responses.create(model="gpt-4o", input="hi")
    mock.rule(say="scripted")
    mock.advance("1d")
    mock.control("POST", "/reset", {})
    assert mock.control("GET", "/rules") == {"rules": []}
    assert mock.journal() == []
    assert mock.control("GET", "/settings")["profile"] == "preview"
    with pytest.raises(openai.NotFoundError):
        mock.azure().responses.retrieve(made.id)


def test_input_items_page_newest_first(mock: Mock) -> None:
    client = mock.azure()
    words = [f"item {index}" for index in range(5)]
    made = client.responses.create(model="gpt-4o", input=[{"role": "user", "content": word} for word in words])
    page = client.responses.input_items.list(made.id, limit=2)
    assert [item.content[0].text for item in page.data] == ["item 4", "item 3"]  # type: ignore[union-attr]
    assert page.has_more
    assert [item.content[0].text for item in client.responses.input_items.list(made.id, order="asc")] == words  # type: ignore[union-attr]
    rest = client.responses.input_items.list(made.id, limit=2, order="asc", after=page.data[0].id)
    assert rest.data == []
    before = mock.raw("GET", f"/openai/v1/responses/{made.id}/input_items?order=asc&before={page.data[0].id}&limit=2&api-version=preview")[
        2
    ]
    assert b"item 2" in before
    assert b"item 3" in before


def test_the_older_path_reads_the_same_rows(mock: Mock) -> None:
    made = mock.azure().responses.create(model="gpt-4o", input="hi")
    classic = mock.azure(base_url=None, azure_endpoint=mock.url, api_version="2025-04-01-preview")
    assert classic.responses.retrieve(made.id).output_text == made.output_text
    assert classic.responses.create(model="gpt-4o", input="more", previous_response_id=made.id).previous_response_id == made.id


@pytest.mark.parametrize("background", [False, True])
def test_a_response_that_was_given_whole_is_cancelled_only_where_it_ran_in_the_background(ga: Mock, background: bool) -> None:
    client = ga.client()
    given = client.responses.create(model="gpt-4o", input="hi").to_dict() | {"id": f"resp_given_{background}", "background": background}
    ga.control("POST", "/responses", {"response": given, "input": []})
    if not background:
        with pytest.raises(openai.BadRequestError):
            client.responses.cancel(str(given["id"]))
        return
    assert client.responses.cancel(str(given["id"])).to_dict() == given
    kinds = [event.type for event in client.responses.retrieve(str(given["id"]), stream=True)]
    assert kinds[:3] == ["response.created", "response.queued", "response.in_progress"]


@pytest.mark.parametrize("odd", [None, "x", [], {}, {"type": []}])
def test_what_is_no_item_is_not_seeded(mock: Mock, odd: Any) -> None:
    seeded = {"response": {"id": "resp_fixture", "object": "response", "output": [odd]}}
    status, _, body = mock.raw("POST", "/_mock/responses", json.dumps(seeded).encode())
    assert (status, b"each with its type" in body) == (400, True)
