"""Cassettes are read whoever wrote them, by the server and by the kit alike; what cannot be used is an error with its name."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests import cassettes

from azure_openai_contracts import cassette as kit
from azure_openai_mock.behaviour.recorded.cassette import CassetteError, load, under

REPOSITORY = Path(__file__).parents[3] / "cassettes"
ASKED = {"model": "gpt-4o", "input": "grüße"}
ANSWERED = {"id": "resp_1", "object": "response", "output": []}
TEXT = json.dumps(ANSWERED)


def interaction(body: Any, *, headers: Any = None, status: Any = None, request: Any = None) -> dict[str, Any]:
    return {
        "request": {
            "method": "POST",
            "uri": f"{cassettes.ROOT}/openai/v1/responses",
            "headers": {},
            "body": json.dumps(ASKED),
            **(request or {}),
        },
        "response": {"headers": headers or {}, **({"status": {"code": 200, "message": "OK"}} if status is None else status), **body},
    }


FORMS: dict[str, dict[str, Any]] = {
    "text": interaction({"body": {"string": TEXT}}),
    "bytes": interaction({"body": {"string": TEXT.encode()}}),
    "a body that is the text": interaction({"body": TEXT}),
    "headers in lists": interaction({"body": {"string": TEXT}}, headers={"Content-Type": ["application/json"]}),
    "headers as texts": interaction({"body": {"string": TEXT}}, headers={"content-type": "application/json"}),
    "gzip": interaction({"body": {"string": gzip.compress(TEXT.encode())}}, headers={"Content-Encoding": ["gzip"]}),
    "gzip undone, the header left": interaction({"body": {"string": TEXT}}, headers={"content-encoding": "gzip"}),
    "deflate": interaction({"body": {"string": zlib.compress(TEXT.encode())}}, headers={"content-encoding": ["deflate"]}),
    "base64": interaction({"body": {"base64_string": base64.b64encode(TEXT.encode()).decode()}}),
    "status_code and content": interaction({"content": TEXT}, status={"status_code": 200}),
    "a request body in an object": interaction({"body": {"string": TEXT}}, request={"body": {"string": json.dumps(ASKED)}}),
    "a list of pieces": interaction({"body": {"string": [TEXT[:9], TEXT[9:]]}}),
    "a request body of bytes": interaction({"body": {"string": TEXT}}, request={"body": json.dumps(ASKED).encode()}),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_alike_by_the_server_and_by_the_kit(form: str, tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "interactions": [FORMS[form]]}, allow_unicode=True))
    [ours] = load(path).exchanges
    [theirs] = kit.load(path).exchanges
    assert theirs.answer is not None
    assert (ours.asked, ours.answered, ours.status) == (ASKED, ANSWERED, 200)
    assert (theirs.request.json, theirs.answer.json, theirs.answer.status) == (ASKED, ANSWERED, 200)
    assert ours.path == theirs.request.path == "/openai/v1/responses"


@pytest.mark.parametrize("path", sorted(REPOSITORY.rglob("*.yaml"))[:40], ids=lambda path: path.stem)
def test_the_repositorys_cassettes_are_read_alike(path: Path) -> None:
    for ours, theirs in zip(load(path).exchanges, kit.load(path).exchanges, strict=True):
        assert theirs.answer is not None
        assert (ours.method, ours.url, ours.body) == (theirs.request.method, theirs.request.url, theirs.request.body)
        assert (ours.status, ours.answer, ours.complete) == (theirs.answer.status, theirs.answer.plain, theirs.answer.complete)


def test_json_and_parsed_bodies_are_read(tmp_path: Path) -> None:
    [one] = load(cassettes.write(tmp_path / "c.json", cassettes.exchange(ASKED, ANSWERED))).exchanges
    assert (one.asked, one.answered, one.name) == (ASKED, ANSWERED, "c.json#1")
    parsed = interaction({"parsed_body": ANSWERED}, request={"parsed_body": ASKED})
    [one] = load(cassettes.write(tmp_path / "p.yaml", parsed)).exchanges
    assert (one.asked, one.answered) == (ASKED, ANSWERED)


def test_python_tags_of_old_recordings_are_read_as_the_values_in_them(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(
        "interactions:\n"
        "- request: {method: POST, uri: 'https://h/v1/responses', headers: {}, body: !!python/unicode '{\"model\": \"m\"}'}\n"
        "  response: {status: {code: 200, message: OK}, headers: {a: !!python/tuple [b, c]}, body: {string: !!python/unicode '{}'}}\n"
    )
    [one] = load(path).exchanges
    assert (one.asked, one.answered) == ({"model": "m"}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no list of interactions"),
        ("interactions: []", "holds no list of interactions"),
        ("a: [", "is not YAML"),
        ("[]", "before 1.0"),
        ("interactions: [{request: {}, response: {}}]", "interaction 1 is of another shape"),
        ("a: !!python/object/apply:os.system ['true']", "is not YAML"),
    ],
)
def test_what_cannot_be_used_is_an_error_with_its_name(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(CassetteError, match=r"bad\.yaml: .*" + said):
        load(path)


def test_a_folder_names_the_cassettes_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.yaml", "a.json", "deep/c.yml", ".hidden.yaml", "note.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in under([tmp_path])] == ["a.json", "b.yaml", "c.yml"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(CassetteError, match="no cassette in this folder"):
        under([tmp_path / "empty"])
    with pytest.raises(CassetteError, match="there is no such cassette"):
        load(tmp_path / "missing.yaml")


def test_an_encoding_that_nobody_can_undo_is_named(tmp_path: Path) -> None:
    body = interaction({"body": {"string": b"\x01\x02\x03"}}, headers={"content-encoding": ["br"]})
    [one] = load(cassettes.write(tmp_path / "br.yaml", body)).exchanges
    assert one.encoded == "br"
