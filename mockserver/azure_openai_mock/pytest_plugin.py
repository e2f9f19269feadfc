"""The pytest plugin: `azure_openai` is a handle on a scope of its own, on one server for the run. Nothing is imported until it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import Mock, MockServer

_INI = {
    "azure_openai_profile": "profile of the mock Azure OpenAI server (preview, ga, dated-2025-03, or a file)",
    "azure_openai_region": "its region",
    "azure_openai_rules": "YAML or JSON file of rules that every test begins with",
    "azure_openai_seed": "seed of all chance",
}
MARKER = "azure_openai(profile=..., region=..., **settings): settings of the mock Azure OpenAI server for this test"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options in the ini file."""
    for name, about in _INI.items():
        parser.addini(name, about, default=None)
    parser.addini("azure_openai_strict", "fail a test whose rules were not all used (default true)", type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def azure_openai_server(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """The server of the run (of the worker, under xdist)."""
    from .testing import MockServer

    given = {name.removeprefix("azure_openai_"): request.config.getini(name) for name in _INI}
    server = MockServer(**{name: value for name, value in given.items() if value})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def azure_openai(request: pytest.FixtureRequest, azure_openai_server: MockServer) -> Iterator[Mock]:
    """A scope of one's own: `.client()`, `.say(…)`, `.fault(…)`, `.clock`, `.requests`, `.rules`, `.profile(…)`, `.url`, `.key`, `.env`.

    While the test runs, Azure's host names lead to it as well: the code under test needs no other endpoint and no credentials.
    """
    mock = azure_openai_server.scope()
    marker = request.node.get_closest_marker("azure_openai")
    if marker is not None and marker.kwargs:
        mock.change(**marker.kwargs)
    request.node.stash[_MOCK] = mock
    with mock.intercept():
        yield mock
    failed = getattr(request.node, "_azure_openai_failed", False)
    unused = [] if failed or not request.config.getini("azure_openai_strict") else mock.rules.unused()
    mock.close()
    if unused:
        pytest.fail("\n".join(_told(entry) for entry in unused), pytrace=False)


_MOCK: pytest.StashKey[Any] = pytest.StashKey()


def _told(entry: dict[str, Any]) -> str:
    rule = entry["rule"]
    told = f"rule {rule.get('name') or rule['id']} was never used: {rule}"
    closest = entry.get("closest")
    if closest is None:
        return f"{told}\n  no request came that it could have matched"
    lacks = "; ".join(f"{failed['condition']} wants {failed['expected']!r}, found {failed['found']!r}" for failed in closest["failed"])
    return f"{told}\n  closest: request {closest['request']} ({closest['path']}), but {lacks or 'a newer rule answered it'}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Print the journal of a test that fails."""
    report = yield
    if call.when == "call" and report.failed:
        item._azure_openai_failed = True  # type: ignore[attr-defined]
        mock = item.stash.get(_MOCK, None)
        if mock is not None:
            report.sections.append(("azure-openai-mock journal", repr(mock.requests)))
    return report
