"""`python -m bench.machines`: what it costs to keep state in a Redis, and what a second server on it brings.

Beside requests per second, which servers, engine and load generator share the cores for, it tells the processor time that a request takes
in each of them. That hardly depends on who else is at work, and it is what the model in docs/howto/many-machines.md is made of.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .load import RUNS, SECONDS, load
from .servers import CREATE, PATH, Running, create, free_port, mock

Asked = tuple[str, str, object]


@contextmanager
def engine(folder: Path) -> Iterator[tuple[str, int]]:
    """A Redis that writes what it acknowledges to its append-only file and to the disk each second: its URL and its process."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "yes"]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.01)
        yield f"redis://127.0.0.1:{port}/0", process.pid
    finally:
        process.terminate()
        process.wait(30)


def spent(process: int) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(servers: Sequence[Running], engines: Sequence[int], asked: Asked, runs: int) -> str:
    """Medians over the runs: requests per second of all servers together; milliseconds of processor time that a request takes of them and
    of the engine.
    """
    method, path, body = asked
    parties = [[server.process for server in servers], engines]
    rates: list[float] = []
    times: list[list[float]] = [[], []]
    for _ in range(runs):
        before = [sum(map(spent, party)) for party in parties]
        with ThreadPoolExecutor(len(servers)) as pool:
            rate = sum(each.rate for each in pool.map(lambda server: load(server.port, method, path, body), servers))
        rates.append(rate)
        for kept, party, at_first in zip(times, parties, before, strict=True):
            kept.append((sum(map(spent, party)) - at_first) / (rate * SECONDS) * 1000)
    mine, its = map(statistics.median, times)
    return f"{statistics.median(rates):7,.0f} requests/s, of processor time a request {mine:.2f} ms here and {its:.3f} ms in the engine"


def told(name: str, servers: Sequence[Running], engines: Sequence[int], runs: int) -> None:
    """The lines of one way to deploy."""
    parent = create(servers[0])["id"]
    ways: dict[str, Asked] = {
        "create, stored": ("POST", PATH, CREATE),
        "create, chained": ("POST", PATH, {**CREATE, "previous_response_id": parent}),
        "retrieve": ("GET", f"{PATH}/{parent}", None),
    }
    for what, asked in ways.items():
        print(f"{name:20} {what:16} {measured(servers, engines, asked, runs)}", flush=True)


def main(runs: int = RUNS) -> None:
    """Each way to deploy."""
    with tempfile.TemporaryDirectory() as folder, mock(f"sqlite:///{folder}/store.sqlite3") as server:
        told("one server, a file", [server], [], runs)
    for number in (1, 2):
        with ExitStack() as closing:
            url, process = closing.enter_context(engine(Path(closing.enter_context(tempfile.TemporaryDirectory()))))
            servers = [closing.enter_context(mock(url)) for _ in range(number)]
            told(f"{number} server{'s' * (number > 1)}, a Redis", servers, [process], runs)


if __name__ == "__main__":
    main()
