"""The cassettes of the repository: our reader and vcrpy's read the same, and a byte that is not as it was is an error, never silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import vcr
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_contracts import cassette, catalogue
from azure_openai_contracts.cassette import CassetteProblem
from azure_openai_contracts.exchange import Exchange, headers_of

EVERY = cassette.files_under(catalogue.cassettes("mock").parent)
SMALL = min(catalogue.cassettes("documented").glob("*.yaml"), key=lambda path: path.stat().st_size)


def by_vcrpy(path: Path) -> list[tuple[Any, ...]]:
    """What plain vcrpy makes of a cassette."""
    with vcr.use_cassette(str(path), record_mode="none") as tape:
        return [
            (
                request.method,
                request.uri,
                headers_of(request.headers),
                request.body or b"",
                answer["status"]["code"],
                answer["status"]["message"],
                headers_of(answer["headers"]),
                answer["body"]["string"],
            )
            for request, answer in tape.data
        ]


def by_us(exchange: Exchange) -> tuple[Any, ...]:
    asked, answer = exchange.request, exchange.answer
    assert answer is not None
    return (asked.method, asked.url, asked.headers, asked.body, answer.status, answer.reason or "", answer.headers, answer.body)


@pytest.mark.parametrize("path", EVERY, ids=[path.stem for path in EVERY])
def test_our_reader_and_vcrpy_read_the_same(path: Path) -> None:
    assert [by_us(one) for one in cassette.load(path).exchanges] == by_vcrpy(path)


@pytest.mark.parametrize("path", EVERY, ids=[path.stem for path in EVERY])
def test_it_is_sealed_and_says_whose_traffic_it_is(path: Path) -> None:
    provenance = cassette.load(path).provenance
    assert provenance.seal
    assert provenance.source == path.parent.name
    assert bool(provenance.facts) == (provenance.source == "documented")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_byte_is_an_error_or_changes_no_value(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = SMALL.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(32, 126).filter(lambda one: one != whole[at]))
    file = tmp_path_factory.mktemp("changed") / SMALL.name
    file.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])
    try:
        cassette.load(file)
    except CassetteProblem:
        return
    changed, original = (yaml.safe_load(path.read_bytes()) for path in (file, SMALL))
    assert changed == original or "seal" not in changed.get("provenance", {}), f"byte {at} as {chr(byte)!r}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "interactions: [",
        "[]",
        "{}",
        "interactions: []\nversion: 1",
        "interactions:\n- 1",
        "\x00",
        "&ersion: 1\ninteractions: [1]\nprovenance: {seal: x}",
    ],
)
def test_what_is_no_cassette_does_not_load_as_an_empty_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "no.yaml"
    file.write_text(text)
    with pytest.raises(CassetteProblem):
        cassette.load(file)


def test_half_a_cassette_does_not_load_as_the_half(tmp_path: Path) -> None:
    whole = EVERY[-1].read_text()
    file = tmp_path / "half.yaml"
    for part in (0.3, 0.6, 0.9):
        file.write_text(whole[: int(len(whole) * part)])
        with pytest.raises(CassetteProblem):
            cassette.load(file)
