"""The page that says what is emulated."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Inspector


@pytest.mark.parametrize("inspector", [{"color_scheme": "dark"}, {"viewport": {"width": 380, "height": 700}}], indirect=True)
def test_the_page_tells_operations_parameters_and_tools(inspector: Inspector) -> None:
    page = inspector.page
    page.goto(f"{inspector.mock.url}/_mock/docs")
    create = page.locator("[data-operation='responses.create']")
    create.locator("summary").click()
    expect(create.get_by_role("row", name="conversation")).to_contain_text("refused by dated-2025-03, preview")
    expect(create.get_by_role("row", name="messages")).to_contain_text("refused")
    expect(create.get_by_role("row", name="messages")).to_contain_text("moved to input")
    expect(page.locator("[data-family=Tools]").get_by_role("row", name="web_search", exact=False).first).to_contain_text("refused")
    assert inspector.violations() == []


def test_the_page_is_searched(inspector: Inspector) -> None:
    page = inspector.page
    page.goto(f"{inspector.mock.url}/_mock/docs")
    expect(page.locator("[data-operation='responses.create']")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("responses.compact")
    expect(page.locator(".operation:visible")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1 found")
