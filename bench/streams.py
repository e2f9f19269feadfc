"""(c) Streams: the time to the first event, events per second through one and many, and whether a thousand keep their time."""

from __future__ import annotations

import http.client
import json
import selectors
import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from .load import Load, load, paired
from .servers import CREATE, HEADERS, PATH, Running, mock, rules
from .throughput import STREAM_OF, answering

STREAM = {**CREATE, "stream": True, "stream_options": {"include_obfuscation": False}}
PER_TOKEN = 0.1
"""Seconds between tokens of the paced streams: ten tokens a second."""
LATE = 0.020
"""Seconds after its due time from which on an event is late."""


def measure(folder: Path, runs: int, *, many: int = 1_000, tokens: int = 50) -> Iterator[tuple[str, dict[str, float]]]:
    """Each question and its figures."""
    with mock(f"sqlite:///{folder / 'streams.sqlite3'}") as ours:
        yield "first event", {"seconds": first_event(ours)}
        rules(ours, {"say": STREAM_OF})
        events = ours.ask("POST", PATH, STREAM)[1].count(b"\n\n")
        with answering(ours, "POST", PATH, STREAM, folder, kind="stream") as theirs:
            for connections in (1, 32):
                yield f"events through {connections}", _events(ours, theirs, connections, events, runs)
        rules(ours, {"say": " ".join(["word"] * tokens), "pace": {"per_token": PER_TOKEN}})
        lateness = sorted(late(ours, many, tokens))
        yield (
            f"{many} streams of {1 / PER_TOKEN:g} tokens a second",
            {
                "events": len(lateness),
                "late": sum(each > LATE for each in lateness),
                "p50 ms late": statistics.median(lateness) * 1000,
                "p99 ms late": lateness[int(len(lateness) * 0.99)] * 1000,
                "most ms late": lateness[-1] * 1000,
            },
        )


def _events(ours: Running, theirs: Running, connections: int, events: int, runs: int) -> dict[str, float]:
    def one(server: Running) -> Load:
        return load(server.port, "POST", PATH, STREAM, connections=connections)

    taken, base = paired(lambda: one(ours), lambda: one(theirs), runs=runs)
    return {"events/s": taken.rate * events, "of the reference": base.rate * events, "ratio": taken.rate / base.rate}


def first_event(server: Running) -> float:
    """Seconds from the request to the first byte of a stream's body, at rest: the median of a hundred."""
    times = []
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.connect()
        began = time.perf_counter()
        connection.request("POST", PATH, json.dumps({**CREATE, "stream": True}), HEADERS)
        answer = connection.getresponse()
        answer.read(1)
        times.append(time.perf_counter() - began)
        answer.read()
        connection.close()
    return statistics.median(times)


def late(server: Running, many: int, tokens: int) -> list[float]:
    """Seconds by which each delta of many concurrent streams came after its time, which its own stream's first byte begins."""
    body = json.dumps(STREAM).encode()
    head = f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\napi-key: k\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    heard: dict[socket.socket, list[float]] = {}
    lateness: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(many):
            one = socket.create_connection(("127.0.0.1", server.port))
            one.sendall(head.encode() + body)
            one.settimeout(0)
            heard[one] = []
            selector.register(one, selectors.EVENT_READ)
        open_ = many
        while open_:
            for key, _ in selector.select(timeout=5):
                one = key.fileobj  # type: ignore[assignment]  # only sockets were registered
                data = one.recv(65536)
                now = time.perf_counter()
                if data.count(b"output_text.delta"):
                    heard[one].extend([now] * data.count(b"event: response.output_text.delta"))
                elif data and not heard[one]:
                    heard[one].append(now)
                if not data or b"response.completed" in data:
                    selector.unregister(one)
                    one.close()
                    open_ -= 1
    for times in heard.values():
        began = times[0]
        lateness.extend(now - began - number * PER_TOKEN for number, now in enumerate(times[1 : tokens + 1], start=1))
    return lateness
