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
        """The first line of its answer to a command, or the text that it gives; '' where it does not listen."""
        command = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(command.encode())
                heard = connection.makefile(newline="\r\n")
                line = heard.readline().rstrip()
                return heard.read(int(line[1:])) if line.startswith("$") else line
        except OSError:
            return ""

    def agrees(self) -> bool:
        """Whether the cluster is complete, as this node of it knows."""
        return "cluster_state:ok" in self.ask("CLUSTER", "INFO")

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


SLOTS = 16384


def cluster(folder: Path, number: int) -> list[Engine]:
    """So many engines that share the slots among them evenly. Skips the test where there is no Redis."""
    options = "--cluster-enabled", "yes", "--cluster-require-full-coverage", "yes"
    nodes = []
    for index in range(number):
        own = folder / str(index)
        own.mkdir()
        nodes.append(Engine(own, *options))
        first, last = SLOTS * index // number, SLOTS * (index + 1) // number - 1
        assert nodes[-1].ask("CLUSTER", "ADDSLOTSRANGE", str(first), str(last)) == "+OK"
        assert nodes[-1].ask("CLUSTER", "SET-CONFIG-EPOCH", str(index + 1)) == "+OK"
    for node in nodes[1:]:
        assert node.ask("CLUSTER", "MEET", "127.0.0.1", str(nodes[0].port)) == "+OK"
    deadline = time.monotonic() + 30
    while any(not node.agrees() for node in nodes):
        assert time.monotonic() < deadline, "the nodes do not find together"
        time.sleep(0.02)
    return nodes


def _free_port() -> int:
    """A port that is free, and whose namesake 10,000 above, where nodes of a cluster talk, exists."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port + 10_000 < 65_536:
            return port
