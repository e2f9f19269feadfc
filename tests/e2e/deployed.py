"""The ways in which a server can be deployed: alone, as several processes on one file, as several machines on one Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.redis_engine import Engine

from .balancer import Balancer
from .process import running


@contextmanager
def alone(folder: Path) -> Iterator[list[str]]:
    """One process that keeps everything in memory."""
    with running("--store", "memory") as server:
        yield [server.url]


@contextmanager
def workers(folder: Path, number: int) -> Iterator[list[str]]:
    """That many processes on one SQLite file and one port."""
    with running("--store", f"sqlite:///{folder / 'store.sqlite3'}", "--workers", str(number)) as server:
        yield [server.url]


@contextmanager
def machines(folder: Path) -> Iterator[list[str]]:
    """Two servers that have nothing in common but a Redis."""
    engine = Engine(folder)
    try:
        with running("--store", engine.url) as first, running("--store", engine.url) as second:
            yield [first.url, second.url]
    finally:
        engine.stop()


DEPLOYED: dict[str, Callable[[Path], AbstractContextManager[list[str]]]] = {
    "memory": alone,
    "two-processes": lambda folder: workers(folder, 2),
    "four-workers": lambda folder: workers(folder, 4),
    "redis": machines,
}


@contextmanager
def deployed(kind: str, folder: Path) -> Iterator[str]:
    """The one URL of what is deployed so: before several servers stands a balancer."""
    with DEPLOYED[kind](folder) as urls:
        if len(urls) == 1:
            yield urls[0]
            return
        balancer = Balancer(urls)
        try:
            yield balancer.url
        finally:
            balancer.stop()
