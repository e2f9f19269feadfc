"""Deletion: what is deleted is gone."""

from __future__ import annotations

from azure_openai_contracts.case import Client

MISSING = "resp_" + "0" * 50


def test_a_deleted_response_is_gone(client: Client) -> None:
    made = client.create(input="hello")
    deleted = client.delete(made.id)
    assert deleted.status == 200
    assert deleted.body == {"id": made.id, "object": "response.deleted", "deleted": True}
    for gone in (client.retrieve(made.id), client.input_items(made.id), client.cancel(made.id)):
        assert gone.status == 404
        assert gone.error["message"] == f"Response with id '{made.id}' not found."


def test_a_deleted_response_cannot_be_continued(client: Client) -> None:
    first = client.create(input="hello")
    client.delete(first.id)
    assert client.retrieve(first.id).status == 404
    assert client.create(input="x", previous_response_id=first.id).status == 400


def test_a_response_is_deleted_once(client: Client) -> None:
    made = client.create(input="hello")
    assert client.delete(made.id).status == 200
    assert client.delete(made.id).status == 404


def test_what_was_never_there_cannot_be_deleted(client: Client) -> None:
    refused = client.delete(MISSING)
    assert refused.status == 404
    assert refused.error["message"] == f"Response with id '{MISSING}' not found."
