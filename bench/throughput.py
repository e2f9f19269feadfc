"""(a) Requests per second against an application that gives the same answer to everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .load import Load, load, paired
from .servers import CREATE, PATH, Running, create, mock, reference

STREAM_OF = " ".join(["word"] * 400)
"""What is said in the streams whose events are counted."""


def measure(folder: Path, runs: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Each operation and its figures."""
    with mock(f"sqlite:///{folder / 'throughput.sqlite3'}") as ours:
        parent = create(ours)["id"]
        for name, body in (
            ("create, stored", CREATE),
            ("create, not stored", {**CREATE, "store": False}),
            ("create, chained", {**CREATE, "previous_response_id": parent}),
            ("create, streamed", {**CREATE, "stream": True}),
        ):
            with answering(ours, "POST", PATH, body, folder) as theirs:
                yield name, _compared(*_pair(ours, theirs, "POST", PATH, body, runs))
        with answering(ours, "GET", f"{PATH}/{parent}", None, folder) as theirs:
            yield "retrieve", _compared(*_pair(ours, theirs, "GET", f"{PATH}/{parent}", None, runs))


@contextmanager
def answering(ours: Running, method: str, path: str, body: object, folder: Path, *, kind: str = "constant") -> Iterator[Running]:
    """The reference with the head and body that ours gives to this request."""
    headers, told = ours.ask(method, path, body)
    kept = [pair for pair in headers if pair[0] not in ("date", "transfer-encoding")]
    file = folder / "answer.json"
    file.write_text(json.dumps({"headers": kept, "body": told.decode()}))
    with reference(kind, str(file)) as theirs:
        yield theirs


def _pair(ours: Running, theirs: Running, method: str, path: str, body: object, runs: int) -> tuple[Load, Load]:
    return paired(lambda: load(ours.port, method, path, body), lambda: load(theirs.port, method, path, body), runs=runs)


def _compared(ours: Load, theirs: Load) -> dict[str, float]:
    return {
        "requests/s": ours.rate,
        "of the reference": theirs.rate,
        "ratio": ours.rate / theirs.rate,
        "p50 ms": ours.p50,
        "p99 ms": ours.p99,
        "p99/p50": ours.p99 / ours.p50,
    }
