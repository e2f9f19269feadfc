"""Sends mixed requests for long, and looks at what the server has grown by and whether it has slowed down.

    python -m tests.reliability.soak --requests 1000000

Memory is what the process holds after the first tenth and after the last; open files and sockets are counted then too, while no client is
connected. The times are those of the first and the last tenth, which send the same mix.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import tempfile
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.process import Started, running

PATH = "/openai/v1/responses"
HEADERS = {"api-key": "k", "content-type": "application/json"}
TENTHS = 10
CLIENTS = 4
WARM = 1_200
"""Requests before the first tenth, after which the server has opened what it opens once."""
REMEMBERED = 200
"""Ids that a client goes on to read, continue and delete."""
MEMORY = 32.0
"""MiB by which the process may grow between the first tenth and the last."""
SLOWER = 1.2
"""How many times the first tenth's 99th percentile the last tenth's may be."""


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    mebibytes: float
    files: int
    sockets: int


@dataclass(frozen=True)
class Figures:
    """What the soak has come to; times are the 99th percentiles in milliseconds."""

    requests: int
    unexpected: int
    first: Held
    last: Held
    first_p99: float
    last_p99: float

    def __str__(self) -> str:
        return (
            f"soak: {self.requests} requests, {self.unexpected} unexpected answers, memory {self.first.mebibytes:.1f} MiB"
            f" {self.last.mebibytes - self.first.mebibytes:+.1f} MiB, files {self.last.files - self.first.files:+d},"
            f" sockets {self.last.sockets - self.first.sockets:+d}, p99 {self.first_p99:.1f} ms then {self.last_p99:.1f} ms"
            f" ({self.last_p99 / self.first_p99:.2f} times)"
        )

    @property
    def leaks(self) -> bool:
        """Whether it grew, or answered what it should not."""
        grown = self.last.mebibytes - self.first.mebibytes > MEMORY
        return grown or self.unexpected > 0 or (self.last.files, self.last.sockets) != (self.first.files, self.first.sockets)

    @property
    def slower(self) -> bool:
        """Whether it became slower than it may."""
        return self.last_p99 > SLOWER * self.first_p99


class Client:
    """One connection's share of the mix."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._known: deque[str] = deque(maxlen=REMEMBERED)
        self._mix = (
            (self._create, 30),
            (self._continue, 15),
            (self._stream, 15),
            (self._background, 10),
            (self._read, 15),
            (self._items, 5),
            (self._forget, 3),
            (self._mistake, 5),
            (self._models, 2),
        )

    def ask(self, connection: http.client.HTTPConnection) -> bool:
        """Send one request of the mix; whether its answer was the right one."""
        (act,) = self._dice.choices([act for act, _ in self._mix], [weight for _, weight in self._mix])
        return act(connection)

    def _create(self, connection: http.client.HTTPConnection, **more: Any) -> bool:
        body = {"model": "gpt-4o", "input": f"Say {self._dice.randrange(1000)}.", **more}
        status, answer = _sent(connection, "POST", PATH, body)
        if status == 200 and not more.get("stream"):
            self._known.append(json.loads(answer)["id"])
        return status == 200

    def _continue(self, connection: http.client.HTTPConnection) -> bool:
        return self._create(connection, **({"previous_response_id": self._known[-1]} if self._known and self._dice.random() < 0.9 else {}))

    def _stream(self, connection: http.client.HTTPConnection) -> bool:
        return self._create(connection, stream=True)

    def _background(self, connection: http.client.HTTPConnection) -> bool:
        return self._create(connection, background=True)

    def _read(self, connection: http.client.HTTPConnection) -> bool:
        return not self._known or _sent(connection, "GET", f"{PATH}/{self._dice.choice(self._known)}")[0] == 200

    def _items(self, connection: http.client.HTTPConnection) -> bool:
        return not self._known or _sent(connection, "GET", f"{PATH}/{self._dice.choice(self._known)}/input_items")[0] == 200

    def _forget(self, connection: http.client.HTTPConnection) -> bool:
        return not self._known or _sent(connection, "DELETE", f"{PATH}/{self._known.popleft()}")[0] == 200

    def _mistake(self, connection: http.client.HTTPConnection) -> bool:
        return _sent(connection, "POST", PATH, {"model": "gpt-4o", "input": "x", "temperature": 7})[0] == 400

    def _models(self, connection: http.client.HTTPConnection) -> bool:
        return _sent(connection, "GET", "/openai/v1/models")[0] == 200


def _sent(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    connection.request(method, path, None if body is None else json.dumps(body), HEADERS)
    answer = connection.getresponse()
    return answer.status, answer.read()


class Soak:
    """Tenths of the mix against one server."""

    def __init__(self, server: Started, requests: int, seed: int, *, forgetful: bool) -> None:
        self._server = server
        self._forgetful = forgetful
        self._each = requests // TENTHS // CLIENTS
        self._clients = [Client(seed + number) for number in range(CLIENTS)]
        self._unexpected = 0

    def run(self, told: Callable[[str], None] = lambda _: None) -> Figures:
        """All of it. `told` hears of every tenth."""
        seen: list[tuple[Held, float]] = []
        self._part(WARM // CLIENTS)
        for tenth in range(TENTHS):
            p99 = self._part(self._each)
            if self._forgetful:
                self._empty_journal()
            held = held_by(self._server)
            seen.append((held, p99))
            told(f"  tenth {tenth + 1}: {held.mebibytes:.1f} MiB, {held.files} files, {held.sockets} sockets, p99 {p99:.1f} ms")
        (first, first_p99), (last, last_p99) = seen[0], seen[-1]
        return Figures(self._each * TENTHS * CLIENTS, self._unexpected, first, last, first_p99, last_p99)

    def _part(self, each: int) -> float:
        """So many requests of each client; their 99th percentile in milliseconds."""
        spent = [array("d") for _ in self._clients]
        threads = [threading.Thread(target=self._work, args=(each, *pair)) for pair in zip(self._clients, spent, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        times = sorted(one for taken in spent for one in taken)
        assert len(times) == each * CLIENTS, "a client broke off"
        return 1000 * times[int(len(times) * 0.99)]

    def _empty_journal(self) -> None:
        with contextlib.closing(http.client.HTTPConnection(self._server.url.removeprefix("http://"), timeout=60)) as connection:
            assert _sent(connection, "DELETE", "/_mock/requests")[0] == 204

    def _work(self, each: int, client: Client, spent: array[float]) -> None:
        with contextlib.closing(http.client.HTTPConnection(self._server.url.removeprefix("http://"), timeout=60)) as connection:
            for _ in range(each):
                began = time.perf_counter()
                right = client.ask(connection)
                spent.append(time.perf_counter() - began)
                self._unexpected += not right


def held_by(server: Started) -> Held:
    """What the server's process holds, once it has noticed that its clients are gone."""
    folder = Path(f"/proc/{server.process.pid}")
    time.sleep(0.5)
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    links = list(_links(folder / "fd"))
    sockets = sum(link.startswith("socket:") for link in links)
    return Held(int(status["VmRSS"].split()[0]) / 1024, len(links) - sockets, sockets)


def _links(folder: Path) -> Iterator[str]:
    for each in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield str(each.readlink())


JOURNAL = 10_000
"""Requests after which the server's journal is full and grows no more."""


def soak(folder: Path, requests: int, seed: int = 7, told: Callable[[str], None] = lambda _: None) -> Figures:
    """A server on a new file in that folder, soaked. Where a tenth does not fill the journal it is emptied: it is kept on purpose."""
    with running("--store", f"sqlite:///{folder / 'store.sqlite3'}", "--profile", "ga") as server:
        return Soak(server, requests, seed, forgetful=requests < TENTHS * JOURNAL).run(told)


def main() -> int:
    """Soak; 1 where the server leaked or became slower."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = soak(Path(folder), given.requests, given.seed, lambda line: print(line, flush=True))
    print(figures)
    return 1 if figures.leaks or figures.slower else 0


if __name__ == "__main__":
    raise SystemExit(main())
