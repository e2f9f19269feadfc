"""A real server over a real socket, one for the whole run; each test has a scope of its own."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI

_COUNT = itertools.count()


@dataclass
class Server:
    """A running server."""

    url: str
    process: subprocess.Popen[str]


def start(*options: str, env: dict[str, str] | None = None) -> Server:
    """Start `serve` on a free port and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "azure_openai_mock", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **(env or {})},
    )
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found:
            url = found[0]
            break
    else:
        process.wait(10)
        process.stdout.close()
        raise AssertionError("the server did not start:\n" + "".join(seen))
    deadline = time.monotonic() + 60  # several workers on a busy machine take their time
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_mock/health", timeout=1):
                return Server(url, process)
        except OSError:
            time.sleep(0.02)
    process.kill()
    process.communicate()
    raise AssertionError("the server is not ready after a minute")


def stop(server: Server) -> int:
    """End it as a person would; its exit status."""
    server.process.terminate()
    try:
        return server.process.wait(10)
    finally:
        if server.process.poll() is None:
            server.process.kill()
        if server.process.stdout is not None:
            server.process.stdout.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = start("--store", "memory", "--quiet")
    yield running
    assert stop(running) == 0


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


@pytest.fixture(params=["preview", "ga"])
def mock(server: Server, request: pytest.FixtureRequest) -> Iterator[Mock]:
    """A fresh scope in each profile."""
    mock = Mock(server.url, f"t{next(_COUNT)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": request.param})
    yield mock
    mock.close()


@pytest.fixture
def ga(server: Server) -> Iterator[Mock]:
    """A fresh scope in the profile ga."""
    mock = Mock(server.url, f"g{next(_COUNT)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "ga"})
    yield mock
    mock.close()


@pytest.fixture
def preview(server: Server) -> Iterator[Mock]:
    """A fresh scope in the profile preview."""
    mock = Mock(server.url, f"p{next(_COUNT)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "preview"})
    yield mock
    mock.close()
