"""What the control API tells people who look at conversations, try rules and watch limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Mock


def make(mock: Mock, text: str = "hello", **more: Any) -> str:
    status, _, body = mock.raw("POST", "/openai/v1/responses", json.dumps({"model": "gpt-4o", "input": text, **more}).encode())
    assert status == 200
    return str(json.loads(body)["id"])


def nodes(mock: Mock) -> dict[str, dict[str, Any]]:
    return {node["id"]: node for node in mock.control("GET", "/chains")["data"]}


def test_a_conversation_is_a_tree_with_branches_and_tokens(ga: Mock) -> None:
    ga.rule(say="fine")
    root = make(ga, "first")
    left, right = (make(ga, text, previous_response_id=root) for text in ("left", "right"))
    told = nodes(ga)
    assert [(told[each]["parent"], told[each]["turn"], told[each]["asked"]) for each in (root, left, right)] == [
        (None, 1, "first"),
        (root, 2, "left"),
        (root, 2, "right"),
    ]
    assert told[left]["input_tokens"] > told[root]["input_tokens"] > 0
    assert (told[left]["said"], told[left]["state"]) == ("fine", "stored")
    assert told[left]["request"] == ga.journal()[1]["id"]


def test_what_was_deleted_or_not_stored_is_told_with_its_place(ga: Mock) -> None:
    root = make(ga)
    child = make(ga, previous_response_id=root)
    loose = make(ga, previous_response_id=root, store=False)
    ga.raw("DELETE", f"/openai/v1/responses/{root}")
    ga.raw("DELETE", f"/openai/v1/responses/{child}")
    told = nodes(ga)
    assert {each: (told[each]["state"], told[each]["parent"]) for each in (root, child, loose)} == {
        root: ("deleted", None),
        child: ("deleted", root),
        loose: ("not stored", root),
    }


def test_what_expired_is_told_as_such_and_what_lives_on_says_how_long(ga: Mock) -> None:
    old = make(ga)
    ga.advance("29d")
    new = make(ga, previous_response_id=old)
    before = ga.control("GET", "/chains")
    assert before["next_expiry"] == nodes(ga)[old]["expires_at"]
    ga.advance("1d")
    told = nodes(ga)
    assert (told[old]["state"], told[new]["state"]) == ("expired", "stored")
    assert ga.control("GET", "/chains")["next_expiry"] == told[new]["expires_at"]
    ga.advance("30d")
    assert {node["state"] for node in nodes(ga).values()} == {"expired"}
    assert ga.control("GET", "/chains")["next_expiry"] is None


def test_turns_of_a_conversation_say_so(ga: Mock) -> None:
    named = json.loads(ga.raw("POST", "/openai/v1/conversations", b"{}")[2])["id"]
    made = make(ga, conversation=named)
    assert nodes(ga)[made]["conversation"] == named


def test_a_refused_request_made_nothing(ga: Mock) -> None:
    ga.rule(fault=[{"refuse": "rate_limited"}])
    ga.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"x"}')
    assert nodes(ga) == {}


def test_a_response_is_deleted_by_the_control_api_too(ga: Mock) -> None:
    made = make(ga)
    assert ga.raw("DELETE", f"/_mock/responses/{made}")[0] == 204
    assert ga.raw("GET", f"/openai/v1/responses/{made}")[0] == 404
    assert ga.raw("DELETE", f"/_mock/responses/{made}")[0] == 404


RULES = """
- name: near
  when: {input__contains: snow}
  say: brr
- {name: far, when: {input__contains: snow, model: other}, say: x}
- {name: mine, when: {input__contains: rain}, say: wet}
"""


def test_rules_are_tried_against_a_request_and_none_is_added(ga: Mock) -> None:
    make(ga, "rain")
    first = ga.journal()[-1]["id"]
    make(ga, "sun")
    told = ga.control("POST", "/rules/try", {"text": RULES, "request": first})
    assert [(row["name"], row["matches"], len(row["failed"])) for row in told["rules"]] == [
        ("near", False, 1),
        ("far", False, 2),
        ("mine", True, 0),
    ]
    assert told["given"][0] == {"name": "near", "when": {"input__contains": "snow"}, "say": "brr"}
    last = ga.control("POST", "/rules/try", {"text": RULES})
    assert [row["matches"] for row in last["rules"]] == [False, False, False]
    assert ga.control("GET", "/rules")["rules"] == []


@pytest.mark.parametrize("text", ["- sya: x", "- when: {modle: x}\n  say: y"])
def test_what_is_wrong_with_a_text_of_rules_is_told_with_its_line(ga: Mock, text: str) -> None:
    status, _, body = ga.raw("POST", "/_mock/rules/try", json.dumps({"text": text}).encode())
    assert status == 400
    assert b"rules:1" in body


def test_gauges_tell_how_full_the_limits_are(ga: Mock) -> None:
    assert ga.control("GET", "/limits")["data"] == []
    ga.control("POST", "/clock", {"freeze": True})
    ga.control("PUT", "/settings", {"limits": {"requests": 10, "deployments": {"other": {"tokens": 100}}}})
    make(ga)
    told = {(row["deployment"], row["what"]): (row["used"], row["share"]) for row in ga.control("GET", "/limits")["data"]}
    assert told == {("gpt-4o", "requests"): (1, 10), ("other", "tokens"): (0, 100)}


def test_profiles_are_told_with_their_regions(ga: Mock) -> None:
    told = {row["name"]: row["regions"] for row in ga.control("GET", "/profiles")["data"]}
    assert set(told) == {"dated-2025-03", "preview", "ga"}
    assert "eastus2" in told["ga"]
