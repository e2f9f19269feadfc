"""Runs in the background: begun at once, polled, cancelled."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case


def test_a_run_is_queued_and_ends(client: Client) -> None:
    begun = client.create(input="Write a haiku.", background=True)
    assert begun.body["status"] == "queued"
    assert begun.body["output"] == []
    assert begun.body["usage"] is None
    ended = client.settled(begun.id)
    assert ended.body["status"] == "completed"
    assert ended.text


@case(needs=("rules",))
def test_a_run_can_be_cancelled(client: Client) -> None:
    client.control.rule(say="a very long story " * 20, pace={"first_token": "60s", "per_token": "1s"})
    begun = client.create(input="Write a novel.", background=True)
    cancelled = client.cancel(begun.id)
    assert cancelled.body["status"] == "cancelled"
    assert client.retrieve(begun.id).body["status"] == "cancelled"


@case(needs=("rules",))
def test_cancelling_twice_is_cancelling_once(client: Client) -> None:
    client.control.rule(say="a very long story " * 20, pace={"first_token": "60s", "per_token": "1s"})
    begun = client.create(input="Write a novel.", background=True)
    first, second = client.cancel(begun.id), client.cancel(begun.id)
    assert first.body == second.body


def test_a_run_that_has_ended_stays_as_it_is(client: Client) -> None:
    begun = client.create(input="Write a haiku.", background=True)
    ended = client.settled(begun.id)
    late = client.cancel(begun.id)
    assert late.body["status"] == ended.body["status"] == "completed"


def test_what_does_not_run_in_the_background_cannot_be_cancelled(client: Client) -> None:
    refused = client.cancel(client.create(input="hi").id)
    assert refused.status == 400
    assert refused.error["message"] == "Cannot cancel a synchronous response."


def test_a_run_in_the_background_must_be_stored(client: Client) -> None:
    refused = client.create(input="x", background=True, store=False)
    assert refused.status == 400


def test_a_streamed_run_begins_with_its_place_in_the_queue(client: Client) -> None:
    told = client.stream(input="Write a haiku.", background=True)
    kinds = [event["type"] for event in told.events[:3]]
    assert kinds == ["response.created", "response.queued", "response.in_progress"]
    assert told.events[0]["response"]["status"] == "queued"
