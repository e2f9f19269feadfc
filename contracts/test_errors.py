"""Errors: a refusal says what was wrong, and a client that waits is answered."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case


@case(needs=("faults",))
def test_a_429_names_its_wait(client: Client) -> None:
    client.control.rule(fault=[{"refuse": {"status": 429, "retry_after": 0.05}}], times=1)
    refused = client.create(input="hi")
    assert refused.status == 429
    assert refused.header("retry-after") == "1"
    assert refused.header("retry-after-ms") == "50"
    assert refused.error["code"] == "RateLimitReached"


@case(needs=("faults",))
def test_who_tries_again_after_a_429_is_answered(client: Client) -> None:
    client.control.rule(fault=[{"refuse": {"status": 429, "retry_after": 0.05}}], times=2)
    replies = [client.create(input="hi") for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]


@case(needs=("faults",))
def test_a_client_that_tries_again_by_itself_is_answered(client: Client) -> None:
    client.control.rule(fault=[{"refuse": {"status": 429, "retry_after": 0.05}}], times=1)
    patient = client.other(retries=2)
    reply = patient.create(input="hi")
    if reply.status == 429:  # plain HTTP never tries again
        reply = patient.create(input="hi")
    assert reply.status == 200


@case(needs=("faults",))
def test_trouble_of_the_service_is_a_500_in_its_own_words(client: Client) -> None:
    client.control.rule(fault=[{"refuse": {"status": 500}}], times=1)
    refused = client.create(input="hi")
    assert refused.status == 500
    assert refused.error["type"] == "server_error"


@case(needs=("rules",))
def test_a_filtered_prompt_is_refused(client: Client) -> None:
    client.control.rule(outcome={"content_filter": "prompt"})
    refused = client.create(input="something bad")
    assert refused.status == 400
    assert refused.error["code"] == "content_filter"
    assert refused.error["param"] == "prompt"


@case(needs=("rules",))
def test_a_filtered_answer_is_incomplete(client: Client) -> None:
    client.control.rule(say="something bad", outcome={"content_filter": "completion"})
    made = client.create(input="tell me")
    assert made.body["status"] == "incomplete"
    assert made.body["incomplete_details"] == {"reason": "content_filter"}
    assert any(entry["blocked"] and entry["source_type"] == "completion" for entry in made.body["content_filters"])


def test_an_unknown_parameter_is_named(client: Client) -> None:
    refused = client.create(input="x", nonsense=1)
    assert refused.status == 400
    assert refused.error["param"] == "nonsense"
    assert refused.error["code"] == "unknown_parameter"
    assert refused.error["message"] == "Unknown parameter: 'nonsense'."


def test_a_parameter_of_chat_is_sent_elsewhere(client: Client) -> None:
    refused = client.create(messages=[{"role": "user", "content": "hi"}])
    assert refused.status == 400
    assert refused.error["code"] == "unsupported_parameter"
    assert "this parameter has moved to 'input'" in refused.error["message"]


def test_a_value_out_of_range_is_named(client: Client) -> None:
    refused = client.create(input="x", temperature=-1)
    assert refused.status == 400
    assert refused.error["param"] == "temperature"
    assert refused.error["code"] == "decimal_below_min_value"


def test_an_unknown_deployment_does_not_exist(client: Client) -> None:
    client.control.settings(deployments="strict")
    refused = client.send(
        "POST",
        "/openai/v1/responses",
        b'{"model":"no-such-deployment-anywhere","input":"hi"}',
        {**client.connection.auth(), "content-type": "application/json"},
    )
    assert refused.status == 404
    assert refused.error["code"] == "DeploymentNotFound"


def test_a_body_that_is_no_json_is_refused(client: Client) -> None:
    headers = {**client.connection.auth(), "content-type": "application/json"}
    refused = client.send("POST", "/openai/v1/responses", b'{"model":', headers)
    assert refused.status == 400


def test_an_unknown_response_is_not_found(client: Client) -> None:
    missing = "resp_" + "0" * 50
    refused = client.retrieve(missing)
    assert refused.status == 404
    assert refused.error == {
        "message": f"Response with id '{missing}' not found.",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
