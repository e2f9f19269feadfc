"""Controls: settings, rules, faults, limits and scopes by click."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from .conftest import Inspector

RULE = """- name: snow
  when: {input__contains: snow}
  say: brr
"""


def rules(inspector: Inspector) -> list[dict[str, Any]]:
    return list(inspector.mock.control("GET", "/rules")["rules"])


def wrote(page: Page, text: str) -> None:
    page.get_by_label("Rules as YAML or JSON").fill(text)


def status(inspector: Inspector) -> int:
    return inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"x"}')[0]


def test_profile_and_region_are_chosen(inspector: Inspector) -> None:
    page = inspector.open("controls")
    expect(page.get_by_label("Profile", exact=True)).to_have_value("ga")
    page.get_by_label("Region", exact=True).select_option("swedencentral")
    expect(page.get_by_text("The region is swedencentral.")).to_be_visible()
    page.get_by_label("Profile", exact=True).select_option("preview")
    expect(page.get_by_text("The profile is preview")).to_be_visible()
    given = inspector.mock.control("GET", "/settings")
    assert (given["profile"], given["region"]) == ("preview", None)
    inspector.mock.control("PUT", "/settings", {"gate": "warn"})
    expect(page.get_by_label("Gate")).to_have_value("warn")


def test_a_rule_is_tried_added_changed_and_removed(inspector: Inspector) -> None:
    inspector.ask("rain")
    page = inspector.open("controls")
    wrote(page, RULE)
    page.get_by_role("button", name="Try against the last request").click()
    card = page.locator(".controls .card")
    expect(card).to_contain_text("1 condition failed")
    expect(card).to_contain_text('expected "snow", found "rain"')
    assert rules(inspector) == []
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("1 rule added")).to_be_visible()
    page.get_by_role("button", name="Edit snow").click()
    wrote(page, RULE.replace("snow}", "rain}"))
    page.get_by_role("button", name="Try against the last request").click()
    expect(card).to_contain_text("matches")
    page.get_by_role("button", name="Replace rule_1").click()
    expect(page.locator("tr[data-rule=rule_2]")).to_be_visible()
    assert [rule["when"] for rule in rules(inspector)] == [{"input__contains": "rain"}]
    inspector.ask("rain")
    expect(page.locator("tr[data-rule=rule_2] td").nth(1)).to_have_text("1")
    page.get_by_role("button", name="Remove snow").click()
    expect(page.get_by_text("No rules: the offline model answers.")).to_be_visible()
    assert rules(inspector) == []


def test_what_is_wrong_with_a_rule_is_told(inspector: Inspector) -> None:
    page = inspector.open("controls")
    wrote(page, "- sya: x")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".told.bad")).to_contain_text("did you mean 'say'")
    inspector.troubles.clear()


def test_rules_are_saved_as_yaml_that_gives_the_same_rules(inspector: Inspector, tmp_path: Path) -> None:
    call = {"type": "function_call", "name": "f", "arguments": {"x": None}}
    given = [{"name": 'it\'s <b>"so"</b>', "say": ["a\nb", call]}, {"fault": [{"cut": {"after": 2}}]}]
    inspector.mock.control("POST", "/rules", given)
    page = inspector.open("controls")
    expect(page.locator("tr[data-rule]")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save all as YAML").click()
    saved = tmp_path / "rules.yaml"
    download.value.save_as(saved)
    assert yaml.safe_load(saved.read_text()) == given


def test_a_fault_hits_the_next_request_alone(inspector: Inspector) -> None:
    page = inspector.open("controls")
    page.get_by_label("Fault or error").select_option("rate_limited")
    page.get_by_role("button", name="For the next request").click()
    expect(page.get_by_text("hits the next request")).to_be_visible()
    assert [status(inspector), status(inspector)] == [429, 200]


def test_a_fault_hits_all_requests_until_it_is_stopped(inspector: Inspector) -> None:
    page = inspector.open("controls")
    page.get_by_label("Fault or error").select_option("refuse")
    page.get_by_label("Its settings").fill("status: 503")
    page.get_by_role("button", name="For all requests").click()
    expect(page.get_by_text("hits every request")).to_be_visible()
    assert [status(inspector), status(inspector)] == [503, 503]
    page.get_by_role("button", name="Stop these faults").click()
    expect(page.get_by_text("1 fault stopped.")).to_be_visible()
    assert status(inspector) == 200


def test_limits_are_set_and_their_gauges_fill(inspector: Inspector) -> None:
    inspector.mock.control("POST", "/clock", {"freeze": True})
    page = inspector.open("controls")
    page.get_by_label("Requests per minute").fill("3")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("The limits are set.")).to_be_visible()
    assert [status(inspector) for _ in range(4)] == [200, 200, 200, 429]
    expect(page.locator(".gauge")).to_contain_text("3 of 3 in this minute")
    assert page.locator("meter").evaluate("meter => meter.value") == 3
    page.get_by_role("button", name="No limits").click()
    expect(page.get_by_text("No limits are set.")).to_be_visible()


def test_scopes_are_shown_switched_and_reset(inspector: Inspector) -> None:
    inspector.ask("one")
    other = f"{inspector.mock.scope}-other"
    inspector.mock.control("POST", "/fork", {"scope": other})
    page = inspector.open("controls")
    page.get_by_role("button", name=f"Reset {other}").click()
    expect(page.get_by_text(f"{other} is empty, as at start.")).to_be_visible()
    page.get_by_label("Scope", exact=True).focus()
    page.get_by_label("Scope", exact=True).select_option("default")
    expect(page).to_have_url(f"{inspector.mock.url}/_mock/?scope=default#/controls")


def test_a_server_that_wants_a_token_is_given_it(inspector: Inspector) -> None:
    page = inspector.page
    refusal = json.dumps({"error": {"code": "forbidden", "message": "no token"}})

    def guard(route: Any) -> None:
        given = route.request.headers.get("x-mock-admin-token")
        route.continue_() if given == "letmein" else route.fulfill(status=403, body=refusal, content_type="application/json")

    page.route("**/_mock/requests*", guard)
    inspector.open()
    page.get_by_label("Admin token").fill("letmein")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.get_by_text("No requests yet in scope")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    inspector.troubles.clear()


@pytest.mark.parametrize(
    "inspector",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": {"width": 380, "height": 700}}],
    ids=["light", "dark", "narrow"],
    indirect=True,
)
def test_the_accessibility_checker_finds_nothing(inspector: Inspector) -> None:
    inspector.mock.control("PUT", "/settings", {"limits": {"requests": 5}})
    inspector.ask("rain")
    inspector.mock.rule(name="spent", say="x", times=0)
    page = inspector.open("controls")
    wrote(page, RULE)
    page.get_by_role("button", name="Try against the last request").click()
    expect(page.locator(".controls .card")).to_be_visible()
    expect(page.locator("meter")).to_be_visible()
    assert inspector.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
