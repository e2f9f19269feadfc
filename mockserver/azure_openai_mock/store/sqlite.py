"""The embedded store: one SQLite file, one connection for the event loop, commits shared by all that is written in one turn of it.

A commit writes to the write-ahead log and does not wait for the disk: it survives the death of the process at any moment, though not a
power cut. What waits for the disk is moving the log into the file; a thread with a connection of its own does that.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote, unquote

import apsw

from . import statements as sql
from .fleeting import Fleeting, window_of
from .protocol import Conflict, Row, StoreUnavailable
from .schema import SPACE_SHIFT, WrongFile, id_of, key_of, migrate, version_of

T = TypeVar("T")
Write = tuple["asyncio.Future[Any]", Callable[..., Any], tuple[Any, ...]]

MOVE_AFTER = 1_000
"""Pages (4 kB) in the write-ahead log from which on they are moved into the file, which holds nobody up."""
RESTART_AFTER = 16_000
"""Pages from which on writing pauses for some milliseconds so that the log can begin anew, instead of growing under steady load."""
PATIENCE = 5.0
"""Seconds to wait for another process's write before giving up."""


OPEN_EVERY = 0.02
"""Seconds between attempts to open a file that another process is making ready."""


class SqliteStore:
    """A store in one SQLite file, of one process or (`shared`) of several."""

    def __init__(self, path: Path, *, shared: bool = False, move_after: int = MOVE_AFTER, restart_after: int = RESTART_AFTER) -> None:
        self.name = f"sqlite:///{path}"
        self.shared = shared
        self._path = path
        self._move_after = move_after
        self._restart_after = restart_after
        self._opened: list[apsw.Connection] = []
        self._connection: apsw.Connection
        self._mover: apsw.Connection | None = None
        self._execute: Callable[..., Any] = _nothing
        self._pending: list[Write] = []
        self._fleeting = None if shared else Fleeting()
        self._moved = 0
        self._moving: Future[None] | None = None
        self._paused = False
        self._waited = 0.0

    # Opening and closing

    async def open(self) -> None:
        """Take the file, make it ready, and finish what a process that died had begun to clear.

        Raises StoreUnavailable, which says what to do.
        """
        self._loop = asyncio.get_running_loop()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._opened.append(_hold(self._path.with_name(self._path.name + "-lock"), shared=self.shared))
        except apsw.BusyError:
            raise self._refused("is in use by another server. Stop that one") from None
        except (OSError, apsw.Error) as error:
            raise self._refused(f"cannot be opened: {error}") from error
        try:
            await self._open_patiently()
        except WrongFile as error:
            raise self._refused(f"{error}, or leave it as it is") from None
        except (OSError, apsw.Error) as error:
            raise self._refused(f"cannot be opened: {error}") from error
        await self._forget()

    async def _open_patiently(self) -> None:
        """Open the file; where other processes share it, one of them may be making it ready just now."""
        for _ in range(int(PATIENCE / OPEN_EVERY) if self.shared else 0):
            try:
                self._open_file()
            except apsw.BusyError:
                while len(self._opened) > 1:
                    self._opened.pop().close()
                await asyncio.sleep(OPEN_EVERY)
            else:
                return
        self._open_file()

    def _refused(self, why: str) -> StoreUnavailable:
        self._let_go()
        return StoreUnavailable(
            f"{self._path} {why}; or choose another file with --store sqlite:///PATH, or --store memory, which keeps nothing."
        )

    def _open_file(self) -> None:
        _create_private(self._path)
        _check(self._path)
        self._connection = connection = _connect(self._path)
        self._opened.append(connection)
        connection.set_busy_timeout(int(PATIENCE * 1000))
        migrate(connection)
        if not self.shared:
            connection.execute("DELETE FROM logs; DELETE FROM tallies")
        connection.set_busy_timeout(0)
        connection.set_wal_hook(self._written)
        self._execute = connection.cursor().execute
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def close(self) -> None:
        """Commit what is under way, move the log into the file and let go."""
        if not self._opened:
            return
        with suppress(StoreUnavailable):
            await self._write(_nothing)
        await self._loop.run_in_executor(self._thread, _nothing)
        self._thread.shutdown()
        self._let_go()

    def _let_go(self) -> None:
        while self._opened:
            self._opened.pop().close()

    # Writing: everything that is written in one turn of the loop shares a commit

    def _write(self, act: Callable[..., T], *given: Any) -> asyncio.Future[T]:
        """Do `act(*given)` within the next commit; its result, or its Conflict, after the commit."""
        done: asyncio.Future[T] = self._loop.create_future()
        if not self._pending and not self._paused:
            self._loop.call_soon(self._commit)
        self._pending.append((done, act, given))
        return done

    def _commit(self) -> None:
        batch, self._pending = self._pending, []
        execute = self._execute
        results: list[tuple[asyncio.Future[Any], Any, Exception | None]] = []
        try:
            execute("BEGIN IMMEDIATE")
            for done, act, given in batch:
                try:
                    results.append((done, act(*given), None))
                except apsw.Error:
                    raise
                except Exception as error:  # noqa: BLE001 - a Conflict, or one caller's mistake, is no matter of its neighbours
                    results.append((done, None, error))
            execute("COMMIT")
        except apsw.BusyError:
            self._roll_back()
            self._again(batch)
            return
        except apsw.Error as error:
            self._roll_back()
            results = [(done, None, self._unavailable(error)) for done, _, _ in batch]
        self._waited = 0.0
        for done, result, failure in results:
            if done.done():
                continue
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(failure)

    def _again(self, batch: list[Write]) -> None:
        """Another process is writing: try again shortly, and give up after PATIENCE."""
        if self._waited > PATIENCE:
            self._waited = 0.0
            for done, _, _ in batch:
                if not done.done():
                    done.set_exception(StoreUnavailable(f"{self._path} was locked by another process for {PATIENCE:g} s"))
            return
        delay = min(0.0005 + self._waited / 4, 0.005)
        self._waited += delay
        self._loop.call_later(delay, self._commit)
        self._pending = batch + self._pending

    def _roll_back(self) -> None:
        with suppress(apsw.Error):  # SQLite rolls back by itself after some errors
            if self._connection.in_transaction:
                self._execute("ROLLBACK")

    def _unavailable(self, error: apsw.Error) -> StoreUnavailable:
        return StoreUnavailable(f"{self._path}: {error}")

    # Moving the write-ahead log into the file

    def _written(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        """Called by SQLite after a commit with the pages now in the log."""
        if pages < self._moved:
            self._moved = 0
        if pages >= self._moved + self._move_after and self._moving is None:
            self._moved = pages
            self._paused = pages >= self._restart_after
            self._moving = self._thread.submit(self._move, restart=self._paused)
            self._moving.add_done_callback(lambda _: self._loop.call_soon_threadsafe(self._resume))
        return apsw.SQLITE_OK

    def _move(self, *, restart: bool) -> None:
        """In the thread: with `restart` wait for readers too, so that the next write begins the log anew."""
        mode = apsw.SQLITE_CHECKPOINT_RESTART if restart else apsw.SQLITE_CHECKPOINT_PASSIVE
        with suppress(apsw.Error):  # then the log stays and grows, and the next commits try again
            self._moving_connection().wal_checkpoint(mode=mode)

    def _moving_connection(self) -> apsw.Connection:
        if self._mover is None:
            self._mover = _connect(self._path)
            self._opened.append(self._mover)
            self._mover.set_busy_timeout(100)
        return self._mover

    def _resume(self) -> None:
        self._moving = None
        if self._paused:
            self._paused = False
            if self._pending:
                self._commit()

    # Rows

    async def get(self, scope: str, kind: str, id: str) -> Row | None:
        """See the protocol."""
        found = await self._read(sql.GET, (scope, kind, key_of(id)))
        return _row(scope, kind, found[0]) if found else None

    async def _read(self, query: str, given: tuple[Any, ...]) -> list[Any]:
        """The result of a query. A reader never waits for a writer, save while another process opens or closes the file."""
        waited = 0.0
        while True:
            try:
                return cast("list[Any]", self._execute(query, given).fetchall())
            except apsw.BusyError as error:
                if waited > PATIENCE:
                    raise self._unavailable(error) from error
                waited += 0.002
                await asyncio.sleep(0.002)
            except apsw.Error as error:
                raise self._unavailable(error) from error

    async def put(self, row: Row, *, expect: int | None = None) -> Row:
        """See the protocol."""
        return await self._write(self._put_new if expect == 0 else self._put, row, expect)

    def _put_new(self, row: Row, _expect: int | None) -> Row:
        given = _given(row)
        self._execute(sql.PUT_NEW, given)
        if not self._connection.changes():
            self._need_space(row)
            self._execute(sql.PUT_NEW, given)
            if not self._connection.changes():
                raise _conflict(row, 0)
        return _stored(row, 1, self._connection.last_insert_rowid(), row.parent)

    def _put(self, row: Row, expect: int | None) -> Row:
        if expect is not None:
            found = self._execute(sql.PUT_OLD, (*_given(row), expect)).fetchall()
            if not found:
                raise _conflict(row, expect)
        elif not (found := self._execute(sql.PUT_ANY, _given(row)).fetchall()):
            self._need_space(row)
            found = self._execute(sql.PUT_ANY, _given(row)).fetchall()
        return _stored(row, *found[0])

    def _need_space(self, row: Row) -> None:
        self._execute(sql.NEED_SPACE, (row.scope, row.kind))

    async def delete(self, scope: str, kind: str, id: str) -> bool:
        """See the protocol."""
        return await self._write(self._change, sql.DELETE, (scope, kind, key_of(id))) > 0

    def _change(self, statement: str, given: tuple[Any, ...]) -> int:
        """Execute; how many rows it changed."""
        self._execute(statement, given)
        return self._connection.changes()

    async def page(
        self,
        scope: str,
        kind: str,
        *,
        group: str | None = None,
        after: str | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> list[Row]:
        """See the protocol."""
        beyond = None
        if after is not None:
            places = await self._read(sql.PLACE, (scope, kind, key_of(after)))
            if not places:
                return []
            beyond = places[0][0]
        given = (scope, kind, beyond, max(limit, 0)) if group is None else (scope, kind, beyond, max(limit, 0), group)
        return [_row(scope, kind, found) for found in await self._read(sql.PAGES[group is not None, descending], given)]

    async def lineage(self, scope: str, kind: str, id: str, *, limit: int | None = None) -> list[Row]:
        """See the protocol."""
        if limit is not None and limit < 1:
            return []
        given = (scope, kind, key_of(id), 1 << SPACE_SHIFT if limit is None else limit)
        return [_row(scope, kind, found) for found in await self._read(sql.LINEAGE, given)]

    # Sweeping and clearing, in slices

    async def sweep(self, scope: str, now: float) -> int:
        """See the protocol. Looks only at what expired or went since the last sweep, and at the parents of what it drops."""
        dropped = 0
        for (space,) in await self._read(sql.SPACES_OF, (scope,)):
            while await self._write(self._hide_some, space, now):
                pass
            while (some := await self._write(self._drop_some, space)) is not None:
                dropped += some
            await self._write(self._change, sql.DROP_IF_EMPTY, (space,))
        return dropped

    def _hide_some(self, space: int, now: float) -> int:
        orders = self._execute(sql.OVERDUE, (space, now)).fetchall()
        for order in orders:
            self._execute(sql.HIDE, order)
        return len(orders)

    def _drop_some(self, space: int) -> int | None:
        """Drop a slice of the rows to be looked at, newest first, so that children go before their parents; None if there are none."""
        some = self._execute(sql.NEWLY_GONE, (space,)).fetchall()
        dropped = 0
        for order, above in some:
            if self._change(sql.DROP, (order,)):
                dropped += 1
                self._execute(sql.LOOK_AGAIN, (above,))
            else:
                self._execute(sql.KEEP, (order,))
        if dropped:
            self._execute(sql.RAISE_HIGH, (space, some[0][0]))
        return dropped if some else None

    async def clear(self, scope: str) -> None:
        """See the protocol. The spaces lose their scope at once; their rows are deleted in slices after that."""
        if self._fleeting is not None:
            self._fleeting.clear(scope)
        await self._write(self._disown, scope)
        await self._forget()

    def _disown(self, scope: str) -> None:
        self._execute(sql.DISOWN, (scope,))
        if self.shared:
            self._execute(sql.CLEAR_LOGS, (scope,))
            self._execute(sql.CLEAR_TALLIES, (scope,))

    async def _forget(self) -> None:
        """Delete the rows of cleared spaces."""
        for (space,) in await self._read(sql.DISOWNED, ()):
            while await self._write(self._change, sql.FORGET, (space,)):
                pass
            await self._write(self._change, sql.DROP_SPACE, (space,))

    # Logs and counters

    async def append(self, scope: str, log: str, entry: bytes, *, keep: int) -> None:
        """See the protocol."""
        if self._fleeting is not None:
            self._fleeting.append(scope, log, entry, keep=keep)
        else:
            await self._write(self._append, scope, log, entry, keep)

    def _append(self, scope: str, log: str, entry: bytes, keep: int) -> None:
        last = self._execute(sql.LAST_ENTRY, (scope, log)).fetchall()[0][0]
        self._execute(sql.ADD_ENTRY, (scope, log, last + 1, entry))
        self._execute(sql.DROP_ENTRIES, (scope, log, last + 1 - keep))

    async def read(self, scope: str, log: str, *, limit: int | None = None) -> list[bytes]:
        """See the protocol."""
        if self._fleeting is not None:
            return self._fleeting.read(scope, log, limit=limit)
        return [entry for (entry,) in reversed(await self._read(sql.ENTRIES, (scope, log, -1 if limit is None else limit)))]

    async def truncate(self, scope: str, log: str) -> None:
        """See the protocol."""
        if self._fleeting is not None:
            self._fleeting.truncate(scope, log)
        else:
            await self._write(self._change, sql.EMPTY_LOG, (scope, log))

    async def tally(self, scope: str, name: str, amount: int, *, window: float | None = None, now: float = 0.0) -> int:
        """See the protocol."""
        if self._fleeting is not None:
            return self._fleeting.tally(scope, name, amount, window=window, now=now)
        return await self._write(self._tally, scope, name, window_of(window, now), amount)

    def _tally(self, scope: str, name: str, window: float | None, amount: int) -> int:
        return int(self._execute(sql.TALLY, (scope, name, window, amount)).fetchall()[0][0])

    # Looking over everything

    async def scopes(self) -> list[str]:
        """See the protocol."""
        return [scope for (scope,) in await self._read(sql.SCOPES, ())]

    async def count(self, scope: str | None = None) -> dict[str, int]:
        """See the protocol. Counts in the thread, as it takes about 50 ms for a million rows. Raises StoreUnavailable."""
        try:
            return dict(await self._loop.run_in_executor(self._thread, self._count, scope))
        except apsw.Error as error:
            raise self._unavailable(error) from error

    def _count(self, scope: str | None) -> Sequence[tuple[str, int]]:
        return cast("list[tuple[str, int]]", self._moving_connection().execute(sql.COUNT, (scope,)).fetchall())


def open_sqlite(url: str, *, shared: bool) -> SqliteStore:
    """The store for `sqlite:///relative/path` or `sqlite:////absolute/path`. Raises ValueError for any other."""
    path = unquote(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path:
        raise ValueError(f"{url!r} names no file: write sqlite:///relative/path or sqlite:////absolute/path")
    return SqliteStore(Path(path), shared=shared)


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "wal_autocheckpoint = 0", "cache_size = -8000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _hold(path: Path, *, shared: bool) -> apsw.Connection:
    """Lock the file of that name, which stays empty: alone, or beside others who share. The system lets go when the process ends."""
    _create_private(path)
    lock = apsw.Connection(str(path))
    try:
        if shared:
            lock.execute("BEGIN; SELECT 1 FROM sqlite_master").fetchall()
        else:
            lock.execute("BEGIN EXCLUSIVE")
    except apsw.Error:
        lock.close()
        raise
    return lock


def _check(path: Path) -> None:
    """See whether the file is one of ours, without the right to write, and without leaving a log beside it. Raises WrongFile."""
    logged = path.with_name(path.name + "-wal").exists()
    address = f"file:{quote(str(path.absolute()))}" + ("" if logged else "?immutable=1")
    connection = apsw.Connection(address, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    try:
        connection.set_busy_timeout(int(PATIENCE * 1000))
        version_of(connection)
    finally:
        connection.close()


def _create_private(path: Path) -> None:
    """Create the file, readable by its owner only, unless it is there: it will hold what people said."""
    if not path.exists():
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _nothing(*_: Any) -> None:
    """A write that writes nothing, to learn when those before it are committed."""


def _given(row: Row) -> tuple[Any, ...]:
    """What the statements that put a row are given, ?1 to ?9."""
    parent = row.parent
    above = None if parent is None else key_of(parent)
    return (row.scope, row.kind, key_of(row.id), row.body, row.digest, parent, row.group, row.expires, above)


def _row(scope: str, kind: str, found: tuple[Any, ...]) -> Row:
    body, digest, parent, group, expires, gone, version, order, key = found
    return Row(scope, kind, id_of(key), body, digest, parent, group, expires, gone != 0, version, order)


def _stored(row: Row, version: int, order: int, parent: str | None) -> Row:
    return Row(row.scope, row.kind, row.id, row.body, row.digest, parent, row.group, row.expires, version=version, order=order)


def _conflict(row: Row, expect: int | None) -> Conflict:
    return Conflict(f"{row.kind} {row.id} is not at version {expect}")
