"""Tokens: issued to the unchanged identity library in each of its ways, taken by the service, and refused when a test wants it."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    ClientSecretCredential,
    CredentialUnavailableError,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
    get_bearer_token_provider,
)
from openai import AuthenticationError, AzureOpenAI, PermissionDeniedError

from .conftest import Mock

SCOPE = "https://cognitiveservices.azure.com/.default"
TENANT = "3b7b0f5e-2d6c-4f6e-9d0a-6a1f0f3f7c11"
IDENTITY = (
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "MSI_ENDPOINT",
    "IMDS_ENDPOINT",
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IDENTITY:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")


@pytest.fixture
def managed(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """The mock as this process's own managed identity."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{mock.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", f"mock-{mock.scope}")
    return mock


@pytest.fixture
def application(managed: Mock) -> Iterator[Callable[..., AzureOpenAI]]:
    """A client that asks for tokens as production code does."""
    made: list[Any] = []

    def build(scope: str = SCOPE, **options: Any) -> AzureOpenAI:
        credential = DefaultAzureCredential()
        client = AzureOpenAI(
            base_url=managed.base_url,
            api_version="preview",
            azure_ad_token_provider=get_bearer_token_provider(credential, scope),
            max_retries=0,
            **options,
        )
        made.extend((client, credential))
        return client

    yield build
    for each in made:
        each.close()


def ask(client: AzureOpenAI, **more: Any) -> Any:
    return client.responses.create(model="gpt-4o", input="hi", **more)


def tokens_asked(mock: Mock) -> int:
    return sum(entry["operation"] == "entra.token" for entry in mock.journal())


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def get(mock: Mock, path: str, **headers: str) -> tuple[int, Any]:
    status, _, body = mock.raw("GET", path, headers=headers)
    return status, json.loads(body)


def post(mock: Mock, path: str, **form: str) -> tuple[int, Any]:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    status, _, body = mock.raw("POST", path, urllib.parse.urlencode(form).encode(), headers)
    return status, json.loads(body)


def test_a_chain_of_two_turns_with_a_default_credential(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    client = application()
    first = ask(client)
    second = ask(client, previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert tokens_asked(managed) == 1
    [entry] = [entry for entry in managed.journal() if entry["operation"] == "entra.token"]
    assert (entry["status"], entry["body"]["resource"]) == (200, "https://cognitiveservices.azure.com")
    assert "mock-" not in json.dumps(entry)


def test_requests_belong_to_the_scope_that_issued_their_token(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.rule(say="from this scope")
    assert ask(application()).output_text == "from this scope"


def test_anyone_can_check_the_signature(managed: Mock) -> None:
    with ManagedIdentityCredential() as credential:
        token = credential.get_token(SCOPE).token
    _, discovery = get(managed, f"/{TENANT}/.well-known/openid-configuration")
    _, keys = get(managed, urllib.parse.urlsplit(discovery["jwks_uri"]).path)
    named = jwt.get_unverified_header(token)["kid"]
    [key] = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == named]
    said = jwt.decode(token, key, algorithms=["RS256"], audience="https://cognitiveservices.azure.com")
    assert said["iss"] == discovery["issuer"].replace(TENANT, said["tid"])


def test_a_user_assigned_identity_gets_its_own_token(managed: Mock) -> None:
    with ManagedIdentityCredential(client_id="my-identity") as credential:
        assert claims(credential.get_token(SCOPE).token)["appid"] == "my-identity"


def test_the_metadata_service_of_a_machine(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", mock.url)
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("https://ai.azure.com/.default")
    assert claims(token.token)["aud"] == "https://ai.azure.com"
    assert get(mock, "/metadata/identity/oauth2/token?resource=r")[1] == {
        "error": "invalid_request",
        "error_description": "Required metadata header not specified",
    }


class _Rerouted(RequestsTransport):
    """Sends what is for Entra ID's host to the mock: what interception does for a whole process."""

    def __init__(self, mock: Mock) -> None:
        super().__init__()
        self._mock = mock

    def send(self, request: Any, **options: Any) -> Any:
        parts = urllib.parse.urlsplit(request.url)
        assert parts.hostname == "login.microsoftonline.com"
        request.url = self._mock.url + parts.path
        request.headers.update({"Host": parts.netloc, **self._mock.headers})
        return super().send(request, **options)


def test_a_client_secret(mock: Mock) -> None:
    with ClientSecretCredential(TENANT, "my-app", "a secret", transport=_Rerouted(mock)) as credential:
        token = credential.get_token(SCOPE)
    said = claims(token.token)
    assert (said["appid"], said["tid"], said["aud"]) == ("my-app", TENANT, "https://cognitiveservices.azure.com")
    shown = json.dumps(mock.journal())
    assert "a secret" not in shown
    assert "my-app" in shown


def test_a_workload_identity(mock: Mock, tmp_path: Path) -> None:
    assertion = tmp_path / "assertion"
    assertion.write_text("header.payload.signature")
    options = {"tenant_id": TENANT, "client_id": "my-pod", "token_file_path": str(assertion)}
    with WorkloadIdentityCredential(**options, transport=_Rerouted(mock)) as credential:
        assert claims(credential.get_token(SCOPE).token)["appid"] == "my-pod"
    assert "header.payload.signature" not in json.dumps(mock.journal())


def test_a_token_for_something_else_is_refused(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.control("PUT", "/settings", {"profile": "ga"})
    with pytest.raises(AuthenticationError) as refused:
        ask(application("https://management.azure.com/.default"))
    assert refused.value.response.json() == {
        "statusCode": 401,
        "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have"
        " expired.",
    }


def test_a_principal_without_the_role_is_refused(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.control("PUT", "/settings", {"profile": "ga", "access": {"role": False}})
    with pytest.raises(AuthenticationError) as refused:
        ask(application())
    assert refused.value.response.content == (
        b'{"error":{"code":"PermissionDenied","message": "Principal does not have access to API/Operation."}}'
    )


def test_a_resource_without_keys_takes_tokens_alone(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.control("PUT", "/settings", {"profile": "ga", "access": {"keys": False}})
    with pytest.raises(PermissionDeniedError) as refused:
        managed.client().responses.create(model="gpt-4o", input="hi")
    assert refused.value.code == "AuthenticationTypeDisabled"
    assert ask(application()).status == "completed"


def test_a_token_expires_in_the_middle_of_a_chat(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    client = application()
    first = ask(client)
    managed.control("POST", "/clock", {"advance": "25h"})
    assert ask(client, previous_response_id=first.id).status == "completed", "tokens age only when they are told to"
    managed.control("POST", "/clock", {"advance": "25h", "tokens": True})
    with pytest.raises(AuthenticationError):
        ask(client, previous_response_id=first.id)
    assert ask(application(), previous_response_id=first.id).status == "completed", "a new token is good"


def test_short_lived_tokens_are_refreshed(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.control("PUT", "/settings", {"access": {"lifetime": "200s"}})
    client = application()
    first = ask(client)
    ask(client, previous_response_id=first.id)
    assert tokens_asked(managed) >= 2


def test_resetting_the_scope_forgets_all_of_it(managed: Mock) -> None:
    managed.control("PUT", "/settings", {"access": {"keys": False}})
    managed.control("POST", "/clock", {"advance": "25h", "tokens": True})
    managed.control("POST", "/reset", {})
    assert managed.control("GET", "/settings")["access"] is None
    with ManagedIdentityCredential() as credential:
        token = credential.get_token(SCOPE).token
    assert abs(claims(token)["exp"] - managed.control("GET", "/clock")["now"] - 86400) < 60


def test_a_token_endpoint_that_throttles_is_asked_again(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.rule(when={"operation": "entra.token"}, fault=[{"identity_throttled": {"retry_after": 0}}], times=1)
    assert ask(application()).status == "completed"
    assert [entry["status"] for entry in managed.journal() if entry["operation"] == "entra.token"] == [429, 200]


def test_a_token_endpoint_that_fails_is_told_by_the_library(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.rule(when={"operation": "entra.token"}, fault=["identity_not_found"])
    with pytest.raises((CredentialUnavailableError, ClientAuthenticationError)):
        ask(application())


def test_a_wrong_secret_is_told_in_entras_words(mock: Mock) -> None:
    mock.rule(when={"operation": "entra.token"}, fault=["token_client_invalid"])
    credential = ClientSecretCredential(TENANT, "my-app", "wrong", transport=_Rerouted(mock))
    with credential, pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        credential.get_token(SCOPE)


def test_a_rule_for_everything_leaves_tokens_alone(managed: Mock, application: Callable[..., AzureOpenAI]) -> None:
    managed.rule(when={"operation": "*"}, fault=["rate_limited"], times=1)
    with pytest.raises(Exception, match="429"):
        ask(application())
    assert tokens_asked(managed) == 1


@pytest.mark.parametrize(
    ("form", "status", "error", "code"),
    [
        ({}, 400, "invalid_request", 900144),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": "client_credentials", "client_id": "a"}, 400, "invalid_request", 900144),
        ({"grant_type": "client_credentials", "client_id": "a", "scope": SCOPE}, 401, "invalid_client", 7000218),
        ({"grant_type": "client_credentials", "client_id": "a", "client_secret": "s", "scope": "x"}, 400, "invalid_scope", 1002012),
    ],
)
def test_a_request_that_lacks_something_is_refused_in_entras_shape(
    mock: Mock, form: dict[str, str], status: int, error: str, code: int
) -> None:
    found, body = post(mock, f"/{TENANT}/oauth2/v2.0/token", **form)
    assert (found, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert body["correlation_id"] in body["error_description"]


def test_the_older_endpoint_takes_a_resource(mock: Mock) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "s", "resource": "https://ai.azure.com"}
    status, body = post(mock, f"/{TENANT}/oauth2/token", **form)
    assert (status, body["expires_in"], claims(body["access_token"])["aud"]) == (200, "3599", "https://ai.azure.com")


def test_a_form_of_any_size_leaves_a_token_that_fits_into_a_header(mock: Mock) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a" * 100_000, "client_secret": "s", "scope": SCOPE}
    status, body = post(mock, f"/{TENANT}/oauth2/v2.0/token", **form)
    assert status == 200
    assert len(body["access_token"]) < 8192


def test_libraries_that_ask_about_an_authority_are_told(mock: Mock) -> None:
    status, body = get(mock, f"/common/discovery/instance?authorization_endpoint=https://example.com/{TENANT}/oauth2/v2.0/authorize")
    assert status == 200
    assert body["tenant_discovery_endpoint"].endswith(f"/{TENANT}/v2.0/.well-known/openid-configuration")


def test_a_token_of_ones_own_making_is_judged_by_what_it_says(mock: Mock) -> None:
    said = {"aud": "https://cognitiveservices.azure.com/", "exp": 4_000_000_000}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, said)]
    headers = {"authorization": f"Bearer {'.'.join(parts)}.c2ln", "api-key": ""}
    body = json.dumps({"model": "gpt-4o", "input": "hi"}).encode()
    assert mock.raw("POST", "/openai/v1/responses?api-version=preview", body, headers)[0] == 200
