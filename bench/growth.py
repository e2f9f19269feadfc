"""(e) How the cost of a request grows: with the depth of its chain, its input, what is stored, the rules, and the streams that are open."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from azure_openai_mock.store import open_store
from azure_openai_mock.world import Minter

from .load import Load, load, median
from .memory import opened
from .servers import CREATE, PATH, Running, create, mock, rules

DEPTHS = (1, 10, 100, 1_000)
INPUTS = (1, 10, 100, 1_000)
STORED = (1_000, 10_000, 100_000, 1_000_000)
RULES = (0, 10, 100, 1_000)
OPEN = (0, 10, 100, 1_000)
SAMPLED = 1_000
"""Stored responses that are asked for in turn."""


def measure(folder: Path, runs: int, *, most: int = STORED[-1]) -> Iterator[tuple[str, dict[str, float]]]:
    """Each curve: from a size to milliseconds of the server's time for one request."""
    with mock(f"sqlite:///{folder / 'growth.sqlite3'}") as server:
        yield "depth of the chain", _depths(server, runs)
        yield "messages of the input", _inputs(server, runs)
        yield "rules that do not match", _rules(server, runs)
        yield "open streams", _open(server, runs)
    yield "stored responses", _stored(folder, runs, most)


def _curve(sizes: Sequence[int], one: Callable[[int], Load], runs: int) -> dict[str, float]:
    """All sizes in turn, as often as there are runs: what disturbs the machine disturbs every size."""
    loads: dict[int, list[Load]] = {size: [] for size in sizes}
    for _ in range(runs):
        for size in sizes:
            loads[size].append(one(size))
    return {str(size): 1000 / median(taken).rate for size, taken in loads.items()}


def _depths(server: Running, runs: int) -> dict[str, float]:
    chain = [create(server)["id"]]
    while len(chain) < DEPTHS[-1]:
        chain.append(create(server, previous_response_id=chain[-1])["id"])
    return _curve(DEPTHS, lambda depth: load(server.port, "POST", PATH, {**CREATE, "previous_response_id": chain[depth - 1]}), runs)


def _inputs(server: Running, runs: int) -> dict[str, float]:
    def one(size: int) -> Load:
        said = [{"role": ("user", "assistant")[number % 2], "content": CREATE["input"]} for number in range(size)]
        return load(server.port, "POST", PATH, {**CREATE, "input": said})

    return _curve(INPUTS, one, runs)


def _rules(server: Running, runs: int) -> dict[str, float]:
    def one(size: int) -> Load:
        rules(server, *({"when": {"input__contains": f"word {number}"}, "say": "never said"} for number in range(size)))
        return load(server.port, "POST", PATH, CREATE)

    taken = _curve(RULES, one, runs)
    rules(server)
    return taken


def _open(server: Running, runs: int) -> dict[str, float]:
    def one(size: int) -> Load:
        rules(server, {"say": "word " * 50, "pace": {"first_token": 600, "per_token": 1}})
        held = opened(server, size)
        rules(server)
        try:
            return load(server.port, "POST", PATH, CREATE)
        finally:
            for stream in held:
                stream.close()

    return _curve(OPEN, one, runs)


def _stored(folder: Path, runs: int, most: int) -> dict[str, float]:
    sizes = [size for size in STORED if size <= most]
    paths = {size: [f"{PATH}/{ident}" for ident in _filled(folder / f"stored-{size}.sqlite3", size)] for size in sizes}
    with ExitStack() as stack:
        servers = {size: stack.enter_context(mock(f"sqlite:///{folder / f'stored-{size}.sqlite3'}")) for size in sizes}
        return _curve(sizes, lambda size: load(servers[size].port, "GET", paths[size]), runs)


def _filled(file: Path, size: int) -> list[str]:
    """Put `size` responses into the file, each like the one that a server made; the ids of a sample."""
    with mock(f"sqlite:///{file}") as server:
        create(server)
    return asyncio.run(_copied(file, size))


async def _copied(file: Path, size: int) -> list[str]:
    store = open_store(f"sqlite:///{file}", shared=False)
    await store.open()
    [first] = await store.page("default", "response", limit=1)
    expires, made = first.expires, [first.id]
    assert expires is not None
    for begin in range(1, size, 1_000):
        rows = []
        for number in range(begin, min(begin + 1_000, size)):
            seed = number.to_bytes(16, "big")
            ident = Minter(random.Random(number).randbytes(8).hex(), seed, expires).id("resp", 0)
            rows.append(replace(first, id=ident, body=first.body.replace(first.id.encode(), ident.encode()), version=0, order=0))
        await asyncio.gather(*(store.put(row, expect=0) for row in rows))
        made.extend(row.id for row in rows)
    await store.close()
    return random.Random(0).sample(made, min(SAMPLED, len(made)))
