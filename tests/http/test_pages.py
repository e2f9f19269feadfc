"""The inspector's files as they are served, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from azure_openai_mock.app import build
from azure_openai_mock.inspector import serving
from azure_openai_mock.settings import Settings

FILES = sorted(str(path.relative_to(serving.STATIC)) for path in serving.STATIC.rglob("*") if path.is_file())
pytestmark = pytest.mark.anyio
Answer = tuple[int, dict[str, str], bytes]


class Browser:
    """Asks an application that listens on all interfaces, from another machine."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def get(self, path: str, **headers: str) -> Answer:
        sent: list[Any] = []
        given = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": ("192.0.2.7", 1234),
            "server": ("localhost", 80),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        head = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], head, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def browser() -> Browser:
    return Browser(build(Settings(store="memory", host="0.0.0.0", admin_token="t")))


@pytest.mark.parametrize("name", FILES)
async def test_every_file_is_served_with_its_type_under_the_policy(browser: Browser, name: str) -> None:
    status, headers, body = await browser.get(f"/_mock/inspector/{name}")
    assert (status, body) == (200, (serving.STATIC / name).read_bytes())
    assert headers["content-security-policy"] == serving.POLICY
    assert headers["content-type"].split(";")[0] in ("text/html", "text/css", "text/javascript")
    again = await browser.get(f"/_mock/inspector/{name}", if_none_match=headers["etag"])
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_another_place_or_reads_text_as_html(name: str) -> None:
    text = (serving.STATIC / name).read_text()
    for word in ("https://", "//cdn", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert word not in text
    assert text.count("http://") == text.count("http://www.w3.org/2000/svg") + text.count("http://127.0.0.1")


@pytest.mark.parametrize("path", ["/_mock", "/_mock/", "/_mock/docs", "/_mock/openapi.json"])
async def test_pages_need_no_token_for_they_hold_no_data(browser: Browser, path: str) -> None:
    assert (await browser.get(path))[0] == 200
    assert (await browser.get("/_mock/requests"))[0] == 403


@pytest.mark.parametrize(
    "name", ["../serving.py", "..%2fserving.py", "views/../../serving.py", "views", "", "none.js", "/etc/passwd", ".js"]
)
async def test_nothing_else_is_served(browser: Browser, name: str) -> None:
    assert (await browser.get(f"/_mock/inspector/{name}"))[0] == 404


async def test_a_link_elsewhere_may_open_the_page_but_another_site_may_not_read_it(browser: Browser) -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert (await browser.get("/_mock/", **link))[0] == 200
    assert (await browser.get("/_mock/health", **link))[0] == 403
    assert (await browser.get("/_mock/", **{**link, "sec_fetch_dest": "iframe"}))[0] == 403
    assert (await browser.get("/_mock/", sec_fetch_site="cross-site", sec_fetch_mode="no-cors"))[0] == 403
    assert (await browser.get("/_mock/", host="elsewhere.example"))[0] == 421
