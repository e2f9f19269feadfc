"""(d) Memory: of a server at rest, for each stored response, for each open stream."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from .load import SECONDS, load
from .servers import CREATE, PATH, Running, create, mock, rules

STREAMS = 1_000


def measure(folder: Path, runs: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Each kind of memory in bytes; `runs` loads fill the stores."""
    for name, store in (("memory", "memory"), ("file", f"sqlite:///{folder / 'memory.sqlite3'}")):
        with mock(store) as server:
            create(server)
            rest = server.resident()
            yield f"at rest, store in {name}", {"bytes": rest}
            filled(server, runs)
            before = server.resident()  # the journal and the caches are full by now
            more = filled(server, runs)
            yield f"each stored response, store in {name}", {"bytes": (server.resident() - before) / more, "responses": more}
    with mock("memory") as server:
        filled(server, 1)
        rules(server, {"say": " ".join(["word"] * 50), "pace": {"first_token": 60, "per_token": 1}})
        before = server.resident()
        held = opened(server, STREAMS)
        yield "each open stream", {"bytes": (server.resident() - before) / STREAMS, "streams": STREAMS}
        for one in held:
            one.close()


def filled(server: Running, runs: int) -> int:
    """Store as many responses as `runs` loads make; how many, but for a few."""
    return round(sum(load(server.port, "POST", PATH, CREATE).rate * SECONDS for _ in range(runs)))


def opened(server: Running, many: int) -> list[socket.socket]:
    """Streams that have begun and wait for their first token."""
    body = json.dumps({**CREATE, "stream": True}).encode()
    head = f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\napi-key: k\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    held = []
    for _ in range(many):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(head.encode() + body)
        held.append(one)
    for one in held:
        one.recv(65536)
    time.sleep(0.2)
    return held
