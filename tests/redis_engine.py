"""A real Redis for tests: on a free port, with its files in a folder of the test's own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

PROGRAM = "redis-server"


class Engine:
    """A running `redis-server`. `url` is that of its first database; a killed one starts again on the same port with the same files."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Skips the test where there is no Redis."""
        found = shutil.which(PROGRAM)
        if found is None:
            pytest.skip(f"{PROGRAM} is not installed: nothing is known about --store redis://… here (apt-get install redis-server)")
        self._program = found
        self._folder = folder
        self._options = options
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it has read its files."""
        self._process = subprocess.Popen(
            [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder), "--save", "", *self._options],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while self.ask("PING") != "+PONG":
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)

    def ask(self, *words: str) -> str:
        """The first line of its answer to a command; '' where it does not listen."""
        command = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(command.encode())
                return connection.makefile().readline().rstrip()
        except OSError:
            return ""

    def kill(self) -> None:
        """As when its machine dies: no last word, nothing written that was not yet."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it, if it still runs."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """It accepts connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
