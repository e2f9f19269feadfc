"""What the OpenAPI description says is so."""

from __future__ import annotations

import json

import pytest

from azure_openai_mock.azure import profiles, tables
from azure_openai_mock.http.control import HANDLERS
from azure_openai_mock.http.description import TABLES, description
from azure_openai_mock.http.routes import ROUTES, match, served

PATHS = description()["paths"]
FILLED = [(method.upper(), path, entry) for path, entries in PATHS.items() for method, entry in entries.items()]


def test_every_route_and_every_control_call_is_described_once() -> None:
    told = [(entry["summary"], method) for method, _, entry in FILLED if entry["tags"] == ["Azure OpenAI"]]
    assert set(told) == {(operation, route.split(" ")[0]) for route, operation in ROUTES.items()}
    assert sum(entry["tags"] == ["control"] for *_, entry in FILLED) == len(HANDLERS)
    assert len({entry["operationId"] for *_, entry in FILLED}) == len(FILLED)
    assert json.loads(json.dumps(description())) == description()


@pytest.mark.parametrize(("method", "path", "entry"), FILLED, ids=lambda value: value if isinstance(value, str) else "")
def test_every_path_leads_to_its_operation(method: str, path: str, entry: dict) -> None:
    if entry["tags"] == ["Azure OpenAI"]:
        assert match(method, path)[0] == entry["summary"]
        assert {each["name"] for each in entry["parameters"] if each["in"] == "path"} == {
            part[1:-1] for part in path.split("/") if "{" in part
        }


@pytest.mark.parametrize("name", profiles.names())
def test_what_a_profile_does_not_have_yet_is_refused(name: str) -> None:
    profile = profiles.load(name)
    for _, path, entry in FILLED:
        if entry["tags"] == ["Azure OpenAI"] and not served(entry["summary"], profile.month):
            assert entry["x-mock"]["profiles"][name] == "refused", path


@pytest.mark.parametrize("operation", TABLES)
def test_every_parameter_is_there_with_its_source(operation: str) -> None:
    body = next(entry for *_, entry in FILLED if entry["summary"] == operation)["requestBody"]["content"]["application/json"]["schema"]
    rows = tables.load(TABLES[operation])["parameters"]
    assert set(rows) <= set(body["properties"])
    assert all(each["x-mock"]["source"] and each["x-mock"]["confidence"] for each in body["properties"].values())
