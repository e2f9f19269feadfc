"""A server in a process of its own that lives as long as somebody holds its standard input: when the last holder lets go or dies, by
whatever death, it ends. Its settings are the first line that it reads, its address the first that it writes.

All workers of a pytest-xdist run share one such server. The process that leads the run holds a FIFO; the first worker that needs a server
starts it on that.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from .settings import Settings
from .wire import json

COMMAND = (sys.executable, "-c", "from azure_openai_mock.apart import main; main()")
FIFO, LOCK, ADDRESS, PROCESS = "held", "lock", "address", "process"
"""What is in a run's folder: the FIFO, the lock of whoever starts the server, the server's URL and its process id."""
PATIENCE = 5.0
"""Seconds that the end of a run waits for its server's."""


def main() -> None:
    """The process: read the settings, serve until standard input ends."""
    from .serve import serve

    with open(0, "rb", buffering=0, closefd=False) as told:
        wanted = decoded(told.readline())
    threading.Thread(target=_until_let_go, daemon=True).start()
    sys.exit(serve(wanted))


def _until_let_go() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def for_tests(settings: Settings, *, store: str) -> Settings:
    """The settings on a free port of this machine, in one process, without a word on the terminal."""
    return replace(settings, host="127.0.0.1", port=0, store=store, workers=1, quiet=True)


def encoded(settings: Settings) -> bytes:
    """The settings as a line."""
    rules = None if settings.rules is None else str(settings.rules.absolute())
    told: dict[str, Any] = {**asdict(settings), "rules": rules, "replay": [str(path.absolute()) for path in settings.replay]}
    return json.compact(told) + b"\n"


def decoded(line: bytes) -> Settings:
    """The settings that the line tells."""
    told = json.loads(line)
    paths = {"rules": Path(told["rules"]) if told["rules"] is not None else None, "replay": tuple(map(Path, told["replay"]))}
    return Settings(**{**told, **paths, "api_keys": tuple(told["api_keys"]), "allowed_hosts": tuple(told["allowed_hosts"])})


class Child:
    """A server that this process holds. Raises RuntimeError where it does not start."""

    def __init__(self, settings: Settings) -> None:
        self._process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(encoded(settings))
        self._process.stdin.flush()
        self.url = _address(self._process.stdout)
        if not self.url:
            self.stop(5.0)
            raise RuntimeError("the server did not start; what it said is on stderr")

    def stop(self, patience: float) -> None:
        """Let go, and wait until it has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Run:
    """The folder by which the workers of a run find their server, for the process that leads the run."""

    def __init__(self) -> None:
        import tempfile

        self.folder = Path(tempfile.mkdtemp(prefix="azure-openai-mock-"))
        os.mkfifo(self.folder / FIFO, 0o600)
        self._held = os.open(self.folder / FIFO, os.O_RDWR)

    def close(self) -> None:
        """Let go of the server, and wait until it has ended."""
        import shutil

        os.close(self._held)
        process = self.folder / PROCESS
        if process.exists():
            _wait_for_the_end_of(int(process.read_text()))
        shutil.rmtree(self.folder, ignore_errors=True)


def _wait_for_the_end_of(process: int) -> None:
    """It is not a child of ours: a worker started it, and has ended before."""
    never, step = threading.Event(), 0.02
    for _ in range(int(PATIENCE / step)):
        try:
            os.kill(process, 0)
        except OSError:
            return
        never.wait(step)


class Joined:
    """The run's server, which the first who asks starts with these settings. Raises RuntimeError."""

    def __init__(self, folder: str, settings: Settings) -> None:
        import fcntl

        place = Path(folder)
        with (place / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            address = place / ADDRESS
            if not address.exists():
                address.write_text(_started(place, for_tests(settings, store="memory")))
            self.url = address.read_text()

    def stop(self, patience: float) -> None:
        """Nothing: others use it, and it ends with the run."""


def _started(folder: Path, settings: Settings) -> str:
    """Start the server in a session of its own, so that Ctrl-C in a terminal leaves it to the run's end."""
    reading, writing = os.pipe()
    fifo = folder / FIFO
    actions: list[Any] = [(os.POSIX_SPAWN_OPEN, 0, str(fifo), os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, writing, 1)]
    process = os.posix_spawn(COMMAND[0], COMMAND, _environment(), file_actions=actions, setsid=True)
    os.close(writing)
    (folder / PROCESS).write_text(str(process))
    with fifo.open("wb") as told:
        told.write(encoded(settings))
    with os.fdopen(reading, "rb") as said:
        url = _address(said)
    if not url:
        raise RuntimeError("the server did not start; what it said is on stderr")
    return url


def _address(said: IO[bytes]) -> str:
    line = said.readline().decode().strip()
    return line if line.startswith("http") else ""


def _environment() -> dict[str, str]:
    """This one, and the way to this package however it was found."""
    here = str(Path(__file__).parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))}
