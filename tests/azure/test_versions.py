"""Which api-versions serve what stands beside Responses."""

from __future__ import annotations

import pytest

from azure_openai_mock.azure import profiles, versions

PREVIEW, GA = profiles.load("preview"), profiles.load("ga")


@pytest.mark.parametrize("profile", [PREVIEW, GA], ids=lambda profile: profile.name)
@pytest.mark.parametrize(
    ("family", "surface", "version", "served"),
    [
        ("chat.completions.create", "deployments", "2024-10-21", True),
        ("chat.completions.create", "deployments", "2025-04-01-preview", True),
        ("chat.completions.create", "deployments", "2022-12-01", False),
        ("chat.completions.create", "deployments", None, False),
        ("chat.completions.create", "deployments", "2024-10-22", False),
        ("chat", "dated", "2025-02-01-preview", True),
        ("chat", "dated", "2024-10-21", False),
        ("embeddings", "deployments", "2022-12-01", True),
        ("files", "dated", "2024-02-01", True),
        ("vector_stores", "dated", "2024-02-01", False),
        ("vector_stores", "dated", "2024-05-01-preview", True),
        ("chat.completions.create", "v1", "preview", True),
        ("chat.completions.create", "v1", "2024-10-21", False),
    ],
)
def test_a_family_takes_its_versions(
    profile: profiles.Profile, family: str, surface: profiles.Surface, version: str | None, served: bool
) -> None:
    refused = versions.refusal(profile, family, surface, version)
    assert (refused is None) is served
    assert refused is None or refused[1]


def test_v1_is_as_the_profile_says() -> None:
    assert versions.refusal(GA, "files", "v1", None) is None
    assert versions.refusal(PREVIEW, "files", "v1", None) is not None


def test_surfaces_have_what_azure_has_there() -> None:
    assert versions.family_of("responses.create") is None
    assert [versions.on("chat.completions.create", surface) for surface in ("v1", "dated", "deployments")] == [True, False, True]
    assert versions.family_of("chat.completions.retrieve") == "chat"
    assert [versions.on("chat", surface) for surface in ("v1", "dated", "deployments")] == [True, True, False]
    assert [versions.on("containers", surface) for surface in ("v1", "dated", "deployments")] == [True, False, False]
