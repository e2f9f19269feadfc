"""The content filter: what it judges, what it refuses, and what it cuts off."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case


def test_prompt_and_answer_are_judged(client: Client) -> None:
    made = client.create(input="Tell me about the desert.")
    assert {entry["source_type"] for entry in made.body["content_filters"]} == {"prompt", "completion"}
    assert not any(entry["blocked"] for entry in made.body["content_filters"])


@case(needs=("rules",))
def test_a_prompt_that_is_blocked_is_refused(client: Client) -> None:
    client.control.rule(outcome={"content_filter": "prompt"})
    refused = client.create(input="something bad")
    assert refused.status == 400
    assert refused.error["code"] == "content_filter"
    assert refused.error["content_filters"][0]["blocked"] is True


@case(needs=("rules",))
def test_an_answer_that_is_blocked_is_incomplete(client: Client) -> None:
    client.control.rule(say="something bad", outcome={"content_filter": "completion"})
    for made in (client.create(input="go"), client.stream(input="go")):
        assert made.body["status"] == "incomplete"
        assert made.body["incomplete_details"] == {"reason": "content_filter"}
        assert any(entry["blocked"] for entry in made.body["content_filters"] if entry["source_type"] == "completion")


@case(needs=("rules",))
def test_a_refused_prompt_leaves_nothing_to_continue(client: Client) -> None:
    first = client.create(input="I am Alice.")
    client.control.rule(outcome={"content_filter": "prompt"}, times=1)
    assert client.create(input="something bad", previous_response_id=first.body["id"]).status == 400
    assert client.create(input="Who am I?", previous_response_id=first.body["id"]).status == 200
