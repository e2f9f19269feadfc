"""What Azure refuses is refused in Azure's own bytes, and says in a header what to change."""

from __future__ import annotations

import json

import openai
import pytest

from .conftest import Mock, Server

BODY = b'{"model":"gpt-4o","input":"hi"}'
NOT_FOUND = b'{"error":{"code":"404","message": "Resource not found"}}'


def test_in_preview_v1_without_api_version_is_404_in_56_bytes(preview: Mock) -> None:
    status, headers, body = preview.raw("POST", "/openai/v1/responses", BODY)
    assert (status, body) == (404, NOT_FOUND)
    assert len(body) == 56
    assert "api-version=preview" in headers["x-mock-hint"]


def test_in_ga_no_api_version_is_needed(ga: Mock) -> None:
    assert ga.client().responses.create(model="gpt-4o", input="hi").output_text


def test_in_ga_a_dated_api_version_on_v1_is_refused(ga: Mock) -> None:
    status, _, body = ga.raw("POST", "/openai/v1/responses?api-version=2025-04-01-preview", BODY)
    assert status == 400
    assert json.loads(body)["error"]["message"] == "API version not supported"


def test_while_nobody_chose_a_profile_the_message_ends_with_the_hint(server: Server) -> None:
    mock = Mock(server.url, "nobody-chose")
    status, headers, body = mock.raw("POST", "/openai/v1/responses", BODY)
    assert status == 404
    message = json.loads(body)["error"]["message"]
    assert message.startswith("Resource not found")
    assert message.endswith(headers["x-mock-hint"])


def test_an_unknown_route_is_404_in_azure_s_bytes(mock: Mock) -> None:
    for path in (
        "/openai/v1/no_such_thing?api-version=preview",
        "/openai/v1/responses/?api-version=preview",
        "/openai/v1/Responses?api-version=preview",
    ):
        assert mock.raw("POST", path, BODY)[::2] == (404, NOT_FOUND)


def test_the_deployments_form_is_not_a_route(mock: Mock) -> None:
    status, _, body = mock.raw("POST", "/openai/deployments/gpt-4o/responses?api-version=2025-04-01-preview", BODY)
    assert (status, body) == (404, NOT_FOUND)


def test_a_missing_key_is_refused(mock: Mock) -> None:
    status, _, body = mock.raw("POST", "/openai/v1/responses?api-version=preview", BODY, {"api-key": ""})
    assert status == 401
    assert b"401" in body or b"Unauthorized" in body


def test_a_model_of_later_days_is_deployment_not_found_in_preview(preview: Mock) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        preview.azure().responses.create(model="gpt-5", input="hi")
    assert refused.value.code == "DeploymentNotFound"


def test_other_names_are_accepted_as_custom_deployments(mock: Mock) -> None:
    assert mock.azure().responses.create(model="my-own-name", input="hi").model == "my-own-name"


def test_strict_deployments_refuse_what_is_not_listed(ga: Mock) -> None:
    ga.control("PUT", "/settings", {"deployments": {"chat": "gpt-4o@2024-08-06"}})
    client = ga.client()
    raw = client.responses.with_raw_response.create(model="chat", input="hi")
    assert raw.headers["x-ms-served-model"] == "gpt-4o-2024-08-06"
    ga.control("PUT", "/settings", {"deployments": "strict"})
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="other", input="hi")


def test_web_search_is_refused_in_preview(preview: Mock) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        preview.azure().responses.create(model="gpt-4o", input="hi", tools=[{"type": "web_search_preview"}])
    assert "Hosted tool 'web_search_preview' is not supported with" in str(refused.value)


def test_a_resource_without_the_preview_is_409_operation_not_allowed(preview: Mock) -> None:
    preview.control("PUT", "/settings", {"registered": False})
    with pytest.raises(openai.ConflictError) as refused:
        preview.azure().responses.create(model="gpt-4o", input="hi")
    assert refused.value.code == "OperationNotAllowed"


def test_a_gate_that_warns_lets_pass_and_says_so(preview: Mock) -> None:
    preview.control("PUT", "/settings", {"gate": "warn"})
    assert preview.client().responses.create(model="gpt-4o", input="hi").output_text
    assert "api-version" in " ".join(preview.journal()[0]["hints"])


def test_a_region_without_the_api_is_404(preview: Mock) -> None:
    preview.control("PUT", "/settings", {"region": "westeurope"})
    status, headers, body = preview.raw("POST", "/openai/v1/responses?api-version=preview", BODY)
    assert (status, body) == (404, NOT_FOUND)
    assert "eastus2" in headers["x-mock-hint"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"nul", b"\xff\xfe", b"[" * 100_000, b'{"model":"gpt-4o"}', b'{"model":5,"input":"x"}', b'{"input":"x"}'],
    ids=["empty", "cut", "list", "string", "word", "not utf-8", "deep", "no input", "model of another type", "no model"],
)
def test_bad_bodies_get_a_400_and_leave_no_trace(mock: Mock, body: bytes) -> None:
    status, headers, answer = mock.raw("POST", "/openai/v1/responses?api-version=preview", body)
    assert status == 400
    assert headers["content-type"].startswith("application/json")
    assert json.loads(answer)["error"]["message"]
    assert mock.journal()[0]["response_id"] is None


def test_a_host_of_azure_s_is_answered_and_a_stranger_s_is_not(mock: Mock) -> None:
    path = "/openai/v1/responses?api-version=preview"
    assert mock.raw("POST", path, BODY, {"Host": "my-resource.openai.azure.com"})[0] == 200
    assert 400 <= mock.raw("POST", path, BODY, {"Host": "evil.example"})[0] < 500


def test_models_are_listed_and_retrieved(mock: Mock) -> None:
    client = mock.azure()
    names = [model.id for model in client.models.list()]
    assert "gpt-4o-2024-11-20" in names
    assert client.models.retrieve(names[0]).id == names[0]


def test_a_large_body_is_read_whole_and_one_beyond_the_limit_is_refused(ga: Mock) -> None:
    words = b"word " * 100_000
    status, _, answer = ga.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4.1","input":"' + words + b'"}')
    assert status == 200, answer
    status, _, answer = ga.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4.1","input":"' + b"x" * (17 * 1024 * 1024) + b'"}')
    assert status == 413
    assert json.loads(answer)["error"]["message"]
