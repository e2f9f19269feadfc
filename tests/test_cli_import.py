"""`import` makes of a cassette a rules file with which a server answers the same."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cassettes import exchange, response, write

from azure_openai_mock.cli import main
from azure_openai_mock.testing import MockServer

ASKED = {"model": "gpt-4o", "input": "hello"}


@pytest.mark.parametrize("name", ["chat.yaml", "chat.json"])
@pytest.mark.parametrize("rules", ["rules.yaml", "rules.json"])
def test_a_server_with_the_rules_answers_as_was_recorded(name: str, rules: str, tmp_path: Path) -> None:
    cassette = write(tmp_path / name, exchange(ASKED, response("r1", "Hi")), exchange(ASKED, response("r2", "Hi again")))
    assert main(["import", str(cassette), "-o", str(tmp_path / rules)]) == 0
    with MockServer(rules=tmp_path / rules) as mock:
        client = mock.client()
        assert [client.responses.create(**ASKED).output_text for _ in range(3)] == ["Hi", "Hi again", "Hi again"]


def test_what_others_recorded_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = json.dumps(response("r1", "Hi")).encode()
    packed = exchange(ASKED, "")
    packed["request"]["headers"] = {"Content-Type": "application/json"}
    packed["response"]["headers"] = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    packed["response"]["body"] = {"base64_string": base64.b64encode(gzip.compress(body)).decode()}
    assert main(["import", str(write(tmp_path / "packed.json", packed))]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == [
        {"name": "packed.json#1", "when": {"model": "gpt-4o", "input": "hello"}, "say": "Hi"}
    ]


def test_what_it_cannot_turn_into_a_rule_is_named_on_the_screen_and_in_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd: Any = {"type": "telepathy", "id": "x_1"}
    cassette = write(
        tmp_path / "odd.yaml",
        exchange(ASKED, response("r1", odd, "Hi")),
        exchange(None, {"object": "list"}, method="GET", path="/openai/v1/models"),
        exchange(None, {}, method="GET", path="/openai/v1/responses/resp_123456/input_items"),
        exchange(None, {}, method="GET", path="/openai/v1/responses/resp_654321/input_items"),
        exchange({"input": "x"}, {}, path="/openai/v1/embeddings"),
    )
    assert main(["import", str(cassette), "-o", str(tmp_path / "rules.yaml")]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "left out: GET /openai/v1/models: the server's own state answers it",
        "left out: GET /openai/v1/responses/…/input_items: the server's own state answers it (2 times)",
        "left out: POST /openai/v1/embeddings: the server makes vectors of its own",
        "odd.yaml#1: an item of type 'telepathy' is left out: type: unknown item type",
        "1 rule from 1 recorded answer",
    ]
    assert "# odd.yaml#1: an item of type 'telepathy'" in (tmp_path / "rules.yaml").read_text()


def test_a_file_that_is_there_is_kept_unless_told_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cassette, rules = write(tmp_path / "c.yaml", exchange(ASKED, response("r1", "Hi"))), tmp_path / "rules.yaml"
    rules.write_text("mine")
    assert main(["import", str(cassette), "-o", str(rules)]) == 2
    assert rules.read_text() == "mine"
    assert "--overwrite replaces it" in capsys.readouterr().err
    assert main(["import", str(cassette), "-o", str(rules), "--overwrite"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.yaml", "rules.yaml"]


def test_what_cannot_be_read_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("interactions: [")
    assert main(["import", str(tmp_path / "bad.yaml")]) == 2
    assert "bad.yaml: is not YAML" in capsys.readouterr().err
    assert main(["import", str(write(tmp_path / "none.yaml", exchange(None, {}, method="GET")))]) == 1
