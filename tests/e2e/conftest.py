"""A real server over a real socket, one for the whole run; each test has a scope of its own."""

from __future__ import annotations

import itertools
import json
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI

from .deployed import deployed
from .process import Server, start, stop

__all__ = ["Mock", "Server", "start", "stop"]

_COUNT = itertools.count()


KINDS = os.environ.get("E2E_STORES", "memory").split(",")
"""How the server is deployed (`deployed.DEPLOYED`) for every test."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        everywhere = metafunc.definition.get_closest_marker("everywhere") is not None
        kinds = [*KINDS, "redis"] if everywhere and "redis" not in KINDS else KINDS
        if kinds != ["memory"]:
            metafunc.parametrize("server", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    kind = getattr(request, "param", "memory")
    with deployed(kind, tmp_path_factory.mktemp(kind)) as url:
        yield Server(url)


class Mock:
    """One test's scope on the server, and clients that speak into it."""

    def __init__(self, url: str, scope: str) -> None:
        self.url, self.scope = url, scope
        self.headers = {"x-mock-scope": scope}
        self.base_url = f"{url}/openai/v1/"
        self._open: list[OpenAI] = []

    def close(self) -> None:
        for client in self._open:
            client.close()

    def _kept(self, client: Any) -> Any:
        self._open.append(client)
        return client

    def client(self, **options: Any) -> OpenAI:
        return self._kept(
            OpenAI(**{"base_url": self.base_url, "api_key": "k", "max_retries": 0, "default_headers": self.headers, **options})
        )

    def async_client(self, **options: Any) -> AsyncOpenAI:
        return AsyncOpenAI(**{"base_url": self.base_url, "api_key": "k", "max_retries": 0, "default_headers": self.headers, **options})

    def azure(self, **options: Any) -> AzureOpenAI:
        given = {
            "base_url": self.base_url,
            "api_key": "k",
            "api_version": "preview",
            "max_retries": 0,
            "default_headers": self.headers,
            **options,
        }
        return self._kept(AzureOpenAI(**given))

    def async_azure(self, **options: Any) -> AsyncAzureOpenAI:
        given = {
            "base_url": self.base_url,
            "api_key": "k",
            "api_version": "preview",
            "max_retries": 0,
            "default_headers": self.headers,
            **options,
        }
        return AsyncAzureOpenAI(**given)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_mock{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"content-type": "application/json", **self.headers},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            raw = answer.read()
        return json.loads(raw) if raw else None

    def raw(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(f"{self.url}{path}", data=body, method=method)
        for name, value in {"content-type": "application/json", "api-key": "k", **self.headers, **(headers or {})}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, {k.lower(): v for k, v in refused.headers.items()}, refused.read()

    def rule(self, **rule: Any) -> None:
        self.control("POST", "/rules", rule)

    def advance(self, by: str | float) -> None:
        self.control("POST", "/clock", {"advance": by})

    def journal(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "/requests")["data"])


@contextmanager
def fresh(server: Server, profile: str) -> Iterator[Mock]:
    """A scope of its own in that profile, until the block ends."""
    mock = Mock(server.url, f"{profile}-{next(_COUNT)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": profile})
    yield mock
    mock.close()


@pytest.fixture(params=["preview", "ga"])
def mock(server: Server, request: pytest.FixtureRequest) -> Iterator[Mock]:
    """A fresh scope in each profile."""
    with fresh(server, request.param) as mock:
        yield mock


@pytest.fixture
def ga(server: Server) -> Iterator[Mock]:
    """A fresh scope in the profile ga."""
    with fresh(server, "ga") as mock:
        yield mock


@pytest.fixture
def preview(server: Server) -> Iterator[Mock]:
    """A fresh scope in the profile preview."""
    with fresh(server, "preview") as mock:
        yield mock
