"""Every store there is, opened empty. Tests that are coroutines run on the loop that the store was opened on."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.redis_engine import Engine, cluster

from azure_openai_mock.store import open_store
from azure_openai_mock.store.protocol import Store

OPENED: dict[str, Callable[[pytest.FixtureRequest, Path], Store]] = {
    "memory": lambda _request, _folder: open_store("memory", shared=False),
    "sqlite": lambda _request, folder: open_store(f"sqlite:///{folder}/store.sqlite3", shared=False),
    "sqlite-shared": lambda _request, folder: open_store(f"sqlite:///{folder}/store.sqlite3", shared=True),
    "redis-cluster": lambda request, _folder: open_store(emptied_cluster(request.getfixturevalue("nodes")), shared=False),
    "redis": lambda request, _folder: open_store(request.getfixturevalue("emptied").url, shared=False),
}


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    running = Engine(tmp_path_factory.mktemp("redis"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Engine]]:
    """The two nodes of a Redis Cluster."""
    running = cluster(tmp_path_factory.mktemp("cluster"), 2)
    yield running
    for node in running:
        node.stop()


def emptied_cluster(nodes: list[Engine]) -> str:
    assert [node.ask("FLUSHALL") for node in nodes] == ["+OK"] * len(nodes)
    return nodes[0].url


@pytest.fixture
def emptied(engine: Engine) -> Engine:
    """The run's Redis, which holds nothing."""
    assert engine.ask("FLUSHALL") == "+OK"
    return engine


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(params=OPENED)
def store(request: pytest.FixtureRequest, tmp_path: Path, runner: asyncio.Runner) -> Iterator[Store]:
    opened = OPENED[request.param](request, tmp_path)
    runner.run(opened.open())
    yield opened
    runner.run(opened.close())


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    given = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
    pyfuncitem.funcargs["runner"].run(pyfuncitem.obj(**given))
    return True


def pytest_itemcollected(item: pytest.Item) -> None:
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj) and "runner" not in item.fixturenames:
        item.fixturenames.append("runner")


assert os.name == "posix", "the store's tests kill processes and limit files"
