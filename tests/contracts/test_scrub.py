"""Scrubbing: no secret survives in any reading of a cassette, and what is none stays."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.hidden import ENCODINGS, PLACES, PLAIN, RECOGNISED, cut, encoded, readings, recorded, spelled, streamed

from azure_openai_contracts import cassette, scrub, tape
from azure_openai_contracts.cassette import CassetteProblem


def told(answer: dict[str, Any]) -> list[dict[str, Any]]:
    lines = answer["response"]["body"]["string"].split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


@pytest.mark.parametrize("kind", RECOGNISED)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_what_shows_that_it_is_a_secret_survives_in_no_encoding(kind: str, data: st.DataObject) -> None:
    secret = data.draw(RECOGNISED[kind])
    names = data.draw(st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=3))
    place = data.draw(st.sampled_from(sorted(PLACES)))
    clean = scrub.clean(PLACES[place](encoded(secret, names)))
    for reading in readings(spelled(clean), names):
        assert secret not in reading, (place, names)


@settings(max_examples=60, deadline=None)
@given(
    secret=PLAIN,
    names=st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=3),
    place=st.sampled_from(sorted(PLACES)),
    header=st.sampled_from(["api-key", "Authorization", "X-Anything-Else", "Cookie"]),
)
def test_what_was_secret_in_one_place_survives_in_no_other(secret: str, names: list[str], place: str, header: str) -> None:
    interaction = PLACES[place](encoded(secret, names))
    interaction["request"]["headers"] = {**interaction["request"]["headers"], header: [secret]}
    clean = scrub.clean(interaction)
    for reading in readings(spelled(clean), names):
        assert secret not in reading, (place, names)


@settings(max_examples=40, deadline=None)
@given(
    secret=RECOGNISED["key of 32 digits"],
    names=st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=3),
    place=st.sampled_from(sorted(PLACES)),
)
def test_scrubbing_what_is_scrubbed_changes_nothing(secret: str, names: list[str], place: str) -> None:
    once = scrub.scrubbed({"version": 1, "interactions": [PLACES[place](encoded(secret, names))]})
    assert scrub.scrubbed(once) == once


@given(size=st.integers(1, 12), secret=RECOGNISED["OpenAI key"])
@settings(max_examples=20, deadline=None)
def test_a_secret_that_is_told_in_pieces_leaves_a_stream_that_adds_up(size: int, secret: str) -> None:
    events = told(scrub.clean(recorded(response=streamed(f"the key {secret} is new", size))))
    deltas = [event for event in events if event["type"] == "response.output_text.delta"]
    assert "".join(event["delta"] for event in deltas) == events[-1]["text"] == "the key redacted-key-1 is new"
    assert all((len(event["delta"]) + len(event["obfuscation"])) % 16 == 0 for event in deltas)
    tokens = [token for event in deltas for token in event["logprobs"]]
    assert "".join(token["token"] for token in tokens) == events[-1]["text"]
    assert b"".join(bytes(token["bytes"]) for token in tokens).decode() == events[-1]["text"]


def test_the_tokens_of_a_finished_text_are_told_without_it_too() -> None:
    secret = "sk-" + "a1B2" * 8
    tokens = [{"token": piece, "logprob": -0.1, "bytes": list(piece.encode()), "top_logprobs": []} for piece in cut(secret, 3)]
    clean = scrub.clean(recorded(response={"body": {"string": json.dumps({"text": secret, "logprobs": tokens})}}))
    body = json.loads(clean["response"]["body"]["string"])
    assert "".join(token["token"] for token in body["logprobs"]) == body["text"] == "redacted-key-1"


def test_the_same_secret_has_the_same_name_everywhere_and_another_another() -> None:
    one, other = "sk-" + "a" * 20, "sk-" + "b" * 20
    first = recorded(request={"body": json.dumps({"input": one})}, response={"body": {"string": json.dumps({"was": one})}})
    second = recorded(request={"body": json.dumps({"input": other})})
    whole = scrub.scrubbed({"version": 1, "interactions": [first, second]})["interactions"]
    assert json.loads(whole[0]["request"]["body"])["input"] == json.loads(whole[0]["response"]["body"]["string"])["was"]
    assert json.loads(whole[0]["request"]["body"])["input"] != json.loads(whole[1]["request"]["body"])["input"]


def test_what_chains_and_replays_need_stays() -> None:
    kept = {
        "previous_response_id": "resp_" + "0a" * 25,
        "call_id": "call_" + "aB3" * 8,
        "encrypted_content": "gAAAAAB" + "aB3_" * 40,
        "prose": "How do I rotate an api-key? Bearer tokens expire.",
        "commit": "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "contact": "user@example.com",
        "picture": "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).decode(),
        "usage": {"input_tokens": 12345678901234},
    }
    interaction = recorded(request={"body": json.dumps(kept)}, response={"body": {"string": json.dumps(kept, indent=2)}})
    assert scrub.clean(interaction) == interaction


def test_a_resource_is_named_the_same_in_every_address() -> None:
    interaction = recorded(
        uri="https://Fabrikam-East.openai.azure.com/openai/v1/responses",
        response={"headers": {"location": ["https://fabrikam-east.openai.azure.com/openai/v1/responses/resp_1"]}},
    )
    clean = scrub.clean(interaction)
    assert clean["request"]["uri"] == "https://redacted-resource-1.openai.azure.com/openai/v1/responses"
    assert clean["response"]["headers"]["location"] == ["https://redacted-resource-1.openai.azure.com/openai/v1/responses/resp_1"]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_cassette_of_somebody_elses_is_scrubbed_as_it_is_read(tmp_path: Path, form: str) -> None:
    secret = "sk-" + "c4D5" * 6
    interaction = recorded(request={"headers": {"api-key": [secret]}, "body": json.dumps({"input": f"use {secret}"})})
    file = tmp_path / f"theirs.{form}"
    data = {"version": 1, "interactions": [interaction]}
    file.write_text(json.dumps(data) if form == "json" else yaml.safe_dump(data))
    assert secret not in repr(cassette.load(file))
    assert secret not in repr(tape.interactions(file))


def test_what_is_no_cassette_is_no_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("interactions: [")
    with pytest.raises(CassetteProblem):
        tape.interactions(file)
