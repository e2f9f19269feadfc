"""The pytest plugin: `azure_openai` is a handle on a scope of its own, on one server for the run. Nothing is imported until it is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .settings import Settings
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


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker of pytest-xdist where to find, or to start, the one server of the run."""
    if not hasattr(os, "mkfifo"):
        return
    from .apart import Run

    if _RUN not in node.config.stash:
        node.config.stash[_RUN] = Run()
    node.workerinput[_FOLDER] = str(node.config.stash[_RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the run's server."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.close()


@pytest.fixture(scope="session")
def azure_openai_server(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """The server of the run, one for all workers of pytest-xdist."""
    from .testing import MockServer

    settings = _settings(request.config)
    folder = getattr(request.config, "workerinput", {}).get(_FOLDER)
    server = MockServer(settings=settings) if folder is None else MockServer.joining(folder, settings)
    server.start()
    yield server
    server.stop()


def _settings(config: pytest.Config) -> Settings:
    """Those of the folder and the environment, and as the strongest those of the ini file."""
    from dataclasses import replace

    from .settings import WrongSetting, gather, settings_of

    given = {name.removeprefix("azure_openai_"): config.getini(name) or None for name in _INI}
    try:
        values, origins = gather(given, environ=os.environ, folder=config.rootpath)
    except WrongSetting as problem:
        raise pytest.UsageError(f"azure-openai-mock: {problem}") from None
    settings = settings_of(values, origins, default_store=lambda: "memory")
    rules = None if settings.rules is None else config.rootpath / settings.rules
    return replace(settings, rules=rules, replay=tuple(config.rootpath / path for path in settings.replay))


@pytest.fixture
def azure_openai(request: pytest.FixtureRequest, azure_openai_server: MockServer) -> Iterator[Mock]:
    """A scope of one's own: `.client()`, `.say(…)`, `.fault(…)`, `.clock`, `.requests`, `.expect(…)`, `.rules`, `.profile(…)`, `.env` …

    While the test runs, Azure's host names lead to it as well: the code under test needs no other endpoint and no credentials.
    """
    mock = azure_openai_server.scope()
    _marked(mock, request.node.get_closest_marker("azure_openai"))
    request.node.stash[_MOCK] = mock
    with mock.intercept():
        yield mock
    mock.close()
    mock.reset()


def _marked(mock: Mock, marker: pytest.Mark | None) -> None:
    """Change what the test's marker says; one that cannot be is one sentence."""
    from .remote import Failed

    if marker is None:
        return
    wrong = f"takes settings by name, not {marker.args[0]!r}" if marker.args else None
    if wrong is None and marker.kwargs:
        try:
            mock.change(**marker.kwargs)
        except Failed as problem:
            wrong = str(problem)
    if wrong is not None:
        pytest.fail(f"@pytest.mark.azure_openai: {wrong}", pytrace=False)


_MOCK: pytest.StashKey[Mock] = pytest.StashKey()
_RUN: pytest.StashKey[Any] = pytest.StashKey()
_FOLDER = "azure_openai_folder"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Fail a test that passed but left a rule unused or an expectation unmet."""
    result = yield
    mock = item.stash.get(_MOCK, None)
    problem = None if mock is None else _unmet(mock, rules=item.config.getini("azure_openai_strict"))
    if problem is not None:
        pytest.fail(problem, pytrace=False)
    return result


def _unmet(mock: Mock, *, rules: bool) -> str | None:
    try:
        mock.verify(rules=rules)
    except AssertionError as unmatched:
        return str(unmatched)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Print the journal of a test that fails."""
    report = yield
    if call.when == "call" and report.failed:
        mock = item.stash.get(_MOCK, None)
        if mock is not None:
            report.sections.append(("azure-openai-mock journal", repr(mock.requests)))
    return report
