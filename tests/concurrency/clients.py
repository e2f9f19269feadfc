"""Clients that create, get, cancel, delete and chain the same few responses at once, and note what they asked and heard."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .checker import MISSING, Operation, linearizable

CLIENTS = 5
EACH = 8
"""Operations of a client in a history."""
SHARED = 2
"""Responses that a history begins with; children join them."""
SCOPE = "linearizability"
HEADERS = {"api-key": "k", "content-type": "application/json", "x-mock-scope": SCOPE}
PATH = "/openai/v1/responses"
UNDER_WAY = ("queued", "in_progress")
ASKED = ("get", "get", "cancel", "delete", "chain")


@dataclass
class History:
    """What was asked of each response, and which there are."""

    ids: list[str] = field(default_factory=list)
    told: defaultdict[str, list[Operation]] = field(default_factory=lambda: defaultdict(list))

    def wrong(self) -> list[str]:
        """The responses whose history no order explains."""
        return [ident for ident, operations in self.told.items() if not linearizable(operations)]


class Client:
    """One connection to one server, and a seeded will."""

    def __init__(self, url: str, dice: random.Random) -> None:
        self._address = url.removeprefix("http://")
        self._connection = http.client.HTTPConnection(self._address, timeout=10)
        self._dice = dice

    def close(self) -> None:
        self._connection.close()

    def create(self, history: History, parent: str | None = None) -> str | None:
        """A response that runs until somebody cancels it; its id, None where its parent is not there or nothing was heard."""
        body = {"model": "gpt-4o", "input": "x", "background": True, **({"previous_response_id": parent} if parent else {})}
        began, (status, answer), returned = self._timed("POST", PATH, body)
        ident = answer.get("id") if status == 200 else None
        if ident is not None:
            history.told[ident].append(Operation("create", "created", began, returned))
            history.ids.append(ident)
        if parent is not None:
            heard = "chained" if ident else MISSING if status == 400 else None
            history.told[parent].append(_told("chain", heard, began, returned))
        return ident

    def act(self, history: History) -> None:
        """One operation on one of the responses."""
        ident, asked = self._dice.choice(history.ids), self._dice.choice(ASKED)
        if asked == "chain":
            self.create(history, ident)
            return
        method, tail = {"get": ("GET", ""), "cancel": ("POST", "/cancel"), "delete": ("DELETE", "")}[asked]
        began, (status, answer), returned = self._timed(method, f"{PATH}/{ident}{tail}", None)
        heard = MISSING if status == 404 else None
        if status == 200:
            heard = "deleted" if asked == "delete" else "running" if answer["status"] in UNDER_WAY else answer["status"]
        history.told[ident].append(_told(asked, heard, began, returned))

    def _timed(self, method: str, path: str, body: Any) -> tuple[float, tuple[int, Any], float]:
        began = time.perf_counter()
        answer = self.ask(method, path, body)
        return began, answer, time.perf_counter()

    def ask(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """`(status, JSON)`; `(0, {})` where nothing was heard."""
        try:
            self._connection.request(method, path, None if body is None else json.dumps(body), HEADERS)
            answer = self._connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0, {}
        return answer.status, json.loads(raw) if raw else {}


def _told(asked: str, heard: str | None, began: float, returned: float) -> Operation:
    return Operation(asked, heard, began, returned) if heard is not None else Operation(asked, None, began)


@dataclass
class Figures:
    """What a run of many histories came to."""

    histories: int = 0
    operations: int = 0
    overlapping: int = 0
    unheard: int = 0
    wrong: list[list[Operation]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, history: History) -> None:
        """Count a history and judge it."""
        self.histories += 1
        for operations in history.told.values():
            self.operations += len(operations)
            self.unheard += sum(operation.heard is None for operation in operations)
            self.overlapping += sum(
                any(other is not one and other.began < one.returned and one.began < other.returned for other in operations)
                for one in operations
            )
        self.wrong += [history.told[ident] for ident in history.wrong()]

    def line(self) -> str:
        """The figures on a line."""
        return (
            f"{self.histories} histories, {self.operations} operations ({self.overlapping} overlapped another on the same response, "
            f"{self.unheard} unheard), {len(self.wrong)} not linearizable, {self.seconds:.0f} s"
        )


def play(urls: Sequence[str], *, histories: int, seed: int = 0) -> Figures:
    """Histories by clients that are spread over the servers, one after the other."""
    figures, began = Figures(), time.perf_counter()
    clients = [Client(urls[number % len(urls)], random.Random(f"{seed}/{number}")) for number in range(CLIENTS)]
    for method, path, body in (("PUT", "settings", {"profile": "ga"}), ("POST", "rules", {"say": "x", "pace": {"first_token": "10d"}})):
        status, _ = clients[0].ask(method, f"/_mock/{path}", body)
        assert status in (200, 201), f"{path} was answered with {status}"
    for _ in range(histories):
        figures.add(_played(clients))
    for client in clients:
        client.close()
    figures.seconds = time.perf_counter() - began
    return figures


def _played(clients: Sequence[Client]) -> History:
    """One history: they begin together, each at once with the next when it has heard of the last."""
    history, start = History(), threading.Barrier(len(clients))
    for _ in range(SHARED):
        clients[0].create(history)

    def work(client: Client) -> None:
        start.wait()
        for _ in range(EACH):
            client.act(history)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return history
