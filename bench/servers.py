"""The servers that are measured, each a process of its own, and one request to them."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATH = "/openai/v1/responses"
CREATE = {"model": "gpt-4o", "input": "Tell me a joke about cats, please."}
HEADERS = {"content-type": "application/json", "api-key": "k"}
PATIENCE = 120.0
"""Seconds to wait for a server's first answer."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. `seconds` went by from the start of its process to its first answer."""

    port: int
    process: int
    seconds: float

    def ask(self, method: str, path: str, body: object = None) -> tuple[list[tuple[str, str]], bytes]:
        """One request; the headers and the body of its answer. Raises RuntimeError for a refusal."""
        return ask(self.port, method, path, body)

    def resident(self) -> int:
        """Bytes of memory that the process has."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, ready: str) -> Iterator[Running]:
    """A server until the block ends. `ready` is the path of its first request."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                ask(port, "GET", ready)
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise RuntimeError(f"{' '.join(command)} does not answer") from None
                time.sleep(0.001)
        yield Running(port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def mock(store: str, *options: str) -> Iterator[Running]:
    """Our server, one worker."""
    port = free_port()
    serve = ["-m", "azure_openai_mock", "serve", "--port", str(port), "--profile", "ga", "--store", store, "--quiet", *options]
    with running([sys.executable, *serve], port, "/_mock/health") as server:
        yield server


@contextmanager
def reference(kind: str, *rest: str) -> Iterator[Running]:
    """One of the applications in `bench/reference.py`."""
    port = free_port()
    with running([sys.executable, "-m", "bench.reference", kind, str(port), *rest], port, "/") as server:
        yield server


def ask(port: int, method: str, path: str, body: object = None) -> tuple[list[tuple[str, str]], bytes]:
    """One request on a connection of its own. Raises OSError where nobody listens, RuntimeError for a refusal."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, HEADERS)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} is answered with {answer.status}: {told[:300]!r}")
        return answer.getheaders(), told
    finally:
        connection.close()


def create(server: Running, **changes: object) -> dict[str, Any]:
    """One response."""
    made: dict[str, Any] = json.loads(server.ask("POST", PATH, {**CREATE, **changes})[1])
    return made


def rules(server: Running, *given: object) -> None:
    """Put these rules in place of those that are there."""
    server.ask("DELETE", "/_mock/rules")
    for rule in given:
        server.ask("POST", "/_mock/rules", rule)


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    names = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": names[0] if names else "unknown",
        "cores": os.cpu_count(),
        "memory": f"{memory / 2**30:.0f} GiB",
        "python": sys.version.split()[0],
        "load": round(os.getloadavg()[0], 2),
    }
