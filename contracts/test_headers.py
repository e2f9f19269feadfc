"""Headers: who answered, from where, and how much is left."""

from __future__ import annotations

from azure_openai_contracts.case import Client


def test_an_answer_says_who_gave_it_and_where(client: Client) -> None:
    made = client.create(input="hi")
    assert made.header("x-request-id")
    assert made.header("apim-request-id")
    assert made.header("x-ms-region")


def test_the_clients_own_request_id_comes_back(client: Client) -> None:
    mine = "00000000-0000-4000-8000-000000000001"
    made = client.other(headers={"x-ms-client-request-id": mine}).create(input="hi")
    assert made.header("x-ms-client-request-id") == mine


def test_a_stream_says_that_it_is_one(client: Client) -> None:
    assert client.stream(input="hi").header("content-type") == "text/event-stream; charset=utf-8"


def test_no_two_answers_have_the_same_request_id(client: Client) -> None:
    ids = [client.create(input="hi").header("apim-request-id") for _ in range(3)]
    assert len(set(ids)) == 3


def test_a_refusal_has_a_request_id_too(client: Client) -> None:
    assert client.create(input="x", nonsense=1).header("x-request-id")


def test_an_answer_tells_what_is_left_of_the_limits(client: Client) -> None:
    made = client.create(input="hi")
    for what in ("requests", "tokens"):
        assert int(made.header(f"x-ratelimit-remaining-{what}") or "") <= int(made.header(f"x-ratelimit-limit-{what}") or "")
