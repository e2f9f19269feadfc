"""Gating: which api-version opens the door, month by month."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case
from azure_openai_contracts.checks.doors import NO_RESOURCE


@case(profile="preview")
def test_in_the_preview_v1_needs_its_api_version(client: Client) -> None:
    refused = client.create(input="hi")
    assert refused.status == 404
    assert refused.answer.body == NO_RESOURCE
    assert client.other(form="v1", api_version="preview").create(input="hi").status == 200


@case(profile="preview")
def test_in_the_preview_a_stream_needs_it_too(client: Client) -> None:
    assert client.stream(input="hi").status == 404
    assert client.other(form="v1", api_version="preview").stream(input="hi").status == 200


@case(profile="preview")
def test_the_older_path_takes_the_dated_previews(client: Client) -> None:
    assert client.other(form="dated", api_version="2025-04-01-preview").create(input="hi").status == 200


@case(profile="preview")
def test_the_older_path_takes_no_earlier_date(client: Client) -> None:
    refused = client.other(form="dated", api_version="2024-12-01-preview").create(input="hi")
    assert refused.status == 400
    assert refused.error["code"] == "BadRequest"
    assert "2025-03-01-preview and later" in refused.error["message"]


@case(profile="dated-2025-03")
def test_at_first_there_was_only_the_older_path(client: Client) -> None:
    assert client.create(input="hi").status == 404
    assert client.other(form="dated", api_version="2025-03-01-preview").create(input="hi").status == 200


def test_today_v1_needs_no_api_version(client: Client) -> None:
    assert client.create(input="hi").status == 200


def test_today_v1_takes_its_own_two_names(client: Client) -> None:
    for version in ("v1", "preview"):
        assert client.other(form="v1", api_version=version).create(input="hi").status == 200


def test_today_v1_refuses_a_dated_api_version(client: Client) -> None:
    refused = client.other(form="v1", api_version="2025-04-01-preview").create(input="hi")
    assert refused.status == 400
    assert refused.error == {"code": "BadRequest", "message": "API version not supported"}


def test_a_path_that_is_nowhere_is_not_found(client: Client) -> None:
    lost = client.send("GET", "/openai/v1/nowhere", headers=client.connection.auth())
    assert lost.status == 404
    assert lost.answer.body == NO_RESOURCE


def test_responses_are_not_under_a_deployment(client: Client) -> None:
    path = "/openai/deployments/gpt-4o/responses?api-version=2025-04-01-preview"
    lost = client.send("POST", path, b'{"input":"hi"}', {**client.connection.auth(), "content-type": "application/json"})
    assert lost.status == 404
    assert lost.answer.body == NO_RESOURCE
