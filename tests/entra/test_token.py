"""What tokens say."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.entra.token import (
    SCOPE,
    TENANT,
    Principal,
    Unreadable,
    claims,
    claims_of,
    looks_like_one,
    scope_of,
    stable_id,
    tenant_id,
)

AUDIENCE = "https://cognitiveservices.azure.com"


def token(said: dict[str, object]) -> str:
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, said))
    return f"{head}.{body}.c2ln"


def test_a_token_names_the_principal_its_tenant_and_what_it_is_for() -> None:
    principal = Principal("application", "my-app", "my-tenant")
    said = claims(principal, AUDIENCE, issued=1000.0, expires=4600.0, scope="s", draw=b"0" * 16)
    assert (said["aud"], said["appid"], said["tid"], said["oid"]) == (AUDIENCE, "my-app", "my-tenant", principal.object_id)
    assert said["iss"] == "https://sts.windows.net/my-tenant/"
    assert said["nbf"] < 1000 < said["exp"] == 4600


def test_a_managed_identity_names_its_resource() -> None:
    said = claims(Principal("managed", "c", name="mine"), AUDIENCE, issued=0, expires=1, scope="s", draw=b"0" * 16)
    assert said["xms_mirid"].endswith("/userAssignedIdentities/mine")


@given(st.text(max_size=20), st.text(max_size=20))
def test_ids_of_what_nobody_registered_are_always_the_same(one: str, other: str) -> None:
    assert stable_id(one) == stable_id(one)
    assert (stable_id(one) == stable_id(other)) == (one == other)


def test_a_token_says_in_which_scope_it_was_issued() -> None:
    assert scope_of(token({SCOPE: "mine"})) == "mine"
    assert scope_of(token({"aud": AUDIENCE})) is None
    assert scope_of(token({SCOPE: 7})) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    if looks_like_one(text):
        assert scope_of(text) is None or isinstance(scope_of(text), str)


@pytest.mark.parametrize("broken", ["eyJhbGciOiJSUzI1NiJ9.!!.x", "eyJhbGciOiJSUzI1NiJ9.W10.x", "eyJhbGciOiJSUzI1NiJ9.bm8.x"])
def test_what_is_no_token_is_unreadable(broken: str) -> None:
    assert looks_like_one(broken)
    with pytest.raises(Unreadable):
        claims_of(broken)


def test_a_tenant_is_named_by_its_id_by_a_domain_or_not_at_all() -> None:
    own = "3b7b0f5e-2d6c-4f6e-9d0a-6a1f0f3f7c11"
    assert tenant_id(own) == own
    assert tenant_id("common") == TENANT
    assert tenant_id("contoso.example") == tenant_id("contoso.example") != tenant_id("fabrikam.example")
    assert tenant_id(tenant_id("contoso.example")) == tenant_id("contoso.example")


def test_a_token_without_a_signature_is_none() -> None:
    assert not looks_like_one(token({}).removesuffix("c2ln"))
