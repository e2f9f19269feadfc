"""The list of requests: live, sifted, paused, emptied, by keyboard, and as large and as hostile as a client makes it."""

from __future__ import annotations

import socket
import statistics
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from .conftest import Inspector

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)><style>*{display:none}</style>"


def many(inspector: Inspector, number: int) -> None:
    """As many requests, one behind the other on one connection."""
    host = urlsplit(inspector.mock.url)
    rest = f"HTTP/1.1\r\nhost: {host.netloc}\r\napi-key: k\r\nx-mock-scope: {inspector.mock.scope}\r\n\r\n"
    with socket.create_connection((host.hostname, host.port), timeout=60) as connection, connection.makefile("rb") as answers:
        for first in range(0, number, 100):
            connection.sendall("".join(f"GET /openai/v1/responses/number-{index} {rest}" for index in range(first, first + 100)).encode())
            for _ in range(100):
                [size] = [int(line[15:]) for line in iter(answers.readline, b"\r\n") if line.lower().startswith(b"content-length:")]
                answers.read(size)


def test_requests_appear_as_they_are_made(inspector: Inspector) -> None:
    page = inspector.open()
    expect(page.get_by_text("No requests yet in scope")).to_be_visible()
    inspector.mock.rule(name="greeting", when={"input__contains": "hello"}, say="hi")
    inspector.ask("hello there")
    row = inspector.row("hello there")
    for name, text in {
        "status": "200",
        "method": "POST",
        "operation": "responses.create",
        "model": "gpt-4o",
        "asked": "hello there",
        "turn": "1",
        "rule": "greeting",
    }.items():
        expect(row.locator(f".c-{name}")).to_have_text(text)
    expect(row.locator(".c-tokens")).to_contain_text("→")
    expect(row.locator(".c-ms")).to_contain_text("ms")
    expect(page.locator("#live")).to_contain_text("new request")


def test_what_failed_and_why_is_seen_in_the_list(inspector: Inspector) -> None:
    inspector.mock.rule(when={"input__contains": "slow down"}, fault=[{"refuse": "rate_limited"}])
    inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"slow down"}')
    inspector.mock.raw("GET", "/openai/v1/responses/resp_none")
    inspector.open()
    expect(inspector.row("slow down").locator(".c-status")).to_have_text("429")
    expect(inspector.row("slow down").locator(".c-faults")).to_contain_text("rate_limited")
    expect(inspector.row("responses.retrieve").locator(".c-status")).to_have_text("404")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("apple", ["an apple"]),
        ("model:mini", ["a pear"]),
        ("-apple", ["a pear", ""]),
        ("status:4xx", [""]),
        ('"an apple" status:200', ["an apple"]),
        ("op:retrieve", [""]),
        ("fault:any", []),
    ],
)
def test_the_list_is_sifted(inspector: Inspector, typed: str, found: list[str]) -> None:
    inspector.ask("an apple")
    inspector.ask("a pear", model="gpt-4o-mini")
    inspector.mock.raw("GET", "/openai/v1/responses/resp_none")
    page = inspector.open()
    expect(page.locator(".lines .line")).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type(typed)
    expect(page.locator(".lines .line .c-asked")).to_have_text(found)


def test_a_paused_list_stays_as_it_is_and_says_what_waits(inspector: Inspector) -> None:
    inspector.ask("first")
    page = inspector.open()
    page.get_by_role("button", name="Pause").click()
    inspector.ask("second")
    expect(page.get_by_text("1 new")).to_be_visible()
    expect(page.locator(".lines .line")).to_have_count(1)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".lines .line")).to_have_count(2)


def test_clearing_empties_the_journal(inspector: Inspector) -> None:
    inspector.ask("first")
    page = inspector.open()
    inspector.row("first").click()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("No requests yet in scope")).to_be_visible()
    assert inspector.mock.journal() == []
    inspector.ask("second")
    expect(page.locator(".lines .line")).to_have_count(1)


def test_the_list_is_walked_by_keyboard(inspector: Inspector) -> None:
    for text in ("one", "two", "three"):
        inspector.ask(text)
    page = inspector.open()
    expect(page.locator(".lines .line")).to_have_count(3)
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".line[aria-selected=true] .c-asked")).to_have_text("two")
    expect(page.get_by_role("complementary").get_by_text("/openai/v1/responses")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("complementary").locator(".string").filter(has_text="three")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()
    page.keyboard.press("Home")
    expect(page.locator(".line[aria-selected=true] .c-asked")).to_have_text("one")


def test_the_grid_tells_a_screen_reader_where_it_is(inspector: Inspector) -> None:
    inspector.ask("one")
    page = inspector.open()
    grid = page.get_by_role("grid", name="Requests")
    expect(grid).to_have_attribute("aria-rowcount", "2")
    grid.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#{grid.get_attribute('aria-activedescendant')}")).to_have_attribute("aria-selected", "true")


def test_nothing_that_a_client_sent_is_read_as_html(inspector: Inspector) -> None:
    inspector.ask(HOSTILE, metadata={"<b>k</b>": HOSTILE}, instructions=HOSTILE)
    inspector.mock.raw("GET", "/openai/v1/<script>alert(3)</script>".replace(" ", "%20"), headers={"x-evil": HOSTILE})
    inspector.mock.rule(name=HOSTILE, when={"input__contains": "nothing"}, say=HOSTILE)
    inspector.ask("nothing")
    page = inspector.open()
    expect(inspector.row(HOSTILE).first).to_be_visible()
    for text in (HOSTILE[:40], "nothing"):
        inspector.row(text).click()
        for name in ("Request", "Answer", "Why", "Copy as"):
            page.get_by_role("tab", name=name).click()
            expect(page.get_by_role("tabpanel")).to_be_visible()
    assert page.locator("main script, main img, main style, main b").count() == 0


def test_ten_thousand_requests_stay_smooth(inspector: Inspector) -> None:
    many(inspector, 10_000)
    page = inspector.open()
    expect(page.locator(".count")).to_have_text("10,000")
    expect(inspector.row("responses.retrieve")).to_be_in_viewport()
    assert page.locator(".line").count() < 80, "only what is in sight is drawn"
    frames = page.evaluate(
        """async () => {
            const scroller = document.querySelector(".scroller");
            const frames = [];
            for (let step = 0; step < 60; step += 1) {
                const before = performance.now();
                scroller.scrollTop = (scroller.scrollHeight * step) / 60;
                await new Promise(requestAnimationFrame);
                frames.push(performance.now() - before);
            }
            return frames;
        }"""
    )
    assert statistics.median(frames) < 100, "milliseconds, on a machine that others use too; alone it is one frame of the screen"
    page.keyboard.press("/")
    page.keyboard.type("path:number-77")
    expect(page.locator(".count")).to_have_text("111 of 10,000")


@pytest.mark.parametrize(
    "inspector",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": {"width": 380, "height": 700}}],
    ids=["light", "dark", "narrow"],
    indirect=True,
)
def test_the_accessibility_checker_finds_nothing(inspector: Inspector) -> None:
    page = inspector.open()
    expect(page.get_by_text("No requests yet in scope")).to_be_visible()
    assert inspector.violations() == []
    inspector.ask("one")
    inspector.mock.raw("GET", "/openai/v1/responses/resp_none")
    expect(page.locator(".lines .line")).to_have_count(2)
    assert inspector.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
