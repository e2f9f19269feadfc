"""Files of other versions: an older one is brought up to date, a newer one and a stranger's are left as they are."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.store import open_store
from azure_openai_mock.store.protocol import Row, StoreUnavailable
from azure_openai_mock.store.schema import APPLICATION_ID, MIGRATIONS, WrongFile, id_of, key_of, migrate, version_of

ROW = Row("s", "k", "id-1", b"body", b"digest")


def made(path: Path, *statements: str) -> Path:
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.close()
    return path


def picture(folder: Path) -> dict[str, str]:
    """What the files of a store hold. The lock stands beside them and stays empty."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if not path.name.endswith("-lock")}


def written(runner: asyncio.Runner, path: Path) -> None:
    """A store of today with one row, closed again."""
    store = open_store(f"sqlite:///{path}", shared=False)
    runner.run(store.open())
    runner.run(store.put(ROW))
    runner.run(store.close())


def refused(runner: asyncio.Runner, path: Path) -> str:
    store = open_store(f"sqlite:///{path}", shared=False)
    with pytest.raises(StoreUnavailable) as caught:
        runner.run(store.open())
    return str(caught.value)


def test_a_newer_file_is_refused_and_left_untouched(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"
    written(runner, path)
    made(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = picture(tmp_path)
    said = refused(runner, path)
    assert f"was written by a newer version (its tables are version {len(MIGRATIONS) + 1}, this one knows {len(MIGRATIONS)})" in said
    assert "--store" in said
    assert picture(tmp_path) == before


def test_it_opens_again_once_the_version_is_known(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"
    written(runner, path)
    made(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    refused(runner, path)
    made(path, f"PRAGMA user_version = {len(MIGRATIONS)}")
    store = open_store(f"sqlite:///{path}", shared=False)
    runner.run(store.open())
    found = runner.run(store.get("s", "k", "id-1"))
    runner.run(store.close())
    assert found is not None
    assert found.body == b"body"


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE theirs (a)",),
        ("PRAGMA application_id = 7", "CREATE TABLE theirs (a)"),
        ("PRAGMA user_version = 1",),
    ],
    ids=["tables", "application", "version"],
)
def test_another_programs_file_is_refused_and_left_untouched(tmp_path: Path, runner: asyncio.Runner, statements: tuple[str, ...]) -> None:
    path = made(tmp_path / "theirs.sqlite3", *statements)
    before = picture(tmp_path)
    assert "is a SQLite file of another program" in refused(runner, path)
    assert picture(tmp_path) == before


def test_what_is_no_sqlite_file_is_refused_and_left_untouched(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"my notes, which are no database at all\n" * 100)
    before = picture(tmp_path)
    assert "is not a SQLite file" in refused(runner, path)
    assert picture(tmp_path) == before


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_an_older_file_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    """Every version there ever was, from the empty file on; what later migrations add is added once."""
    connection = apsw.Connection(str(tmp_path / "store.sqlite3"))
    for number in range(version):
        MIGRATIONS[number](connection)
    connection.execute(f"PRAGMA user_version = {version}").fetchall()
    migrate(connection)
    assert version_of(connection) == len(MIGRATIONS)
    assert connection.pragma("application_id") == APPLICATION_ID
    migrate(connection)
    connection.close()


def test_rows_of_an_older_file_outlive_a_migration(tmp_path: Path, runner: asyncio.Runner) -> None:
    """A migration that is yet to be written, on a file of today."""
    path = tmp_path / "store.sqlite3"
    written(runner, path)
    connection = apsw.Connection(str(path))
    MIGRATIONS.append(lambda one: one.execute("ALTER TABLE rows ADD COLUMN tomorrow TEXT") and None)
    try:
        migrate(connection)
        assert version_of(connection) == len(MIGRATIONS)
        assert connection.execute("SELECT body, tomorrow FROM rows").fetchall() == [(b"body", None)]
    finally:
        MIGRATIONS.pop()
        connection.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = tmp_path / "store.sqlite3"
    written(runner, path)
    connection = apsw.Connection(str(path))

    def halfway(one: apsw.Connection) -> None:
        one.execute("DROP TABLE logs")
        raise KeyboardInterrupt

    MIGRATIONS.append(halfway)
    try:
        with pytest.raises(KeyboardInterrupt):
            migrate(connection)
        assert not connection.in_transaction
        assert connection.pragma("user_version") == len(MIGRATIONS) - 1
        assert connection.execute("SELECT count(*) FROM logs").fetchall() == [(0,)]
    finally:
        MIGRATIONS.pop()
        connection.close()


def test_of_several_who_migrate_one_does_it(tmp_path: Path) -> None:
    one, other = (apsw.Connection(str(tmp_path / "store.sqlite3")) for _ in range(2))
    migrate(one)
    migrate(other)
    assert version_of(other) == len(MIGRATIONS)
    one.close()
    other.close()


def test_a_version_is_only_read(tmp_path: Path) -> None:
    path = made(tmp_path / "theirs.sqlite3", "CREATE TABLE theirs (a)")
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    with pytest.raises(WrongFile):
        version_of(connection)
    connection.close()


@given(st.text(max_size=60))
def test_any_id_is_turned_and_turned_back(ident: str) -> None:
    assert id_of(key_of(ident)) == ident


def test_ids_that_begin_alike_lie_in_the_order_of_their_ends() -> None:
    begin = "resp_" + "0" * 16
    assert key_of(begin + "aaa") < key_of(begin + "aab")
    assert key_of(begin + "aaa").startswith("aaa")
