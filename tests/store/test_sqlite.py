"""What only a file can do: be taken, be in the way of another, fail, grow a log, and outlive its server."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from azure_openai_mock.store.protocol import Conflict, Row, StoreUnavailable
from azure_openai_mock.store.sqlite import SqliteStore, open_sqlite


def row(id: str = "one", **more: Any) -> Row:
    return Row("scope", "kind", id, more.pop("body", b"body"), **more)


@contextlib.contextmanager
def opened(runner: asyncio.Runner, path: Path, **more: Any) -> Iterator[SqliteStore]:
    store = SqliteStore(path, **more)
    runner.run(store.open())
    try:
        yield store
    finally:
        runner.run(store.close())


@contextlib.contextmanager
def beside(path: Path, *statements: str) -> Iterator[apsw.Connection]:
    """Another program that has the file open."""
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement).fetchall()
    try:
        yield connection
    finally:
        connection.close()


def rows_and_spaces(path: Path) -> tuple[int, int]:
    """How many rows the file holds, and how many spaces for them."""
    with beside(path) as connection:
        [(rows, spaces)] = connection.execute("SELECT (SELECT count(*) FROM rows), (SELECT count(*) FROM spaces)").fetchall()
        return rows, spaces


def refused(runner: asyncio.Runner, path: Path, **more: Any) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        runner.run(SqliteStore(path, **more).open())
    return str(caught.value)


# ---- to be taken ----


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///a/b.sqlite3", "a/b.sqlite3"), ("sqlite:////a/b%20c.sqlite3", "/a/b c.sqlite3")],
)
def test_a_url_names_a_file_from_here_or_from_the_root(url: str, path: str) -> None:
    store = open_sqlite(url, shared=True)
    assert (store.name, store.shared) == (f"sqlite:///{path}", True)
    assert not open_sqlite(url, shared=False).shared


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite://a", "sqlite:a", "file:///a"])
def test_a_url_that_names_no_file_is_told_how_to(url: str) -> None:
    with pytest.raises(ValueError, match=r"names no file: write sqlite:///relative/path or sqlite:////absolute/path$"):
        open_sqlite(url, shared=False)


def test_folders_are_made_and_what_people_said_is_for_the_owner_alone(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "new" / "newer" / "store.sqlite3"
    with opened(runner, path):
        assert {file.name for file in path.parent.iterdir()} >= {"store.sqlite3", "store.sqlite3-lock"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


@pytest.mark.parametrize("at", ["file/store.sqlite3", "folder"])
def test_a_place_where_no_file_can_be_is_told_with_what_to_do(tmp_path: Path, runner: asyncio.Runner, at: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    said = refused(runner, tmp_path / at)
    assert said.startswith(f"{tmp_path / at} cannot be opened: ")
    assert said.endswith("; or choose another file with --store sqlite:///PATH, or --store memory, which keeps nothing.")


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, False)])
def test_a_file_serves_one_or_those_who_share(tmp_path: Path, runner: asyncio.Runner, *, first: bool, second: bool) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path, shared=first):
        assert "is in use by another server. Stop that one; or choose another file" in refused(runner, path, shared=second)
    with opened(runner, path, shared=second) as store:
        assert runner.run(store.put(row())).version == 1


def test_those_who_share_see_what_the_others_write_at_once(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path, shared=True) as one, opened(runner, path, shared=True) as other:
        assert runner.run(other.get("scope", "kind", "one")) is None
        stored = runner.run(one.put(row(), expect=0))
        assert runner.run(other.get("scope", "kind", "one")) == stored
        for expect in (0, 7):
            with pytest.raises(Conflict, match=f"^kind one is not at version {expect}$"):
                runner.run(other.put(row(), expect=expect))
        runner.run(other.append("scope", "log", b"entry", keep=5))
        assert runner.run(one.read("scope", "log")) == [b"entry"]
        assert runner.run(other.tally("scope", "name", 2)) == 2
        assert runner.run(one.tally("scope", "name", 2)) == 4


def test_it_is_let_go_of_once_and_may_never_have_been_held(tmp_path: Path, runner: asyncio.Runner) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    runner.run(store.close())
    runner.run(store.open())
    runner.run(store.close())
    runner.run(store.close())
    assert {file.name for file in tmp_path.iterdir()} == {"store.sqlite3", "store.sqlite3-lock"}, "the log was moved into the file"


# ---- to outlive its server ----


@pytest.mark.parametrize("shared", [True, False])
def test_rows_outlive_the_server_and_what_is_fleeting_does_where_others_share_it(
    tmp_path: Path, runner: asyncio.Runner, *, shared: bool
) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path, shared=True) as store:
        stored = runner.run(store.put(row(parent="none", group="g", expires=7.0, digest=b"d")))
        runner.run(store.append("scope", "log", b"entry", keep=5))
        runner.run(store.tally("scope", "name", 2))
    with opened(runner, path, shared=shared) as store:
        assert runner.run(store.get("scope", "kind", "one")) == stored
        assert runner.run(store.read("scope", "log")) == ([b"entry"] if shared else [])
        assert runner.run(store.tally("scope", "name", 0)) == (2 if shared else 0)
    with opened(runner, path, shared=True) as store:
        assert runner.run(store.read("scope", "log")) == ([b"entry"] if shared else [])


def test_what_was_being_cleared_when_the_server_died_is_cleared_at_the_next_start(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path) as store:
        for number in range(30):
            runner.run(store.put(row(str(number))))
        runner.run(store.put(Row("other", "kind", "stays", b"")))
    with beside(path, "UPDATE spaces SET scope = NULL WHERE scope = 'scope'"):
        pass
    assert rows_and_spaces(path) == (31, 2)
    with opened(runner, path) as store:
        assert runner.run(store.scopes()) == ["other"]
        assert rows_and_spaces(path) == (1, 1)


@pytest.mark.parametrize("gone_by", ["clear", "sweep"])
def test_what_was_cleared_or_swept_is_no_longer_in_the_file(tmp_path: Path, runner: asyncio.Runner, gone_by: str) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path) as store:
        for number in range(30):
            runner.run(store.put(row(str(number), expires=1.0, parent=str(number - 1) if number % 3 else None)))
        runner.run(store.put(Row("other", "kind", "stays", b"")))
        assert runner.run(store.clear("scope") if gone_by == "clear" else store.sweep("scope", 1.0)) == (None if gone_by == "clear" else 30)
        assert rows_and_spaces(path) == (1, 1)


# ---- to be in the way of another ----


def test_a_write_waits_for_another_programs_and_those_behind_it_wait_too(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"

    async def put_while_locked(store: SqliteStore, connection: apsw.Connection) -> list[Row]:
        began = asyncio.get_running_loop().time()
        first = asyncio.ensure_future(store.put(row("a")))
        await asyncio.sleep(0.02)
        second = asyncio.ensure_future(store.put(row("b")))
        await asyncio.sleep(0.02)
        assert not first.done()
        assert not second.done()
        assert await store.get("scope", "kind", "old") is not None, "a reader waits for nobody"
        assert asyncio.get_running_loop().time() - began < 3, "nor does anybody else meanwhile"
        connection.execute("ROLLBACK")
        return list(await asyncio.gather(first, second))

    with opened(runner, path, shared=True) as store:
        runner.run(store.put(row("old")))
        with beside(path, "BEGIN IMMEDIATE") as connection:
            a, b = runner.run(put_while_locked(store, connection))
        assert (a.id, b.id) == ("a", "b")
        assert a.order < b.order
        assert [one.id for one in runner.run(store.page("scope", "kind"))] == ["old", "a", "b"]


@pytest.mark.slow
def test_a_write_that_waited_for_too_long_is_refused_and_the_next_is_tried_anew(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path, shared=True) as store:
        with beside(path, "BEGIN IMMEDIATE"), pytest.raises(StoreUnavailable, match="was locked by another process for 5 s"):
            runner.run(store.put(row()))
        assert runner.run(store.get("scope", "kind", "one")) is None
        assert runner.run(store.put(row())).version == 1


# ---- to fail ----


def test_a_callers_mistake_is_no_matter_of_its_neighbours(tmp_path: Path, runner: asyncio.Runner) -> None:
    async def together(store: SqliteStore) -> list[Any]:
        odd = cast("bytes", object())
        puts = (store.put(row("a")), store.put(row("odd", body=odd)), store.put(row("b")))
        return await asyncio.gather(*puts, return_exceptions=True)

    with opened(runner, tmp_path / "store.sqlite3") as store:
        a, odd, b = runner.run(together(store))
        assert (a.version, b.version) == (1, 1)
        assert isinstance(odd, TypeError)
        assert [one.id for one in runner.run(store.page("scope", "kind"))] == ["a", "b"]


@contextlib.contextmanager
def no_file_grows() -> Iterator[None]:
    """As on a disk that fails: what writes beyond the first page of a file gets an error."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


@pytest.mark.parametrize("shared", [True, False])
def test_what_cannot_be_written_is_refused_alone_and_reading_goes_on(tmp_path: Path, runner: asyncio.Runner, *, shared: bool) -> None:
    path = tmp_path / "store.sqlite3"

    async def several(store: SqliteStore) -> list[Any]:
        puts = (store.put(row(str(number), body=b"x" * 20_000)) for number in range(3))
        return await asyncio.gather(*puts, store.delete("scope", "kind", "kept"), return_exceptions=True)

    with opened(runner, path, shared=shared) as store:
        kept = runner.run(store.put(row("kept")))
        with no_file_grows():
            answers = runner.run(several(store))
            found = runner.run(store.get("scope", "kind", "kept"))
        assert [type(answer) for answer in answers] == [StoreUnavailable] * 4
        assert all(str(answer).startswith(f"{path}: ") for answer in answers)
        assert found == kept
        assert runner.run(store.count()) == {"kind": 1}
        assert runner.run(store.put(row("later"))).version == 1
        assert [one.id for one in runner.run(store.page("scope", "kind"))] == ["kept", "later"]


def test_a_file_that_was_damaged_is_told_by_every_question_and_serves_again_once_it_is_mended(
    tmp_path: Path, runner: asyncio.Runner
) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path) as store:
        runner.run(store.put(row()))
        with beside(path, "ALTER TABLE rows RENAME TO away"):
            pass
        for question in (
            store.get("scope", "kind", "one"),
            store.page("scope", "kind"),
            store.lineage("scope", "kind", "one"),
            store.count(),
            store.put(row("two")),
        ):
            with pytest.raises(StoreUnavailable, match=rf"^{path}: (SQLError: )?no such table: "):
                runner.run(question)
        with beside(path, "ALTER TABLE away RENAME TO rows"):
            pass
        assert runner.run(store.put(row("three"))).version == 1
        assert [one.id for one in runner.run(store.page("scope", "kind"))] == ["one", "three"]


# ---- to grow a log ----


@pytest.mark.parametrize("restart_after", [20, 40, 1_000_000])
def test_the_log_is_moved_into_the_file_and_begins_anew(tmp_path: Path, runner: asyncio.Runner, restart_after: int) -> None:
    """In pages: 200 writes of six each would be 1,200 if the log never began anew. Counting waits for a move that is under way."""
    path = tmp_path / "store.sqlite3"

    async def steadily(store: SqliteStore) -> None:
        for number in range(200):
            assert (await store.put(row(str(number), body=b"x" * 20_000))).version == 1
            assert await store.count() == {"kind": number + 1}

    with opened(runner, path, move_after=20, restart_after=restart_after) as store:
        runner.run(steadily(store))
        assert path.with_name("store.sqlite3-wal").stat().st_size // 4096 < 100
        assert path.stat().st_size > 190 * 20_000, "most of it is in the file already"
        assert len(runner.run(store.page("scope", "kind", limit=1000))) == 200


def test_writes_that_come_while_the_log_begins_anew_are_made_when_it_has(tmp_path: Path, runner: asyncio.Runner) -> None:
    async def steadily(store: SqliteStore) -> None:
        for number in range(100):
            assert (await asyncio.wait_for(store.put(row(str(number), body=b"x" * 20_000)), 30)).version == 1

    with opened(runner, tmp_path / "store.sqlite3", move_after=5, restart_after=5) as store:
        runner.run(steadily(store))
        assert runner.run(store.count()) == {"kind": 100}


def test_a_log_that_nobody_moved_is_read(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"
    with opened(runner, path, move_after=1_000_000) as store:
        for number in range(50):
            runner.run(store.put(row(str(number), body=b"x" * 20_000)))
        assert path.stat().st_size < 50 * 20_000
        assert [one.id for one in runner.run(store.page("scope", "kind", limit=1000))] == [str(number) for number in range(50)]
