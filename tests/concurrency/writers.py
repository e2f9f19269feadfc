"""Many writers that all go on from one response at once."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SCOPE = "fanout"
HEADERS = {"api-key": "k", "content-type": "application/json", "x-mock-scope": SCOPE}
PATH = "/openai/v1/responses"


@dataclass(frozen=True)
class Figures:
    """What it came to: how many were acknowledged, how many of these are there with their parent, and in how many seconds."""

    writers: int
    acknowledged: int
    distinct: int
    kept: int
    seconds: float

    def line(self) -> str:
        """The figures on a line."""
        return (
            f"{self.writers} writers, {self.acknowledged} children acknowledged, {self.distinct} distinct, {self.kept} kept, "
            f"{self.acknowledged / self.seconds:.0f} a second"
        )


def fan_out(urls: Sequence[str], *, writers: int, children: int) -> Figures:
    """So many children of one parent by each of so many writers, spread over the servers."""
    talk = _Talk(urls[0])
    talk.ask("PUT", "/_mock/settings", {"profile": "ga"})
    parent = talk.ask("POST", PATH, {"model": "gpt-4o", "input": "begin"})["id"]
    heard: list[list[str]] = [[] for _ in range(writers)]
    start = threading.Barrier(writers + 1)

    def write(number: int) -> None:
        own = _Talk(urls[number % len(urls)])
        start.wait()
        for child in range(children):
            body = {"model": "gpt-4o", "input": f"{number}/{child}", "previous_response_id": parent}
            heard[number].append(own.ask("POST", PATH, body)["id"])
        own.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    kept = {one["id"]: one["previous_response_id"] for one in talk.every()}
    talk.close()
    acknowledged = [ident for ids in heard for ident in ids]
    there = sum(kept.get(ident) == parent for ident in acknowledged)
    return Figures(writers, len(acknowledged), len(set(acknowledged)), there, seconds)


class _Talk:
    """One connection."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)

    def close(self) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer, which must be a success."""
        self._connection.request(method, path, None if body is None else json.dumps(body), HEADERS)
        answer = self._connection.getresponse()
        raw = answer.read()
        assert answer.status in (200, 201), (answer.status, raw)
        return json.loads(raw)

    def every(self) -> list[Any]:
        """All responses of the scope."""
        found: list[Any] = []
        after = ""
        while True:
            page = self.ask("GET", f"/_mock/responses{after}")
            found += [line["response"] for line in page["data"]]
            if page["after"] is None:
                return found
            after = f"?after={page['after']}"
