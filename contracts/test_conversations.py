"""Conversations: a place that keeps the items of turn after turn."""

from __future__ import annotations

from azure_openai_contracts.case import Client
from azure_openai_contracts.drive import Ask


def begun(client: Client, **body: object) -> str:
    return client.ask(Ask("conversations.create", body=body)).id


def texts(client: Client, id: str) -> list[str]:
    items = client.ask(Ask("conversations.items.list", id, query={"order": "asc"})).body["data"]
    return [part["text"] for item in items for part in item.get("content", [])]


def test_a_conversation_is_kept_with_its_metadata(client: Client) -> None:
    id = begun(client, metadata={"team": "sand"})
    kept = client.ask(Ask("conversations.retrieve", id)).body
    assert (kept["id"], kept["object"], kept["metadata"]) == (id, "conversation", {"team": "sand"})
    assert client.ask(Ask("conversations.update", id, {"metadata": {"team": "water"}})).body["metadata"] == {"team": "water"}


def test_turns_add_to_their_conversation(client: Client) -> None:
    id = begun(client)
    first = client.create(input="Name a colour.", conversation=id)
    second = client.create(input="Why that one?", conversation=id)
    assert first.body["conversation"] == second.body["conversation"] == {"id": id}
    assert texts(client, id) == ["Name a colour.", first.text, "Why that one?", second.text]


def test_what_came_before_is_counted(client: Client) -> None:
    id = begun(client)
    first = client.create(input="Name a colour.", conversation=id)
    second = client.create(input="Name a colour.", conversation=id)
    assert second.body["usage"]["input_tokens"] > first.body["usage"]["input_tokens"]


def test_a_turn_has_a_parent_or_a_conversation(client: Client) -> None:
    parent = client.create(input="Name a colour.")
    refused = client.create(input="x", conversation=begun(client), previous_response_id=parent.id)
    assert refused.status == 400


def test_a_deleted_conversation_is_gone(client: Client) -> None:
    id = begun(client)
    deleted = client.ask(Ask("conversations.delete", id)).body
    assert deleted == {"id": id, "object": "conversation.deleted", "deleted": True}
    assert client.ask(Ask("conversations.retrieve", id)).status == 404
