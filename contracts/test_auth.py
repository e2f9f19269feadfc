"""Credentials: nobody is served without, and a wrong key hears the gateway's own words."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case
from azure_openai_contracts.checks.doors import WRONG_KEY


def test_nobody_is_served_without_credentials(client: Client) -> None:
    denied = client.send("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"hi"}', {"content-type": "application/json"})
    assert denied.status == 401


@case(needs=("keys",))
def test_a_wrong_key_is_denied(client: Client) -> None:
    denied = client.other(form="v1", api_version="preview", api_key="not-the-key").create(input="hi")
    assert denied.status == 401
    assert denied.answer.body == WRONG_KEY


@case(needs=("keys",))
def test_a_wrong_key_is_denied_before_anything_is_read(client: Client) -> None:
    denied = client.other(form="v1", api_version="preview", api_key="not-the-key").create(input=17, nonsense=True)
    assert denied.status == 401


def test_a_key_is_taken_in_either_header(client: Client) -> None:
    assert client.other(form="plain").create(input="hi").status == 200, "as a bearer token"
    assert client.other(form="v1", api_version="v1").create(input="hi").status == 200, "as an api-key"
