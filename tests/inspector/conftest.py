"""A real Chromium, without a window, in front of a real server. Every test has a page and a scope of its own.

Debian's Chromium is driven by Playwright's client: `apt-get install chromium`. Where there is none, these tests are passed over.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from tests.e2e.conftest import Mock
from tests.e2e.process import Server, start, stop

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
)
_COUNT = itertools.count()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module: Playwright's loop runs as long, and no test of another module may meet it."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[f"--{name}" for name in ("headless", *QUIET)])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def inspected() -> Iterator[Server]:
    """The server, one for the run of a worker."""
    running = start("--store", "memory", "--quiet", "--profile", "ga")
    yield running
    assert stop(running) == 0


class Inspector:
    """A page of the inspector, and the scope that it shows."""

    def __init__(self, page: Page, mock: Mock) -> None:
        self.page, self.mock = page, mock
        self.troubles: list[str] = []
        """What the console told, scripts that failed and requests that did not arrive."""
        self.elsewhere: list[str] = []
        """Requests to another place than the server."""
        page.on("console", lambda message: self.troubles.append(f"{message.type}: {message.text}") if message.type != "debug" else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", lambda dialog: (self.troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.mock.url, "data:image/svg+xml,", "blob:")):
            self.elsewhere.append(url)

    def open(self, view: str = "requests") -> Page:
        """Show a view of the scope."""
        self.page.goto(f"{self.mock.url}/_mock/?scope={self.mock.scope}#/{view}")
        return self.page

    def ask(self, text: Any = "hello", **more: Any) -> dict[str, Any]:
        """Create a response in the scope; the journal's entry."""
        body = {"model": "gpt-4o", "input": text, **more}
        client = self.mock.client()
        answer = client.responses.create(**body)
        if body.get("stream"):
            for _ in answer:
                pass
        return self.mock.journal()[-1]

    def row(self, text: str) -> Locator:
        """The newest line of the list that has this text."""
        return self.page.locator(".lines .line").filter(has_text=text).last

    def violations(self) -> list[str]:
        """What the accessibility checker finds on the page as it is."""
        found = Axe().run(self.page).response["violations"]
        return [f"{rule['id']}: {rule['help']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]


@pytest.fixture
def inspector(browser: Browser, inspected: Server, request: pytest.FixtureRequest) -> Iterator[Inspector]:
    """A page and a scope of the test's own; in the end nothing was on the console and nothing was asked elsewhere.

    `@pytest.mark.parametrize("inspector", [{"color_scheme": "dark"}], indirect=True)` gives the page options of Playwright's.
    """
    options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **getattr(request, "param", {})}
    context = browser.new_context(**options)
    context.set_default_timeout(10_000)
    mock = Mock(inspected.url, f"i{next(_COUNT)}-{os.getpid()}")
    shown = Inspector(context.new_page(), mock)
    yield shown
    context.close()
    mock.close()
    assert shown.troubles == []
    assert shown.elsewhere == []
