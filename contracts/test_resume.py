"""Resuming: a stream can be taken up again after any event."""

from __future__ import annotations

from azure_openai_contracts.case import Client


def test_a_stream_goes_on_after_the_event_that_was_read(client: Client) -> None:
    told = client.stream(input="Count to ten.", background=True)
    for after in (0, 3):
        rest = client.retrieve(told.id, stream=True, starting_after=after)
        assert [event["sequence_number"] for event in rest.events] == [event["sequence_number"] for event in told.events[after + 1 :]]
        assert [event["type"] for event in rest.events] == [event["type"] for event in told.events[after + 1 :]]


def test_without_a_number_it_is_told_from_the_start(client: Client) -> None:
    told = client.stream(input="Count to ten.", background=True)
    again = client.retrieve(told.id, stream=True)
    assert [event["type"] for event in again.events] == [event["type"] for event in told.events]
    assert again.text == told.text


def test_nothing_is_lost_for_who_left_in_the_middle(client: Client) -> None:
    left = client.stream(input="Count to ten.", background=True)
    id = left.events[0]["response"]["id"]
    last = left.events[4]["sequence_number"]
    rest = client.retrieve(id, stream=True, starting_after=last)
    assert rest.events[0]["sequence_number"] == last + 1
    assert rest.events[-1]["type"] == "response.completed"


def test_an_unknown_stream_is_not_found(client: Client) -> None:
    assert client.retrieve("resp_" + "0" * 50, stream=True).status == 404
