"""JSON paths, conditions on requests, sequences and expectations."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.testing import MockServer
from azure_openai_mock.verification import FIELDS, Expectation, Requests, Unmatched, conditions, select

BODY = {"input": [{"role": "user", "content": "hi"}, {"role": "user", "content": "there"}], "tools": [{"name": "a"}, {"name": "b"}]}


def asked(model: str = "gpt-4o", status: int = 200, body: Any = None) -> dict[str, Any]:
    return {"method": "POST", "path": "/openai/v1/responses", "model": model, "status": status, "body": body or BODY, "ms": 1.0}


@pytest.mark.parametrize(
    "path, found",
    [
        ("$", [BODY]),
        ("$.tools[*].name", ["a", "b"]),
        ("$.tools[0].name", ["a"]),
        ("$.tools[-1]['name']", ["b"]),
        ("$..content", ["hi", "there"]),
        ("$.tools[7].name", []),
        ("$.none.at.all", []),
        ("$.input.*.role", ["user", "user"]),
    ],
)
def test_a_json_path_finds_what_is_there(path: str, found: list[Any]) -> None:
    assert select(BODY, path) == found


@pytest.mark.parametrize("path", ["input", "$.tools[?(@.name)]", "$.", "$.a b"])
def test_what_is_no_path_is_said(path: str) -> None:
    with pytest.raises(ValueError, match="JSON path"):
        select(BODY, path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.dictionaries(st.from_regex(r"[a-z_]+", fullmatch=True), JSON, min_size=1))
def test_every_member_is_found_by_its_name(value: dict[str, Any]) -> None:
    for name, inner in value.items():
        assert select(value, f"$.{name}") == select(value, f"$['{name}']") == [inner]
        assert inner in select(value, f"$..{name}")


def test_requests_are_chosen_by_fields_and_by_paths() -> None:
    requests = Requests([asked(), asked("gpt-5"), asked(status=429, body={"input": "short and sweet"})])
    assert requests.where(model="gpt-4o").count == 2
    assert requests.where({"$.tools[*].name": "b"}, model="gpt-5").count == 1
    assert requests.where(body__input__contains="sweet").count == 1
    assert requests.where(body__tools__0__name="a").count == 2
    assert requests.each("status") == [200, 200, 429]
    assert requests.each("$.input")[2] == "short and sweet"
    assert requests[1:].count == 2


def test_a_sequence_is_found_in_order_or_the_step_that_failed_is_named() -> None:
    requests = Requests([asked(status=429), asked("gpt-5"), asked()])
    assert requests.in_order({"status": 429}, {"status": 200, "model": "gpt-4o"}).count == 2
    with pytest.raises(Unmatched, match=r"step 2 .*status=429"):
        requests.in_order({"model": "gpt-5"}, {"status": 429})


@pytest.mark.parametrize("times, met", [(None, True), (2, True), (1, False), (3, False)])
def test_an_expectation_counts(times: int | None, met: bool) -> None:
    problem = Expectation(conditions(None, {"model": "gpt-4o"}), times).problem(Requests([asked(), asked(), asked("gpt-5")]))
    assert (problem is None) == met
    if times == 3:
        assert problem == (
            "expected 3 of (model='gpt-4o'), there were 2\n"
            "  closest: request 2 (/openai/v1/responses), but model wants 'gpt-4o', found 'gpt-5'"
        )


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    assert Expectation(conditions(None, {"model": "x"})).problem(Requests([])) == (
        "expected at least 1 of (model='x'), there were 0\n  no request came that it could have been"
    )


@pytest.mark.parametrize("name, said", [("modle", "no 'modle'; did you mean 'model'?"), ("zzz__a", "no 'zzz'; id, at, method")])
def test_a_field_that_no_request_has_is_named_at_once(name: str, said: str) -> None:
    requests = Requests([asked()])
    with pytest.raises(ValueError, match=re.escape(said)):
        requests.where(**{name: 1})
    with pytest.raises(ValueError, match=re.escape(said)):
        requests.each(name)
    with pytest.raises(ValueError, match=re.escape(said)):
        requests.in_order({name: 1})


def test_every_request_has_the_fields_that_can_be_asked_for() -> None:
    with MockServer(profile="ga") as mock:
        mock.client().responses.create(model="gpt-4o", input="hi")
        with pytest.raises(ValueError, match="did you mean 'status'"):
            mock.expect(statu=200)
        assert set(mock.requests[0]) == set(FIELDS)
