"""The clock: what it says, how it is moved, and what expires."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Inspector


def now(inspector: Inspector) -> float:
    return float(inspector.mock.control("GET", "/clock")["now"])


HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(("name", "seconds"), [("+ 1 hour", HOUR), ("+ 1 day", DAY), ("+ 29 days", 29 * DAY), ("+ 30 days", 30 * DAY)])
def test_a_button_advances_the_clock(inspector: Inspector, name: str, seconds: int) -> None:
    page = inspector.open("clock")
    expect(page.get_by_text("real time", exact=True)).to_be_visible()
    before = now(inspector)
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text("ahead of real time")).to_be_visible()
    assert seconds <= now(inspector) - before < seconds + 60


def test_what_expires_is_seen_to_go(inspector: Inspector) -> None:
    old = inspector.ask("old")["response_id"]
    inspector.mock.advance("10d")
    new = inspector.ask("new")["response_id"]
    page = inspector.open("clock")
    expect(page.locator("#next-expiry")).to_contain_text("days")
    expect(page.locator("#next-expiry")).to_contain_text("2 responses stored")
    expect(page.locator("tbody tr").first).to_contain_text(old)
    page.get_by_role("button", name="+ 29 days").click()
    expect(page.locator(f"tr[data-id={old}]")).to_contain_text("expired")
    expect(page.locator(f"tr[data-id={new}]")).to_contain_text("23 hours")
    expect(page.locator("#live")).to_contain_text("1 response expired")
    page.get_by_role("button", name="+ 1 day").click()
    expect(page.locator("#next-expiry")).to_have_text("Nothing expires.")


def test_the_clock_is_frozen_and_let_run(inspector: Inspector) -> None:
    page = inspector.open("clock")
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("frozen")).to_be_visible()
    assert inspector.mock.control("GET", "/clock")["frozen"] is True
    page.get_by_role("button", name="Let it run").click()
    expect(page.get_by_text("frozen")).to_be_hidden()


def test_any_length_of_time_can_be_given_and_a_wrong_one_is_told(inspector: Inspector) -> None:
    page = inspector.open("clock")
    before = now(inspector)
    page.get_by_label("Advance by").fill("90s")
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_contain_text("Advanced by 90s")
    assert now(inspector) - before >= 90
    page.get_by_label("Advance by").fill("soon")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("soon")
    assert any("400" in trouble for trouble in inspector.troubles)
    inspector.troubles.clear()


@pytest.mark.parametrize("inspector", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"], indirect=True)
def test_the_accessibility_checker_finds_nothing(inspector: Inspector) -> None:
    inspector.ask("one")
    page = inspector.open("clock")
    page.get_by_role("button", name="+ 30 days").click()
    expect(page.get_by_text("expired", exact=True)).to_be_visible()
    assert inspector.violations() == []
