"""What is published, and that an answer which is otherwise is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from azure_openai_contracts import cassette, published
from azure_openai_contracts.cassette import CassetteProblem
from azure_openai_contracts.exchange import Answer

FACTS = {path.stem: published.read(path) for path in published.all_files()}


def answer_of(fact: published.Published) -> Answer:
    assert fact.exchange.answer is not None
    return fact.exchange.answer


@pytest.mark.parametrize(("name", "size"), [("a_path_that_is_no_route", 56), ("a_token_without_a_role", 99), ("a_wrong_key", 224)])
def test_the_bodies_whose_length_was_logged_have_that_length(name: str, size: int) -> None:
    assert len(answer_of(FACTS[name]).body) == size
    assert FACTS[name].known == "bytes"


@pytest.mark.parametrize("name", FACTS)
def test_a_published_answer_is_as_published(name: str) -> None:
    assert list(published.differences(FACTS[name], answer_of(FACTS[name]))) == []


SPOILT: dict[str, Callable[[Answer], Answer]] = {
    "its status": lambda answer: replace(answer, status=answer.status + 1),
    "its text": lambda answer: replace(answer, body=answer.body.replace(b"e", b"3")),
    "no body": lambda answer: replace(answer, body=b""),
}


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("name", FACTS)
def test_an_answer_that_is_otherwise_differs(name: str, spoilt: str) -> None:
    assert list(published.differences(FACTS[name], SPOILT[spoilt](answer_of(FACTS[name]))))


def test_every_byte_counts_where_every_byte_is_known() -> None:
    fact = FACTS["a_path_that_is_no_route"]
    closed_up = replace(answer_of(fact), body=answer_of(fact).body.replace(b": ", b":"))
    assert list(published.differences(fact, closed_up))


def test_the_order_of_members_counts_where_values_are_known() -> None:
    fact = FACTS["an_unknown_parameter"]
    assert fact.known == "json"
    told = answer_of(fact)
    turned = {"error": dict(reversed(told.json["error"].items()))}
    assert turned == told.json
    assert list(published.differences(fact, replace(told, body=json.dumps(turned).encode())))


@pytest.mark.parametrize("lacks", ["facts", "confidence", "profile"])
def test_a_fact_without_a_source_is_none(tmp_path: Path, lacks: str) -> None:
    path = published.all_files()[0]
    data = cassette.raw_of(path)
    del data["provenance"][lacks]
    cassette.write_raw(cassette.sealed(data), tmp_path / "x.yaml")
    with pytest.raises(CassetteProblem):
        published.read(tmp_path / "x.yaml")
