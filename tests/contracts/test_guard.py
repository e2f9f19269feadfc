"""The guard: it finds what scrubbing would have replaced, is silent about what scrubbing leaves, and about the cassettes that are here."""

from __future__ import annotations

import ast
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.hidden import ENCODINGS, PLACES, RECOGNISED, encoded, recorded

from azure_openai_contracts import catalogue, guard, scrub


def found_in(data: dict[str, Any], suffix: str = ".yaml") -> list[guard.Finding]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"one{suffix}"
        file.write_text(json.dumps(data) if suffix == ".json" else yaml.safe_dump(data))
        return guard.look(file)


def test_nothing_secret_is_in_the_cassettes_of_this_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert guard.guard([]) == 0, capsys.readouterr().out
    assert len(guard.files_of([catalogue.cassettes("mock").parent])) > 100


@pytest.mark.parametrize("kind", RECOGNISED)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_it_finds_a_secret_in_any_encoding_until_it_is_scrubbed(kind: str, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=2))
    place = data.draw(st.sampled_from(sorted(PLACES)))
    interaction = PLACES[place](encoded(data.draw(RECOGNISED[kind]), names))
    raw = {"version": 1, "interactions": [interaction]}
    assert found_in(raw), (place, names)
    assert found_in(scrub.scrubbed(raw)) == []


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
@pytest.mark.parametrize("place", sorted(PLACES))
def test_it_finds_what_is_packed_in_a_part_of_a_path_although_that_has_slashes_of_its_own(place: str, packed: str) -> None:
    secret = "sk-proj-" + "a1B2" * 10
    raw = {"version": 1, "interactions": [PLACES[place](encoded(secret, [packed, "path"]))]}
    assert found_in(raw)
    assert found_in(scrub.scrubbed(raw)) == []


@pytest.mark.parametrize("header", ["api-key", "Authorization", "Set-Cookie", "x-ms-token-aad-access-token", "Ocp-Apim-Subscription-Key"])
def test_some_headers_hold_nothing_but_pseudonyms(header: str) -> None:
    assert found_in({"interactions": [recorded(request={"headers": {header: ["hush"]}})]})
    assert not found_in({"interactions": [recorded(request={"headers": {header: ["redacted-header-1"]}})]})


def test_a_finding_says_where_and_not_what() -> None:
    secret = "sk-" + "a1B2" * 8
    [finding] = found_in({"interactions": [recorded(request={"body": json.dumps({"input": secret})})]}, ".json")
    assert "/interactions/0/request/body: a key of another service (sk-a…)" in str(finding)
    assert secret not in str(finding)


def test_what_is_no_yaml_is_looked_at_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "notes.yaml").write_text("}{ sk-" + "a1B2" * 8)
    assert guard.guard([str(tmp_path)]) == 1


def test_nothing_to_look_at_is_no_success(tmp_path: Path) -> None:
    assert guard.guard([str(tmp_path)]) == 2


def test_it_shares_nothing_with_scrubbing() -> None:
    tree = ast.parse(Path(guard.__file__).read_text())
    ours = {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level for name in node.names}
    assert ours == {"catalogue"}
