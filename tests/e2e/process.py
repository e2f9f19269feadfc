"""A server in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Server:
    """Something that serves."""

    url: str


@dataclass
class Started(Server):
    """A server that a test started."""

    process: subprocess.Popen[str]


def start(*options: str, env: dict[str, str] | None = None, under: Sequence[str] = ()) -> Started:
    """Start `serve` on a free port, `under` a command that runs another, and wait until it is ready."""
    process = subprocess.Popen(
        [*under, sys.executable, "-m", "azure_openai_mock", "serve", "--port", "0", *options],
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
                return Started(url, process)
        except OSError:
            time.sleep(0.02)
    process.kill()
    process.communicate()
    raise AssertionError("the server is not ready after a minute")


def stop(server: Started) -> int:
    """End it as a person would; its exit status."""
    server.process.terminate()
    try:
        return server.process.wait(10)
    finally:
        if server.process.poll() is None:
            server.process.kill()
        if server.process.stdout is not None:
            server.process.stdout.close()


@contextmanager
def running(*options: str, under: Sequence[str] = ()) -> Iterator[Started]:
    """A server, which must end well."""
    server = start(*options, "--quiet", under=under)
    try:
        yield server
    finally:
        ended = stop(server)
    assert ended == 0
