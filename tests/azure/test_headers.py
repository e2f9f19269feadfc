"""Headers of an answer: the recorded names, and nothing that a client could smuggle in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.azure import errors, headers, models, profiles
from azure_openai_mock.wire.refusal import Refusal

GA, PREVIEW = profiles.load("ga"), profiles.load("preview")


def answer(profile: profiles.Profile = GA, name: str | None = "gpt-5-mini", *, streaming: bool = False, **more: object) -> dict[str, str]:
    found = None if name is None else models.deployment(name, profile.models["gpt-4o"])
    given = headers.answer(profile, profile.region, found, streaming=streaming, request_id="r", apim_request_id="a", **more)  # type: ignore[arg-type]
    assert len(dict(given)) == len(given)
    return dict(given)


def test_a_created_response_says_what_it_is() -> None:
    said = answer()
    assert list(said)[:4] == ["x-ms-aoai-configured-data-retention-days", "skip-error-remapping", "x-ms-is-spilled-over", "x-ratelimit-key"]
    assert said["x-ms-aoai-configured-data-retention-days"] == "30"
    assert said["x-ms-served-model"] == "gpt-4o-2024-11-20"
    assert said["x-ratelimit-key"] == "gpt-5-mini"
    assert (said["x-ratelimit-limit-requests"], said["x-ratelimit-remaining-requests"]) == ("250", "249")
    assert (said["x-ratelimit-reset-tokens"], said["x-ratelimit-renewalperiod-tokens"]) == ("0", "60")
    assert said["azureai-fe-is-streaming"] == "False"
    assert said["x-ms-region"] == "East US 2"
    assert (said["x-request-id"], said["apim-request-id"]) == ("r", "a")
    assert "x-ms-client-request-id" not in said


def test_a_stream_says_that_it_is_one() -> None:
    assert answer(streaming=True)["azureai-fe-is-streaming"] == "True"


def test_in_2025_streams_named_no_tokens() -> None:
    assert "x-ratelimit-remaining-tokens" in answer(PREVIEW)
    assert "x-ratelimit-remaining-tokens" not in answer(PREVIEW, streaming=True)
    assert answer(PREVIEW)["x-ms-deployment-name"] == "gpt-5-mini"


def test_what_no_model_answered_names_no_limits() -> None:
    assert not any(name.startswith("x-ratelimit") for name in answer(name=None))
    assert answer(PREVIEW, None)["openai-version"] == "2020-10-01"


def test_the_clients_own_id_comes_back() -> None:
    assert answer(client_request_id="mine")["x-ms-client-request-id"] == "mine"


def test_limits_are_said_as_they_stand() -> None:
    limits = headers.Limits(10, 3, 1000, 250, reset_requests=7)
    said = answer(limits=limits)
    assert [said[f"x-ratelimit-{what}-requests"] for what in ("limit", "remaining", "reset")] == ["10", "3", "7"]
    assert said["x-ratelimit-remaining-tokens"] == "250"


@given(st.text())
def test_no_value_of_a_client_breaks_a_header(name: str) -> None:
    said = answer(name=name, client_request_id=name or None)
    assert all(value.isascii() and value.isprintable() and len(value) <= headers.LONGEST for value in said.values())


@pytest.mark.parametrize("key", ["resource_not_found", "invalid_key"])
def test_a_gateway_says_little(key: str) -> None:
    said = headers.refusal(errors.render(Refusal(key)), GA, GA.region, request_id="r", apim_request_id="a")
    assert dict(said)["apim-request-id"] == "a"
    assert ("strict-transport-security" in dict(said)) is (key == "resource_not_found")
    assert "x-ms-region" not in dict(said)


def test_a_refusal_of_the_service_looks_like_its_answers() -> None:
    said = dict(headers.refusal(errors.render(Refusal("response_not_found")), GA, GA.region, request_id="r", apim_request_id="a"))
    assert said["x-ms-region"] == "East US 2"
    assert said["x-request-id"] == "r"


@pytest.mark.parametrize("name", profiles.names())
def test_a_profile_names_an_era(name: str) -> None:
    assert profiles.load(name).headers in headers.eras()
