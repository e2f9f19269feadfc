"""Rate limits: what is left is told, what is too much is refused, and the next minute begins anew."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case
from azure_openai_contracts.drive import Reply


def left(reply: Reply) -> int:
    return int(reply.answer.header("x-ratelimit-remaining-requests") or -1)


@case(needs=("rules", "time travel"))
def test_what_is_left_goes_down_to_nothing_and_is_refused(client: Client) -> None:
    client.control.settings(limits={"requests": 2})
    client.control.freeze()
    patient = client.other(retries=0)
    assert [left(patient.create(input="hi")) for _ in range(2)] == [1, 0]
    refused = patient.create(input="hi")
    assert refused.status == 429
    assert int(refused.answer.header("retry-after") or 0) > 0
    client.control.advance(60)
    assert patient.create(input="hi").status == 200


@case(needs=("rules", "time travel"))
def test_tokens_are_limited_too(client: Client) -> None:
    client.control.settings(limits={"tokens": 50})
    client.control.freeze()
    patient = client.other(retries=0)
    assert patient.create(input="hi", max_output_tokens=20).status == 200
    assert patient.create(input="word " * 200).status == 429


@case(needs=("rules", "time travel"))
def test_the_limit_of_one_deployment_leaves_the_others(client: Client) -> None:
    client.control.settings(limits={"deployments": {"gpt-4o": {"requests": 1}}})
    client.control.freeze()
    patient = client.other(retries=0)
    assert [patient.create(input="hi").status for _ in range(2)] == [200, 429]
    assert patient.create(input="hi", model="gpt-4.1").status == 200
