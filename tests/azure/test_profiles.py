"""Profiles: every cell of the api-version table, the regions and models of each month, and a team's own overlay."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from azure_openai_mock.azure import errors, models, profiles, tables
from azure_openai_mock.azure.profiles import SURFACES, VERSION_CLASSES, Profile
from azure_openai_mock.azure.tables import TableError

VALUES = {"none": None, "older": "2024-12-01-preview", "unknown": "2031-01-01-preview"} | {name: name for name in profiles.NAMED_VERSIONS}
CLASSIC = {"2025-03-01-preview": None, "2025-04-01-preview": None, "older": "api_version_too_old"}
EXPECTED = {
    ("preview", "v1"): {"preview": None},
    ("preview", "dated"): CLASSIC,
    ("preview", "deployments"): {},
    ("ga", "v1"): {"none": None, "preview": None, "v1": None}
    | dict.fromkeys(("latest", "2025-03-01-preview", "2025-04-01-preview", "older", "unknown"), "api_version_not_supported"),
    ("ga", "dated"): CLASSIC,
    ("ga", "deployments"): {},
    ("dated-2025-03", "v1"): {},
    ("dated-2025-03", "dated"): CLASSIC,
    ("dated-2025-03", "deployments"): {},
}
CELLS = [(name, surface, version) for name in ("preview", "ga", "dated-2025-03") for surface in SURFACES for version in VERSION_CLASSES]


@pytest.mark.parametrize(("name", "surface", "version"), CELLS)
def test_every_cell_decides(name: str, surface: profiles.Surface, version: str) -> None:
    profile = profiles.load(name)
    expected = EXPECTED[name, surface].get(version, "resource_not_found")
    assert profile.api_version(surface, VALUES[version]) == expected
    cell = profile.cell(surface, VALUES[version])
    assert cell.source
    assert cell.confidence in get_args(models.Confidence)
    if expected is not None:
        assert errors.known(expected)
        assert profile.name in profile.api_version_hint(surface, VALUES[version])


@pytest.mark.parametrize(
    ("value", "column"),
    [
        (None, "none"),
        ("", "none"),
        ("2024-10-21", "older"),
        ("2025-02-01-preview", "older"),
        ("2025-03-01", "unknown"),
        ("2025-03-01-PREVIEW", "unknown"),
        ("2025-05-01-preview", "unknown"),
        ("Preview", "unknown"),
        ("preview ", "unknown"),
        ("x" * 10_000, "unknown"),
    ],
)
def test_a_value_falls_into_one_column(value: str | None, column: str) -> None:
    assert profiles.version_class(value) == column


def test_the_hint_names_what_is_taken_and_who_takes_it_as_it_is() -> None:
    hint = profiles.load("preview").api_version_hint("v1", None)
    assert "api-version=preview" in hint
    assert "--profile ga" in hint


def test_a_hint_is_short_whatever_was_sent() -> None:
    assert len(profiles.load("preview").api_version_hint("v1", "x" * 10_000)) < 400


@pytest.mark.parametrize(("name", "count"), [("dated-2025-03", 12), ("preview", 14), ("ga", 32)])
def test_the_regions_of_the_month(name: str, count: int) -> None:
    profile = profiles.load(name)
    assert sum(region.responses for region in profile.regions.values()) == count
    assert profile.region.name == "eastus2"
    assert profile.region.display == "East US 2"


def test_a_region_without_the_api_is_known_as_one() -> None:
    assert profiles.load("preview").regions["westeurope"].responses is False
    assert profiles.load("ga").regions["westeurope"].responses is True


@pytest.mark.parametrize("name", profiles.names())
def test_a_profile_is_whole(name: str) -> None:
    profile = profiles.load(name)
    assert profile.retention == 2_592_000
    assert set(profile.facts) >= {"retention", "cross_model", "delete", "gates", "regions", "models", "content_filters", "headers"}
    assert all(fact.source for fact in profile.facts.values())
    assert all(row.source for row in profile.tools.values())
    assert all(row.source and errors.known(row.refusal) for row in profile.limitations.values())
    assert profile.default_model in profile.models
    assert {"host", "auth", "api_version"} <= set(profile.gates)
    assert profile.gates.index("host") < profile.gates.index("auth") < profile.gates.index("content") < profile.gates.index("body")


def test_what_differs_between_the_months() -> None:
    preview, ga = profiles.load("preview"), profiles.load("ga")
    assert (preview.cross_model, ga.cross_model) == ("ignored", "works")
    assert (preview.month, ga.month) == ("2025-08", "2026-08")
    assert (preview.content_filters, ga.content_filters) == (False, True)
    assert (preview.models["o3"].reasoning_content, ga.models["o3"].reasoning_content) == (False, True)
    assert "gpt-5" not in preview.models
    assert "gpt-5" in ga.models
    assert preview.models["gpt-4o"].versions == ("2024-11-20", "2024-08-06", "2024-05-13")


@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        ("preview", "function", None),
        ("preview", "web_search", "hosted_tool_unsupported"),
        ("preview", "web_search_preview", "hosted_tool_unsupported"),
        ("preview", "apply_patch", "invalid_value"),
        ("ga", "web_search", None),
        ("ga", "no_such_tool", "invalid_value"),
        ("dated-2025-03", "mcp", "invalid_value"),
    ],
)
def test_a_tool_is_served_refused_by_name_or_unknown(name: str, kind: str, key: str | None) -> None:
    profile = profiles.load(name)
    refusal = profile.refuses_tool(kind, models.resolve(profile, profile.region, "gpt-4o"))
    assert (refusal.key if refusal else None) == key


def test_a_model_may_lack_a_tool_that_the_profile_serves() -> None:
    ga = profiles.load("ga")
    refusal = ga.refuses_tool("web_search", models.resolve(ga, ga.region, "o1"))
    assert refusal is not None
    assert errors.message(refusal.key, **refusal.fields) == "Hosted tool 'web_search' is not supported with o1-2024-12-17."


# ---- overlays ----


def written(folder: Path, text: str) -> str:
    path = folder / "ours.yaml"
    path.write_text(text)
    return str(path)


def test_an_overlay_changes_rows_and_keeps_the_rest(tmp_path: Path) -> None:
    text = """
extends: preview
default_region: swedencentral
cross_model: works
models:
  gpt-5: [2025-08-07]
  o1: null
  our-model: {versions: [2025-09-01], like: gpt-4.1}
tools: {web_search: served}
api_versions: {v1: {none: accept}}
"""
    profile = profiles.load(written(tmp_path, text))
    base = profiles.load("preview")
    assert profile.name == "ours"
    assert profile.default_region == "swedencentral"
    assert profile.cross_model == "works"
    assert profile.api_version("v1", None) is None
    assert profile.api_version("v1", "v1") == "resource_not_found"
    assert set(profile.models) == set(base.models) - {"o1"} | {"gpt-5", "our-model"}
    assert profile.models["our-model"].context_window == profile.models["gpt-4.1"].context_window
    assert profile.refuses_tool("web_search", models.resolve(profile, profile.region, "gpt-4o")) is None
    assert base.api_version("v1", None) == "resource_not_found"
    assert models.resolve(profile, profile.region, "gpt-5").served == "gpt-5-2025-08-07"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: previw\n", "ours.yaml:1: extends: 'previw' is not a profile; did you mean 'preview'?"),
        ("default_region: eastus\n", "ours.yaml:1: extends: is missing; name the profile to start from"),
        ("[]\n", "ours.yaml:1: expected a mapping"),
        ("extends: ga\nretenion: 5\n", "ours.yaml:2: retenion: unknown key; did you mean 'retention'?"),
        ("extends: ga\nretention: long\n", "ours.yaml:2: retention: expected a number, not 'long'"),
        ("extends: ga\ncross_model: ignore\n", "ours.yaml:2: cross_model: 'ignore' is not known; did you mean 'ignored'?"),
        (
            "extends: ga\ndefault_region: eastus3\n",
            "ours.yaml:2: default_region: 'eastus3' is not among the regions; did you mean '",
        ),
        ("extends: ga\nregions: [eastus, weurope]\n", "ours.yaml:2: regions.weurope: is not a region; did you mean 'westeurope'?"),
        ("extends: ga\nmodels:\n  gpt-9: [1]\n", "ours.yaml:3: models.gpt-9: no model 'gpt-9' is known"),
        ("extends: ga\nmodels:\n  gpt-4p: null\n", "ours.yaml:3: models.gpt-4p: there is no such row to remove; did you mean 'gpt-4o'?"),
        ("extends: ga\napi_versions:\n  v1:\n    nothing: accept\n", "ours.yaml:4: api_versions.v1.nothing: unknown key"),
        ("extends: ga\napi_versions:\n  v2: {}\n", "ours.yaml:3: api_versions.v2: unknown key; known are: dated, deployments, v1"),
        (
            "extends: ga\napi_versions:\n  v1:\n    none: acept\n",
            "ours.yaml:4: api_versions.v1.none: 'acept' is neither accept nor an error",
        ),
        ("extends: ga\ntools: {web_search: maybe}\n", "ours.yaml:2: tools.web_search.state: 'maybe' is not known"),
        ("extends: ga\nheaders: 1999\n", "ours.yaml:2: headers: '1999' is not an era"),
        ("extends: ga\ngates: [auth, hots]\n", "ours.yaml:2: gates.1: 'hots' is not known; did you mean 'host'?"),
        ("extends: ga\ndate: soon\n", "ours.yaml:2: date: expected a month such as 2025-08, not 'soon'"),
    ],
)
def test_what_is_wrong_in_an_overlay_is_said_with_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TableError) as caught:
        profiles.load(written(tmp_path, text))
    assert str(caught.value).removeprefix(f"{tmp_path}/").startswith(said)


def test_a_name_that_is_no_profile_is_said_with_the_nearest() -> None:
    with pytest.raises(TableError, match="did you mean 'preview'"):
        profiles.load("preveiw")


def test_a_profile_is_made_once() -> None:
    assert profiles.load("ga") is profiles.load("ga")
    assert isinstance(profiles.load("ga"), Profile)
    assert profiles.names() == ("dated-2025-03", "ga", "preview")
    assert set(tables.names("profiles")) == set(profiles.names())
