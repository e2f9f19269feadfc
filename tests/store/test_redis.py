"""What only the store in a Redis promises: where its keys lie, how long they stay, and what is heard of an engine that is lost."""

from __future__ import annotations

import asyncio
import re
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.crc import key_slot
from tests.redis_engine import Engine, cluster

from azure_openai_mock.store import open_store
from azure_openai_mock.store.names import shown
from azure_openai_mock.store.protocol import Row, Store, StoreUnavailable
from azure_openai_mock.store.redis.lanes import Lanes
from azure_openai_mock.store.redis.scripts import SCRIPTS
from azure_openai_mock.store.redis.store import PREFIX, SCOPES, base_of

SOON = 2.0
"""Seconds within which the loss of the engine is told."""


@pytest.fixture
def looking(emptied: Engine) -> Iterator[Redis]:
    with Redis(port=emptied.port) as client:
        yield client


@pytest.fixture
def redis(emptied: Engine, runner: asyncio.Runner) -> Iterator[Store]:
    store = open_store(emptied.url, shared=False)
    runner.run(store.open())
    yield store
    runner.run(store.close())


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Engine]:
    """An engine to be hurt."""
    running = Engine(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    yield running
    running.stop()


async def fill(store: Store, scope: str) -> None:
    for kind in ("a", "b:b"):
        await store.put(Row(scope, kind, "parent", b"body", group="g", expires=5.0))
        await store.put(Row(scope, kind, "child", b"body", parent="parent"))
        await store.put(Row(scope, kind, "gone", b"body"))
        await store.delete(scope, kind, "gone")
    await store.append(scope, "log", b"entry", keep=3)
    await store.tally(scope, "name", 2, window=60.0, now=61.0)


NAMES = ["plain", "with {braces}", "}", "{", "", "{}", "a:b", "%7B", "Ünï\x00"]


async def test_every_key_of_a_scope_lies_in_its_slot(redis: Store, looking: Redis) -> None:
    for name in NAMES:
        await fill(redis, name)
    slots: dict[bytes, set[int]] = {base_of(name): set() for name in NAMES}
    assert len(slots) == len(NAMES)
    for key in looking.scan_iter(count=1000):
        if key == SCOPES.encode():
            continue
        owners = [base for base in slots if key.startswith(base + b":")]
        assert len(owners) == 1, key
        slots[owners[0]].add(key_slot(key))
    assert all(len(found) == 1 for found in slots.values())
    assert len({slot for found in slots.values() for slot in found}) > 1


async def test_the_engines_own_expiry_is_on_every_key_and_is_renewed_by_a_write_in_its_second_half(redis: Store, looking: Redis) -> None:
    await fill(redis, "scope")
    await redis.sweep("scope", 5.0)
    await redis.put(Row("scope", "late", "late", b""))
    keys = [key for key in looking.scan_iter(count=1000) if key != SCOPES.encode()]
    whole = max(looking.ttl(key) for key in keys)
    assert all(whole - 60 < looking.ttl(key) <= whole for key in keys)
    for key in keys:
        looking.expire(key, whole // 3)
    await redis.append("scope", "other", b"entry", keep=3)
    assert all(looking.ttl(key) > whole - 60 for key in keys)


async def test_a_cleared_scope_leaves_no_key(redis: Store, looking: Redis) -> None:
    await fill(redis, "scope")
    await redis.clear("scope")
    await redis.scopes()
    assert list(looking.scan_iter(count=1000)) == []


async def test_a_script_that_the_engine_forgot_is_taught_anew(redis: Store, looking: Redis) -> None:
    await redis.put(Row("scope", "kind", "one", b""))
    looking.script_flush()
    assert await redis.get("scope", "kind", "one") is not None


async def test_two_stores_on_one_engine_see_the_same(redis: Store, emptied: Engine) -> None:
    other = open_store(emptied.url, shared=False)
    await other.open()
    puts = [store.put(Row("scope", "kind", str(number), b""), expect=0) for number in range(100) for store in (redis, other)]
    answers = await asyncio.gather(*puts, return_exceptions=True)
    assert sum(isinstance(answer, Row) for answer in answers) == 100
    assert await other.page("scope", "kind") == await redis.page("scope", "kind")
    await other.close()


async def test_pages_and_lines_that_take_many_steps_are_whole(redis: Store) -> None:
    for number in range(450):
        await redis.put(Row("scope", "kind", str(number), b"", parent=str(number - 1) if number else None, group="g"))
    wanted = [str(number) for number in range(450)]
    assert [row.id for row in await redis.lineage("scope", "kind", "449")] == wanted
    assert [row.id for row in await redis.page("scope", "kind", limit=1000)] == wanted
    assert [row.id for row in await redis.page("scope", "kind", group="g", limit=430, descending=True)] == wanted[:19:-1]


@pytest.mark.parametrize("hurt", ["kill", "freeze"])
async def test_a_lost_engine_is_told_soon_and_comes_back_by_itself(own: Engine, hurt: str) -> None:
    store = open_store(own.url, shared=False)
    await store.open()
    for number in range(30):
        await store.put(Row("scope", "kind", str(number), b""))
    getattr(own, hurt)()
    began = time.monotonic()
    answers = await asyncio.gather(*(store.get("scope", "kind", str(number)) for number in range(30)), return_exceptions=True)
    assert all(isinstance(answer, StoreUnavailable) for answer in answers)
    with pytest.raises(StoreUnavailable, match=re.escape(f"redis://127.0.0.1:{own.port}/0")):
        await store.append("scope", "log", b"", keep=1)
    assert time.monotonic() - began < SOON
    own.start() if hurt == "kill" else own.thaw()
    deadline = time.monotonic() + SOON
    while True:
        try:
            kept = await store.page("scope", "kind")
        except StoreUnavailable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        else:
            break
    assert len(kept) == 30
    await store.close()


async def test_an_engine_that_is_not_there_is_told_with_what_to_do(own: Engine) -> None:
    own.stop()
    with pytest.raises(StoreUnavailable, match="Start that Redis, or choose another store with --store"):
        await open_store(own.url, shared=False).open()


async def test_what_the_engine_refuses_is_told_as_unavailable(own: Engine) -> None:
    store = open_store(own.url, shared=False)
    await store.open()
    await store.put(Row("scope", "kind", "one", b""))
    own.ask("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreUnavailable, match="maxmemory"):
        await store.put(Row("scope", "kind", "two", b""))
    assert await store.get("scope", "kind", "one") is not None
    own.ask("CONFIG", "SET", "maxmemory", "0")
    await store.put(Row("scope", "kind", "two", b""))
    await store.close()


async def test_it_warns_of_an_engine_that_may_forget(own: Engine, caplog: pytest.LogCaptureFixture) -> None:
    own.ask("CONFIG", "SET", "maxmemory", "1gb")
    own.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    own.ask("CONFIG", "SET", "appendonly", "no")
    store = open_store(own.url, shared=False)
    await store.open()
    await store.close()
    assert "noeviction" in caplog.text
    assert "appendonly" in caplog.text


SECRET = "not-a-password-" + str(time.time_ns())


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("redis://user:{}@host:6379/3?ssl_password={}", "redis://host:6379/3"),
        ("rediss://:{}@host/0", "rediss://host/0"),
        ("unix:///run/redis.sock?db=2&password={}", "unix:///run/redis.sock?db=2"),
        ("unix://user:{}@/run/redis.sock", "unix:///run/redis.sock?db=0"),
    ],
)
def test_a_url_is_shown_without_what_opens_it(url: str, name: str) -> None:
    assert shown(url.replace("{}", SECRET)) == name
    assert Lanes(url.replace("{}", SECRET).partition("?ssl")[0]).name == name


@pytest.mark.parametrize(
    "url", ["redis://user:{}", "redis://host:6379/0?socket_timeout={}", "redis://u:{}@host:port/0", "redsi://u:{}@host"]
)
def test_a_wrong_url_is_refused_without_repeating_its_secret(url: str) -> None:
    with pytest.raises(ValueError, match="names no") as refused:
        open_store(url.replace("{}", SECRET), shared=False)
    assert SECRET not in str(refused.value)


async def test_a_password_opens_it_and_a_wrong_one_is_not_repeated(own: Engine, caplog: pytest.LogCaptureFixture) -> None:
    assert own.ask("CONFIG", "SET", "requirepass", SECRET) == "+OK"
    store = open_store(f"redis://:{SECRET}@127.0.0.1:{own.port}/1", shared=False)
    await store.open()
    await store.put(Row("scope", "kind", "one", b""))
    await store.close()
    with pytest.raises(StoreUnavailable) as refused:
        await open_store(f"redis://:{SECRET}x@127.0.0.1:{own.port}/1", shared=False).open()
    assert SECRET not in str(refused.value) + caplog.text
    assert store.name == f"redis://127.0.0.1:{own.port}/1"


async def test_it_is_reached_through_a_unix_socket(tmp_path: Path) -> None:
    running = Engine(tmp_path, "--unixsocket", str(tmp_path / "redis.sock"))
    try:
        store = open_store(f"unix://{tmp_path}/redis.sock?db=1", shared=False)
        await store.open()
        await store.put(Row("scope", "kind", "one", b""))
        assert await store.scopes() == ["scope"]
        await store.close()
    finally:
        running.stop()


def test_the_scripts_come_with_the_package() -> None:
    packaged = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    assert "**/*.lua" in packaged["azure_openai_mock"]
    assert {"get", "put", "delete", "page", "lineage", "sweep", "clear", "append", "read", "truncate", "tally", "count"} == SCRIPTS.keys()


def test_the_layout_of_the_keys_has_a_number() -> None:
    assert re.fullmatch(r"azure-openai-mock:\d+", PREFIX)


def scope_in(slots: range) -> str:
    """A scope that lies in one of these slots."""
    return next(name for name in map(str, range(10_000)) if key_slot(base_of(name)) in slots)


async def test_in_a_cluster_each_scope_is_at_its_node_wherever_its_slot_moves(tmp_path: Path) -> None:
    nodes = cluster(tmp_path, 2)
    try:
        store = open_store(nodes[0].url, shared=False)
        await store.open()
        low, high = scope_in(range(8192)), scope_in(range(8192, 16384))
        for scope in (low, high):
            await store.put(Row(scope, "kind", "one", b""))
        assert [await store.get(scope, "kind", "one") is not None for scope in (low, high)] == [True, True]
        await store.clear(high)
        new = nodes[0].ask("CLUSTER", "MYID")
        for node in nodes:
            assert node.ask("CLUSTER", "SETSLOT", str(key_slot(base_of(high))), "NODE", new) == "+OK"
        await store.put(Row(high, "kind", "two", b""))
        assert int(nodes[0].ask("CLUSTER", "COUNTKEYSINSLOT", str(key_slot(base_of(high))))[1:]) > 0
        nodes[1].kill()
        assert await store.get(low, "kind", "one") is not None
        await store.close()
    finally:
        for node in nodes:
            node.stop()


async def test_in_a_cluster_the_loss_of_a_node_is_that_of_its_scopes_until_it_is_back(tmp_path: Path) -> None:
    nodes = cluster(tmp_path, 2)
    try:
        store = open_store(nodes[0].url, shared=False)
        await store.open()
        low, high = scope_in(range(8192)), scope_in(range(8192, 16384))
        await store.put(Row(low, "kind", "one", b""))
        nodes[1].kill()
        with pytest.raises(StoreUnavailable):
            await store.put(Row(high, "kind", "one", b""))
        assert await store.get(low, "kind", "one") is not None
        nodes[1].start()
        deadline = time.monotonic() + 10
        while True:
            try:
                await store.put(Row(high, "kind", "one", b""))
            except StoreUnavailable:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
            else:
                break
        await store.close()
    finally:
        for node in nodes:
            node.stop()
