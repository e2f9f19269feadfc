"""Kills the server at random moments under load, starts it again, and reads everything that it had acknowledged.

    python -m tests.reliability.crash --kills 1000

Every round four clients create responses (whole, streamed, in the background) until SIGKILL strikes. What counts as acknowledged is what a
client has heard: a whole body, or the `response.created` of a stream. The next server is asked for all of it before its own round begins,
and the last one for everything that any round acknowledged.

    lost    an acknowledged response that is not there
    torn    one that is there and is not what was told, or a file that SQLite finds damaged
    stuck   one that is not completed although its time has passed

Killing goes on where the folder's last run ended, so that a thousand kills may be taken in pieces.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.e2e.process import Started, start, stop

FOLDER = Path("build/reliability/crash")
PATH = "/openai/v1/responses"
HEADERS = {"api-key": "k", "content-type": "application/json"}
PATIENCE = 30
"""Seconds for any answer: the machine may be busy."""
BACKGROUND = 1.0
"""Seconds after which a background response has to be completed; it takes half of that."""

Told = dict[str, Any] | None
"""The body as the client heard it; None where it heard no more than the id."""


@dataclass
class Figures:
    """What the kills of a folder have come to."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    stuck: int = 0

    def __str__(self) -> str:
        return f"crash: {self.kills} kills, {self.acknowledged} acknowledged, {self.lost} lost, {self.torn} torn, {self.stuck} stuck"

    @property
    def clean(self) -> bool:
        """Whether nothing that was acknowledged suffered."""
        return not (self.lost or self.torn or self.stuck)


def created(connection: http.client.HTTPConnection) -> Iterator[tuple[str, Told]]:
    """One response at a time, whole."""
    while True:
        connection.request("POST", PATH, json.dumps({"model": "gpt-4o", "input": "keep me"}), HEADERS)
        body = json.loads(connection.getresponse().read())
        yield body["id"], body


def streamed(connection: http.client.HTTPConnection) -> Iterator[tuple[str, Told]]:
    """One stream after the other; each counts from its first event on."""
    while True:
        connection.request("POST", PATH, json.dumps({"model": "gpt-4o", "input": "keep me", "stream": True}), HEADERS)
        answer = connection.getresponse()
        answer.readline()
        yield json.loads(answer.readline().removeprefix(b"data: "))["response"]["id"], None
        answer.read()


def in_background(connection: http.client.HTTPConnection) -> Iterator[tuple[str, Told]]:
    """Responses that are told to run in the background, and are not waited for."""
    while True:
        connection.request("POST", PATH, json.dumps({"model": "gpt-4o", "input": "keep me", "background": True}), HEADERS)
        yield json.loads(connection.getresponse().read())["id"], None


LOADS: tuple[Callable[[http.client.HTTPConnection], Iterator[tuple[str, Told]]], ...] = (created, created, streamed, in_background)


class Killing:
    """Rounds of load and death on one store; what was acknowledged is kept in a file, a line each."""

    def __init__(self, folder: Path, seed: int, *options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = folder / "store.sqlite3"
        self._figures_file = folder / "figures.json"
        self._ledger = folder / "acknowledged.txt"
        self.figures = Figures(**json.loads(self._figures_file.read_text())) if self._figures_file.exists() else Figures()
        self._dice = random.Random(seed + self.figures.kills)
        self._options = options
        self._unread: dict[str, Told] = {}
        self._missed: set[str] = set()

    def round(self) -> None:
        """Start, read what the round before acknowledged, load, and kill."""
        server = self._start()
        self._read_back(server)
        heard: list[dict[str, Told]] = [{} for _ in LOADS]
        writers = [threading.Thread(target=_listen, args=(server, load, into)) for load, into in zip(LOADS, heard, strict=True)]
        for writer in writers:
            writer.start()
        while not all(heard) and all(writer.is_alive() for writer in writers):
            time.sleep(0.002)
        time.sleep(self._dice.random() * 0.25)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        for writer in writers:
            writer.join()
        assert server.process.stdout is not None
        server.process.stdout.close()
        self._unread = {ident: told for each in heard for ident, told in each.items()}
        assert len(self._unread) == sum(map(len, heard)), "an id was minted twice"
        self.figures.kills += 1
        self._keep()

    def finish(self) -> Figures:
        """Start once more and read everything that was ever acknowledged."""
        server = self._start()
        time.sleep(BACKGROUND)
        self._read_back(server)
        with _connected(server) as connection:
            known = self._ledger.read_text().split()
            assert len(known) == len(set(known)), "an id was minted twice"
            for ident in known:
                body = _get(connection, ident)
                if body is None:
                    self._missed.add(ident)
                elif body["status"] != "completed":
                    self.figures.stuck += 1
        assert stop(server) == 0
        self.figures.lost = len(self._missed)
        with contextlib.closing(sqlite3.connect(self._store)) as file:
            if file.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                self.figures.torn += 1
        return self.figures

    def _start(self) -> Started:
        return start("--store", f"sqlite:///{self._store}", "--profile", "ga", "--quiet", *self._options)

    def _read_back(self, server: Started) -> None:
        """Ask for what the last round acknowledged."""
        with _connected(server) as connection:
            for ident, told in self._unread.items():
                body = _get(connection, ident)
                if body is None:
                    self._missed.add(ident)
                elif body["id"] != ident or (told is not None and body != told):
                    self.figures.torn += 1
        self._unread = {}

    def _keep(self) -> None:
        self.figures.acknowledged += len(self._unread)
        with self._ledger.open("a") as file:
            file.writelines(f"{ident}\n" for ident in self._unread)
        self._figures_file.write_text(json.dumps(asdict(self.figures)))


def _listen(server: Started, load: Callable[..., Iterator[tuple[str, Told]]], into: dict[str, Told]) -> None:
    """Note what is acknowledged until the server is gone, in the middle of whatever it was saying."""
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError), _connected(server) as connection:
        for ident, told in load(connection):
            into[ident] = told


@contextlib.contextmanager
def _connected(server: Started) -> Iterator[http.client.HTTPConnection]:
    with contextlib.closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=PATIENCE)) as connection:
        yield connection


def _get(connection: http.client.HTTPConnection, ident: str) -> Told:
    connection.request("GET", f"{PATH}/{ident}", headers=HEADERS)
    answer = connection.getresponse()
    body: dict[str, Any] = json.loads(answer.read())
    return body if answer.status == 200 else None


def main() -> int:
    """Kill until the folder has that many kills, or the time is up; 1 where anything suffered."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop killing after so long")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    killing = Killing(given.folder, given.seed)
    began = time.monotonic()
    while killing.figures.kills < given.kills and time.monotonic() - began < given.seconds:
        killing.round()
    figures = killing.finish()
    print(figures)
    return 0 if figures.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
