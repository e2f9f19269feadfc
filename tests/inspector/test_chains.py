"""Conversations as pictures, and what can be done from a turn."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Inspector


@pytest.fixture
def ids(inspector: Inspector) -> dict[str, str]:
    """A conversation: a root with two branches, one of which goes on."""
    inspector.mock.rule(say="fine")
    made: dict[str, str] = {}
    for text, parent in (("root", None), ("left", "root"), ("right", "root"), ("leaf", "left")):
        more: dict[str, Any] = {} if parent is None else {"previous_response_id": made[parent]}
        made[text] = inspector.ask(text, **more)["response_id"]
    return made


def turn(inspector: Inspector, ident: str) -> Locator:
    return inspector.page.locator(f".turn[data-id={ident}]")


def test_a_conversation_is_drawn_with_its_branches_and_tokens(inspector: Inspector, ids: dict[str, str]) -> None:
    page = inspector.open("chains")
    expect(page.locator(".tree-of-turns")).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(4)
    expect(page.locator(".edge")).to_have_count(3)
    expect(page.locator(".tree-of-turns h2")).to_contain_text("4 turns")
    expect(turn(inspector, ids["leaf"])).to_have_attribute("data-parent", ids["left"])
    expect(turn(inspector, ids["leaf"])).to_contain_text(re.compile(r"turn 3 · \d+ → \d+ tokens"))
    boxes = {name: turn(inspector, ident).bounding_box() for name, ident in ids.items()}
    assert all(boxes.values())
    left, right, root, leaf = (boxes[name] or {} for name in ("left", "right", "root", "leaf"))
    assert root["x"] < left["x"] == right["x"] < leaf["x"]
    assert left["y"] < right["y"]


def test_what_expired_or_was_deleted_is_seen_as_such(inspector: Inspector, ids: dict[str, str]) -> None:
    inspector.mock.raw("DELETE", f"/openai/v1/responses/{ids['right']}")
    inspector.open("chains")
    expect(turn(inspector, ids["right"])).to_contain_text("deleted")
    inspector.mock.advance("31d")
    expect(turn(inspector, ids["leaf"])).to_contain_text("expired")
    expect(turn(inspector, ids["right"])).to_contain_text("deleted")


def test_turns_of_a_conversation_object_follow_one_another(inspector: Inspector) -> None:
    named = inspector.mock.client().conversations.create().id
    for text in ("one", "two", "three"):
        inspector.ask(text, conversation=named)
    page = inspector.open("chains")
    expect(page.locator(".edge")).to_have_count(2)
    expect(page.locator(".tree-of-turns h2")).to_contain_text(named)


def test_a_turn_is_replayed(inspector: Inspector, ids: dict[str, str]) -> None:
    page = inspector.open("chains")
    turn(inspector, ids["left"]).click()
    page.get_by_role("button", name="Replay").click()
    expect(page.locator(".hint")).to_contain_text("Replayed as resp_")
    expect(page.locator(".turn")).to_have_count(5)
    entry = inspector.mock.journal()[-1]
    assert (entry["body"]["input"], entry["body"]["previous_response_id"]) == ("left", ids["root"])


def test_a_turn_is_deleted_and_what_follows_it_stays(inspector: Inspector, ids: dict[str, str]) -> None:
    page = inspector.open("chains")
    turn(inspector, ids["left"]).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(turn(inspector, ids["left"])).to_have_attribute("data-state", "deleted")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    assert inspector.mock.raw("GET", f"/openai/v1/responses/{ids['left']}")[0] == 404
    assert inspector.mock.raw("GET", f"/openai/v1/responses/{ids['leaf']}")[0] == 200


def test_a_turn_is_forked_into_another_scope(inspector: Inspector, ids: dict[str, str]) -> None:
    page = inspector.open("chains")
    turn(inspector, ids["left"]).click()
    page.get_by_role("button", name="Fork").click()
    page.get_by_role("link", name="look at scope").click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.get_by_label("Scope", exact=True)).to_have_value(f"{inspector.mock.scope}-fork")


def test_turns_are_walked_by_arrows(inspector: Inspector, ids: dict[str, str]) -> None:
    page = inspector.open("chains")
    turn(inspector, ids["root"]).focus()
    page.keyboard.press("ArrowRight")
    expect(turn(inspector, ids["left"])).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(turn(inspector, ids["right"])).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(turn(inspector, ids["root"])).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()


def test_a_turn_leads_to_its_request(inspector: Inspector, ids: dict[str, str]) -> None:
    page = inspector.open("chains")
    turn(inspector, ids["leaf"]).click()
    page.get_by_role("link", name="Show the request").click()
    expect(page.locator(".facts")).to_contain_text(ids["leaf"])


@pytest.mark.parametrize("inspector", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"], indirect=True)
def test_the_accessibility_checker_finds_nothing(inspector: Inspector, ids: dict[str, str]) -> None:
    inspector.mock.raw("DELETE", f"/openai/v1/responses/{ids['right']}")
    inspector.ask("<b>loose</b>", store=False)
    inspector.open("chains")
    turn(inspector, ids["leaf"]).click()
    assert inspector.violations() == []
