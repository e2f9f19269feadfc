"""Branching: a parent may have several children, and none of them changes it."""

from __future__ import annotations

from azure_openai_contracts.case import Client


def test_two_turns_continue_the_same_parent(client: Client) -> None:
    parent = client.create(input="Name a colour.")
    left = client.create(input="Why that one?", previous_response_id=parent.id)
    right = client.create(input="Name another.", previous_response_id=parent.id)
    assert left.id != right.id
    assert left.body["previous_response_id"] == right.body["previous_response_id"] == parent.id


def test_a_branch_does_not_see_its_sibling(client: Client) -> None:
    parent = client.create(input="Name a colour.")
    client.create(input="Say it in French.", previous_response_id=parent.id)
    right = client.create(input="Say it in Spanish.", previous_response_id=parent.id)
    texts = [part["text"] for item in client.input_items(right.id).body["data"] for part in item["content"]]
    assert "Say it in Spanish." in texts
    assert "Say it in French." not in texts


def test_a_parent_is_not_changed_by_its_children(client: Client) -> None:
    parent = client.create(input="Name a colour.")
    client.create(input="Why that one?", previous_response_id=parent.id)
    assert client.retrieve(parent.id).body["output"] == parent.body["output"]


def test_a_branch_outlives_its_sibling(client: Client) -> None:
    parent = client.create(input="Name a colour.")
    left = client.create(input="Why that one?", previous_response_id=parent.id)
    right = client.create(input="Name another.", previous_response_id=parent.id)
    client.delete(left.id)
    assert client.retrieve(right.id).status == 200
    assert client.create(input="And one more.", previous_response_id=right.id).status == 200
