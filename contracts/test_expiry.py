"""Expiry: a response lives thirty days."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case

DAYS_30 = 30 * 24 * 3600


@case(needs=("time travel",))
def test_a_response_is_there_for_thirty_days_and_then_gone(client: Client) -> None:
    made = client.create(input="remember me")
    client.control.advance(DAYS_30 - 60)
    assert client.retrieve(made.id).id == made.id
    client.control.advance(120)
    assert client.retrieve(made.id).status == 404
    refused = client.create(input="x", previous_response_id=made.id)
    assert refused.error["code"] == "previous_response_not_found"


@case(needs=("time travel",))
def test_reading_does_not_prolong_a_life(client: Client) -> None:
    made = client.create(input="remember me")
    client.control.advance("29d")
    assert client.retrieve(made.id).status == 200
    client.control.advance("2d")
    assert client.retrieve(made.id).status == 404


@case(needs=("time travel",))
def test_a_child_outlives_its_parent(client: Client) -> None:
    parent = client.create(input="remember me")
    client.control.advance("20d")
    child = client.create(input="and me", previous_response_id=parent.id)
    client.control.advance("11d")
    assert client.retrieve(parent.id).status == 404
    assert client.retrieve(child.id).status == 200


@case(needs=("time travel",))
def test_what_expired_cannot_be_deleted_or_listed(client: Client) -> None:
    made = client.create(input="remember me")
    client.control.advance("31d")
    assert client.input_items(made.id).status == 404
    assert client.delete(made.id).status == 404
