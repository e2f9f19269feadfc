"""The pictures of docs/inspector.md. `make screenshots` puts them there; the suite makes them, too, so that they can always be made."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Inspector

WEATHER = [{"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]
CALL = {"type": "function_call", "name": "get_weather", "arguments": {"city": "Oslo"}}
RULES: list[dict[str, Any]] = [
    {"name": "weather asks for the tool", "when": {"input__contains": "weather", "tools__has": "get_weather"}, "say": [CALL]},
    {"name": "tell the weather", "when": {"tool_output__contains": "°"}, "say": "Take a coat: it is seven degrees in Oslo."},
    {
        "name": "slow poem",
        "when": {"input__contains": "poem"},
        "say": "The rain in Oslo falls on the just and on the unjust, and the trams go by.",
        "pace": {"first_token": "300ms", "per_token": "15ms"},
    },
    {"name": "break off", "when": {"input__contains": "story"}, "fault": [{"cut": {"after": 12}}]},
]


def scene(inspector: Inspector) -> None:
    """What an afternoon's work leaves behind."""
    inspector.mock.control("POST", "/rules", RULES)
    first = inspector.ask("What is the weather in Oslo?", tools=WEATHER)["response_id"]
    call = next(item for item in inspector.mock.client().responses.retrieve(first).output if item.type == "function_call")
    told = inspector.ask(
        [{"type": "function_call_output", "call_id": call.call_id, "output": "7 °C, rain"}], tools=WEATHER, previous_response_id=first
    )["response_id"]
    for text in ("And tomorrow?", "And in Bergen?"):
        inspector.ask(text, previous_response_id=told)
    late = inspector.ask("Then I stay at home.", previous_response_id=inspector.mock.journal()[-1]["response_id"])["response_id"]
    inspector.mock.raw("DELETE", f"/openai/v1/responses/{first}")
    inspector.mock.raw("GET", f"/openai/v1/responses/{first}")
    inspector.mock.control("PUT", "/settings", {"limits": {"requests": 20}})
    with contextlib.suppress(HTTPException, ConnectionError):
        inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"Tell me a story","stream":true}')
    inspector.mock.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"Once more"}', {"x-mock-fault": "rate_limited"})
    inspector.ask("Write a poem about rain", stream=True)
    inspector.mock.client().responses.retrieve(late)


def stream(inspector: Inspector) -> None:
    inspector.row("poem").click()
    inspector.page.get_by_role("tab", name="Stream").click()


def why(inspector: Inspector) -> None:
    inspector.row("Once more").click()
    inspector.page.get_by_role("tab", name="Why").click()


def turn(inspector: Inspector) -> None:
    inspector.page.locator(".turn").filter(has_text="at home").click()


def nothing(inspector: Inspector) -> None:
    pass


SHOTS: dict[str, tuple[str, str, Callable[[Inspector], None]]] = {
    "requests": ("requests", "light", nothing),
    "stream": ("requests", "dark", stream),
    "why": ("requests", "light", why),
    "chains": ("chains", "light", turn),
    "clock": ("clock", "dark", nothing),
    "controls": ("controls", "light", nothing),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    given = os.environ.get("SCREENSHOTS")
    return Path(given) if given else tmp_path


def test_every_picture_of_the_page_about_the_inspector_can_be_made(inspector: Inspector, folder: Path) -> None:
    page: Page = inspector.page
    page.set_viewport_size({"width": 1180, "height": 640})
    scene(inspector)
    for name, (view, scheme, prepare) in SHOTS.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto("about:blank")
        inspector.open(view)
        expect(page.locator(".line, .turn, .panel").first).to_be_visible()
        prepare(inspector)
        page.wait_for_function("document.querySelector('.status, .turn, #clock-now, tr[data-rule]')?.textContent")
        picture = page.screenshot(path=folder / f"inspector-{name}.png")
        assert len(picture) > 10_000, name
