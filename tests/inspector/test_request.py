"""One request in full: trees, items, the timeline of a stream, why, and copies that do it again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Locator, expect
from tests.e2e.conftest import Mock
from tests.e2e.process import running

from .conftest import Inspector

WEATHER = [{"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]
CALL = {"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}


def opened(inspector: Inspector, text: str, tab: str) -> Locator:
    """The panel of a tab of the newest request that has this text."""
    page = inspector.open()
    inspector.row(text).click()
    page.get_by_role("tab", name=tab).click()
    return page.get_by_role("tabpanel")


def copied(inspector: Inspector, text: str, name: str) -> str:
    """What "copy as" gives for it."""
    return opened(inspector, text, "Copy as").locator(f"[data-copy={name}] pre").inner_text()


def test_the_body_is_a_tree_that_opens_and_the_headers_tell_no_secret(inspector: Inspector) -> None:
    mcp = {"type": "mcp", "server_label": "notes", "server_url": "https://notes.example/mcp", "authorization": "Bearer s3cr3t"}
    inspector.ask("hello", tools=[*WEATHER, {**mcp, "require_approval": "never"}], metadata={"team": "blue"})
    panel = opened(inspector, "hello", "Request")
    expect(panel.get_by_text("model: gpt-4o")).to_be_visible()
    expect(panel.get_by_text("team: blue")).to_be_visible()
    parameters = panel.locator("summary").filter(has_text="parameters:")
    expect(panel.get_by_text("city:")).to_be_hidden()
    parameters.click()
    expect(panel.locator("summary").filter(has_text="properties:")).to_be_visible()
    expect(panel.get_by_text("authorization: <hidden>")).to_be_visible()
    expect(panel.get_by_role("row", name="user-agent")).to_be_visible()
    expect(panel.get_by_role("row", name="api-key")).to_have_count(0)
    assert "s3cr3t" not in inspector.page.content()


def test_the_answer_is_told_as_items(inspector: Inspector) -> None:
    inspector.mock.rule(say=[{"type": "reasoning", "summary": ["Looking it up."]}, CALL])
    inspector.ask("weather?", tools=WEATHER)
    cards = opened(inspector, "weather?", "Answer").locator(".card")
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_contain_text("Looking it up.")
    expect(cards.nth(1)).to_contain_text("get_weather")
    expect(cards.nth(1)).to_contain_text('"city": "Oslo"')
    cards.nth(1).get_by_text("all fields").click()
    expect(cards.nth(1).get_by_text("call_id:")).to_be_visible()


def test_the_facts_of_a_request_are_at_its_head(inspector: Inspector) -> None:
    entry = inspector.ask("hello")
    opened(inspector, "hello", "Answer")
    facts = inspector.page.locator(".facts")
    for text in ("responses.create", "gpt-4o", entry["id"], entry["response_id"], "ga, eastus2"):
        expect(facts).to_contain_text(text)


def test_a_stream_is_a_timeline_with_its_gap_and_its_runs(inspector: Inspector) -> None:
    inspector.mock.rule(say="one two three four five six", pace={"first_token": "300ms"})
    inspector.ask("count", stream=True)
    panel = opened(inspector, "count", "Stream")
    expect(panel.get_by_role("img", name="Timeline of")).to_be_visible()
    expect(panel.locator("summary").first).to_contain_text("response.created")
    gap = panel.locator("[data-gap]")
    assert 200 <= int(gap.first.get_attribute("data-gap") or 0) <= 2000
    run = panel.locator("summary").filter(has_text="× response.output_text.delta")
    expect(run).to_contain_text("one two three four five six")
    run.click()
    panel.locator(".inner summary").first.click()
    expect(panel.get_by_text("type: response.output_text.delta")).to_be_visible()
    expect(panel.locator("[data-end=whole]")).to_contain_text("finished properly")


@pytest.mark.parametrize(
    ("fault", "end", "events"),
    [({"cut": {"after": 4}}, "cut", 4), ({"reset": {"after": 5}}, "reset", 5), ({"cut": {"after_bytes": 2000}}, "cut", None)],
)
def test_a_break_is_seen_where_it_was(inspector: Inspector, fault: dict[str, Any], end: str, events: int | None) -> None:
    inspector.mock.rule(fault=[fault])
    with pytest.raises((HTTPException, ConnectionError)):
        inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"break","stream":true}')
    panel = opened(inspector, "break", "Stream")
    expect(panel.locator(f"[data-end={end}]")).to_be_visible()
    expect(inspector.page.locator(".request-head .chip.bad")).to_have_text(end)
    if events is not None:
        expect(inspector.page.get_by_role("tab", name=f"Stream ({events})")).to_be_visible()
    else:
        expect(panel.get_by_text("(broken off)")).to_be_visible()


def test_events_that_are_missing_or_no_events_are_pointed_out(inspector: Inspector) -> None:
    inspector.mock.rule(fault=[{"drop": {"event": "response.in_progress"}}, {"comment": {}}])
    inspector.ask("holes", stream=True)
    panel = opened(inspector, "holes", "Stream")
    expect(panel.locator("[data-missing]")).to_contain_text("1 number left out")
    expect(panel.get_by_text("comment", exact=True).first).to_be_visible()


def test_why_names_the_closest_rule_and_what_failed(inspector: Inspector) -> None:
    inspector.mock.rule(name="far", when={"input__contains": "x1", "model": "other"}, say="no")
    inspector.mock.rule(name="near", when={"input__contains": "snow", "turn": 1}, say="no")
    inspector.mock.rule(name="mine", when={"input__contains": "rain"}, say="yes", times=1)
    inspector.ask("rain")
    inspector.ask("sun")
    panel = opened(inspector, "sun", "Why")
    closest = panel.locator(".card").filter(has_text="closest")
    expect(closest).to_have_count(1)
    failed = panel.locator(".card").filter(has_text="near").get_by_role("row").last
    expect(failed.get_by_role("cell")).to_have_text(["input__contains", "snow", "sun"])
    expect(panel.locator(".card").filter(has_text="far")).to_contain_text("2 conditions failed")
    panel = opened(inspector, "rain", "Why")
    expect(panel.locator(".card").first).to_contain_text("used")
    expect(panel.locator(".card").first).to_contain_text("mine")


def test_a_huge_body_is_drawn_as_far_as_it_is_looked_at(inspector: Inspector) -> None:
    long = "word " * 100_000
    inspector.ask([{"role": "user", "content": "look"}] * 500 + [{"role": "user", "content": long}])
    panel = opened(inspector, "word word", "Request")
    assert inspector.page.locator("main *").count() < 3000
    panel.locator("summary").filter(has_text="input: [501]").click()
    panel.get_by_role("button", name="401 more").click()
    expect(panel.get_by_role("button", name="301 more")).to_be_visible()
    assert inspector.page.locator("main *").count() < 8000


def test_a_body_that_was_too_large_to_keep_is_told_by_its_size(inspector: Inspector) -> None:
    inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"' + b"x" * 1_100_000 + b'"}')
    panel = opened(inspector, "responses.create", "Request")
    expect(panel.get_by_text("A body of 1.1 MB, of which only the size is kept.")).to_be_visible()


def test_an_answer_that_is_no_json_is_told_as_text(inspector: Inspector) -> None:
    inspector.mock.rule(fault=["html_page"])
    inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"page"}')
    panel = opened(inspector, "page", "Answer")
    expect(panel.locator("pre")).to_contain_text("<html")


def test_where_several_processes_answer_the_page_says_that_streams_have_no_timeline(browser: Browser, tmp_path: Path) -> None:
    with running("--profile", "ga", "--store", f"sqlite:///{tmp_path / 's.sqlite3'}", "--workers", "2") as server:
        mock = Mock(server.url, "shared")
        inspector = Inspector(browser.new_page(), mock)
        inspector.ask("told in pieces", stream=True)
        panel = opened(inspector, "responses", "Answer")
        expect(panel).to_contain_text("a stream has no timeline")
        expect(panel).to_contain_text("completed")
        assert inspector.troubles == []
        inspector.page.close()
        mock.close()


def test_a_request_that_is_gone_says_so(inspector: Inspector) -> None:
    inspector.open("requests/none")
    expect(inspector.page.get_by_text("has no such request")).to_be_visible()
    assert len(inspector.troubles) == 1, "Chromium tells of every 404"
    inspector.troubles.clear()


def test_tabs_are_walked_by_arrows_and_stay_for_the_next_request(inspector: Inspector) -> None:
    inspector.ask("one")
    inspector.ask("two")
    opened(inspector, "one", "Request")
    page = inspector.page
    page.get_by_role("tab", name="Request").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Answer")).to_be_focused()
    expect(page.get_by_role("tab", name="Answer")).to_have_attribute("aria-selected", "true")
    inspector.row("two").click()
    expect(page.get_by_role("tab", name="Answer")).to_have_attribute("aria-selected", "true")


def test_the_clipboard_gets_the_text(inspector: Inspector) -> None:
    inspector.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    inspector.ask("hello")
    panel = opened(inspector, "hello", "Copy as")
    panel.get_by_role("button", name="Copy curl").click()
    expect(inspector.page.locator("#live")).to_have_text("curl: Copied")
    assert inspector.page.evaluate("navigator.clipboard.readText()") == panel.locator("[data-copy=curl] pre").inner_text()


HARD = 'it\'s "quoted" $HOME `date` \\n\nnew line — ünïcode 😀'


def asked_again(inspector: Inspector, command: list[str]) -> dict[str, Any]:
    """Run it with a key in the environment; the entry of what it asked."""
    before = len(inspector.mock.journal())
    done = subprocess.run(command, env={**os.environ, "AZURE_OPENAI_API_KEY": "k"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    entries = inspector.mock.journal()
    assert len(entries) == before + 1
    return entries[-1]


@pytest.mark.parametrize("stream", [False, True])
def test_a_copied_command_asks_the_same(inspector: Inspector, stream: bool) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    entry = inspector.ask(HARD, metadata={"a": "'b'"}, stream=stream)
    again = asked_again(inspector, ["sh", "-c", copied(inspector, "quoted", "curl")])
    assert (again["body"], again["status"]) == (entry["body"], 200)


@pytest.mark.parametrize("more", [{}, {"stream": True, "temperature": 0.5, "tools": WEATHER, "store": False}])
def test_a_copied_program_asks_the_same(inspector: Inspector, more: dict[str, Any]) -> None:
    entry = inspector.ask(HARD, **more)
    again = asked_again(inspector, [sys.executable, "-c", copied(inspector, "quoted", "Python")])
    assert (again["body"], again["status"]) == (entry["body"], 200)


def test_a_copied_program_reads_what_was_read(inspector: Inspector) -> None:
    made = inspector.ask("hello")["response_id"]
    inspector.mock.raw("GET", f"/openai/v1/responses/{made}/input_items?limit=1")
    again = asked_again(inspector, [sys.executable, "-c", copied(inspector, "input_items", "Python")])
    assert (again["path"], again["query"]) == (f"/openai/v1/responses/{made}/input_items", "limit=1")


def shape(inspector: Inspector) -> Any:
    """The newest answer without what is given anew to each."""
    answer = inspector.mock.control("GET", f"/requests/{inspector.mock.journal()[-1]['id']}")["answer"]
    events = [event["type"] for event in answer.get("events", [])]
    body = answer.get("body") or {}
    output = [{**item, "id": None, "call_id": None} for item in body.get("output", [])]
    return answer["status"], answer["end"], events, output, body.get("status"), body.get("incomplete_details")


ANSWERS: dict[str, dict[str, Any]] = {
    "a text": {"say": HARD},
    "a call": {"say": [{"type": "reasoning", "summary": ["Hm."]}, CALL]},
    "too long": {"say": "half", "outcome": {"incomplete": "max_output_tokens"}},
    "refused": {"fault": [{"refuse": {"status": 429, "retry_after": 1.5}}]},
    "failed": {"outcome": {"failed": "server_error"}},
}


@pytest.mark.parametrize("name", ANSWERS)
def test_under_a_copied_rule_the_same_question_gets_the_same_answer(inspector: Inspector, name: str) -> None:
    inspector.mock.rule(**ANSWERS[name])
    body = b'{"model":"gpt-4o","input":"again"}'
    inspector.mock.raw("POST", "/openai/v1/responses", body)
    before = shape(inspector)
    rules = yaml.safe_load(copied(inspector, "again", "Rule"))
    inspector.mock.control("DELETE", "/rules")
    inspector.mock.control("POST", "/rules", rules)
    inspector.mock.raw("POST", "/openai/v1/responses", body)
    assert shape(inspector) == before
    assert inspector.mock.journal()[-1]["rules"] == [rules[0]["name"]]


def test_copied_tests_pass(inspector: Inspector, tmp_path: Path) -> None:
    inspector.mock.rule(when={"input__contains": "call"}, say=[CALL])
    inspector.mock.rule(when={"input__contains": "slow"}, fault=[{"refuse": "rate_limited"}])
    inspector.ask(HARD)
    inspector.ask("please call", tools=WEATHER)
    inspector.ask("in pieces", stream=True)
    inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"slow"}')
    for number, text in enumerate(("quoted", "please call", "in pieces", "slow")):
        (tmp_path / f"test_{number}.py").write_text(copied(inspector, text, "Test"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "azure_openai_mock.pytest_plugin", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.parametrize("inspector", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"], indirect=True)
def test_the_accessibility_checker_finds_nothing(inspector: Inspector) -> None:
    inspector.mock.rule(name="other", when={"input__contains": "nothing"}, say="x")
    inspector.mock.rule(name="mine", when={"input__contains": "check"}, say="one two three four", pace={"first_token": "100ms"})
    inspector.ask("check", stream=True, tools=WEATHER)
    for tab in ("Request", "Answer", "Stream", "Why", "Copy as"):
        opened(inspector, "check", tab)
        assert inspector.violations() == [], tab
