"""Which deployment a name means, and which it never means."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.azure import models, profiles
from azure_openai_mock.wire.refusal import Refusal

PREVIEW, GA = profiles.load("preview"), profiles.load("ga")


def refusal_of(name: str, profile: profiles.Profile = PREVIEW, **more: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        models.resolve(profile, profile.regions[str(more.pop("region", "eastus2"))], name, **more)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("row", models.rows().values(), ids=lambda row: row.name)
def test_a_model_is_whole(row: models.ModelRow) -> None:
    assert row.source
    assert row.confidence in get_args(models.Confidence)
    assert row.versions
    assert row.effort in row.efforts if row.reasoning else not row.efforts
    assert row.retention is None or not row.retentions or row.retention in row.retentions
    assert not row.responses or row.context_window > row.max_output > 0


@pytest.mark.parametrize("profile", [PREVIEW, GA], ids=lambda profile: profile.name)
def test_every_model_is_deployed_under_its_own_name_and_its_dated_names(profile: profiles.Profile) -> None:
    region = profile.regions["eastus2"]
    for model in profile.models.values():
        if model.responses:
            assert models.resolve(profile, region, model.name).served == f"{model.name}-{model.version}"
            for version in model.versions:
                found = models.resolve(profile, region, f"{model.name}-{version}", strict=True)
                assert (found.model, found.version) == (model, version)


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("prod", "gpt-4o-2024-11-20"),
        ("my-gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
        ("gpt-4o-eu", "gpt-4o-2024-11-20"),
        ("GPT-4o-mini", "gpt-4o-mini-2024-07-18"),
        ("team-gpt-4o-2024-05-13-eu", "gpt-4o-2024-05-13"),
        ("gpt-4o-2024-01-01", "gpt-4o-2024-11-20"),
        ("solo1", "gpt-4o-2024-11-20"),
        ("fast_o3", "o3-2025-04-16"),
        ("my-gpt-image-1", "gpt-4o-2024-11-20"),
    ],
)
def test_another_name_is_a_custom_deployment(name: str, served: str) -> None:
    found = models.resolve(PREVIEW, PREVIEW.region, name)
    assert found.served == served
    assert found.name == name


def test_the_name_of_a_family_is_its_first_model() -> None:
    assert models.resolve(GA, GA.region, "gpt-5.6").model.name == "gpt-5.6-sol"


@pytest.mark.parametrize("name", ["gpt-5", "gpt-5-2025-08-07", "gpt-5.1-codex-max", "o3-pro"])
def test_a_model_of_another_month_is_no_deployment(name: str) -> None:
    refusal = refusal_of(name)
    assert refusal.key == "deployment_not_found"
    assert refusal.hint


@pytest.mark.parametrize("profile", [PREVIEW, GA], ids=lambda profile: profile.name)
def test_a_route_takes_the_models_that_serve_it(profile: profiles.Profile) -> None:
    assert refusal_of("text-embedding-3-small", profile).key == "operation_not_supported"
    assert models.resolve(profile, profile.region, "vectors", route="embeddings").model.name == "text-embedding-3-small"
    assert models.resolve(profile, profile.region, "my-text-embedding-3-large", route="embeddings").model.name == "text-embedding-3-large"
    assert models.resolve(profile, profile.region, "prod", route="chat").model.name == "gpt-4o"


def test_the_hint_names_the_profile_that_has_the_model() -> None:
    assert "--profile ga has it" in str(refusal_of("gpt-5").hint)


def test_a_model_that_the_region_lacks_is_no_deployment() -> None:
    assert models.resolve(PREVIEW, PREVIEW.regions["swedencentral"], "computer-use-preview").model.name == "computer-use-preview"
    assert refusal_of("computer-use-preview", region="uksouth").key == "deployment_not_found"


def test_a_model_that_this_route_does_not_serve_is_refused_by_name() -> None:
    refusal = refusal_of("gpt-image-1")
    assert (refusal.key, refusal.fields["model"]) == ("operation_not_supported", "gpt-image-1")


def test_strict_takes_the_profiles_models_and_nothing_else() -> None:
    assert models.resolve(PREVIEW, PREVIEW.region, "gpt-4o", strict=True).name == "gpt-4o"
    assert refusal_of("prod", strict=True).key == "deployment_not_found"


def test_listed_deployments_pick_model_and_version() -> None:
    listed = {"prod": "gpt-4o@2024-08-06", "gpt-5": "gpt-4.1"}
    assert models.resolve(PREVIEW, PREVIEW.region, "prod", deployments=listed).served == "gpt-4o-2024-08-06"
    assert models.resolve(PREVIEW, PREVIEW.region, "gpt-5", deployments=listed).served == "gpt-4.1-2025-04-14"
    assert models.resolve(PREVIEW, PREVIEW.region, "gpt-4o", deployments=listed).name == "gpt-4o"
    assert refusal_of("gpt-4o", deployments=listed, strict=True).key == "deployment_not_found"


@pytest.mark.parametrize("spec", ["gpt-5", "gpt-4o@2023-01-01", "", "@", "gpt-4o@"])
def test_a_listed_deployment_of_nothing_says_what_there_is(spec: str) -> None:
    if spec == "gpt-4o@":
        assert models.parse(PREVIEW, spec)[1] == "2024-11-20"
    else:
        assert refusal_of("prod", deployments={"prod": spec}).hint
        with pytest.raises(ValueError, match=r"has no"):
            models.parse(PREVIEW, spec)


@given(st.text(max_size=40))
def test_any_name_means_something_or_is_refused(name: str) -> None:
    try:
        found = models.resolve(GA, GA.region, name)
    except Refusal as refusal:
        known = refusal.key in ("deployment_not_found", "operation_not_supported", "model_not_found")
    else:
        known = found.name == name
    assert known


@pytest.mark.parametrize("name", ["x" * 100_000, "gpt-4o\n", "a b", "../gpt-4o"])
def test_what_cannot_be_a_name_is_no_deployment(name: str) -> None:
    refusal = refusal_of(name)
    assert refusal.key == "deployment_not_found"
    assert len(str(refusal.hint)) < 500


def test_the_list_has_one_entry_a_version_and_a_date() -> None:
    listed = models.available(PREVIEW, PREVIEW.region)
    assert [entry.served for entry in listed if entry.model.name == "gpt-4o"] == [
        "gpt-4o-2024-11-20",
        "gpt-4o-2024-08-06",
        "gpt-4o-2024-05-13",
    ]
    assert next(entry.created for entry in listed if entry.served == "gpt-4o-2024-08-06") == 1_722_902_400
    assert not any(entry.model.name == "computer-use-preview" for entry in models.available(PREVIEW, PREVIEW.regions["uksouth"]))
