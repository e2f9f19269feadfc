"""The tables of the SQLite store, and how a file of an older version becomes one of this version."""

from __future__ import annotations

from collections.abc import Callable

import apsw

APPLICATION_ID = 0x616F6D31
"""Marks a SQLite file as ours, so that no other program's file is ever taken for a store."""

SPACE_SHIFT = 36
"""`order` is the number of the row's space (its scope and kind) shifted by this, plus the row's number within the space. So one B-tree
holds the rows of a space side by side in order of first put, and needs no index for it."""


def _first(connection: apsw.Connection) -> None:
    """Spaces, rows, and the logs and counters of several processes.

    `spaces.high` is the highest order that a dropped row had; a space with a NULL scope was cleared, and its rows wait to be deleted.
    `rows.key` is the id as `key_of` spells it. `above` is the order of the parent. `gone`: 0 live, 1 to be looked at by the next
    sweep, 2 looked at and kept for a descendant.
    """
    connection.execute(
        """
        CREATE TABLE spaces (number INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT, kind TEXT NOT NULL, high INTEGER NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX space_named ON spaces (scope, kind);
        CREATE TABLE rows (
            "order" INTEGER PRIMARY KEY,
            space INTEGER NOT NULL,
            gone INTEGER NOT NULL DEFAULT 0,
            version INTEGER NOT NULL DEFAULT 1,
            above INTEGER,
            expires REAL,
            key TEXT NOT NULL,
            parent TEXT,
            "group" TEXT,
            digest BLOB NOT NULL,
            body BLOB NOT NULL
        );
        CREATE UNIQUE INDEX row_named ON rows (space, key);
        CREATE INDEX row_grouped ON rows (space, "group") WHERE "group" IS NOT NULL;
        CREATE INDEX row_child ON rows (above) WHERE above IS NOT NULL;
        CREATE INDEX row_due ON rows (space, expires) WHERE gone = 0 AND expires IS NOT NULL;
        CREATE INDEX row_gone ON rows (space, gone) WHERE gone != 0;
        CREATE TABLE logs (scope TEXT NOT NULL, log TEXT NOT NULL, number INTEGER NOT NULL, entry BLOB NOT NULL,
            PRIMARY KEY (scope, log, number)) WITHOUT ROWID;
        CREATE TABLE tallies (scope TEXT NOT NULL, name TEXT NOT NULL, window REAL, value INTEGER NOT NULL,
            PRIMARY KEY (scope, name)) WITHOUT ROWID;
        """
    )
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


MIGRATIONS: list[Callable[[apsw.Connection], None]] = [_first]
"""The n-th takes a file from version n to n + 1. Never change one that was released: add the next."""


class WrongFile(Exception):
    """The file is not a store, or one of a newer version. It was not touched."""


def version_of(connection: apsw.Connection) -> int:
    """The version of the file's tables; 0 for an empty file. Raises WrongFile. Only reads."""
    try:
        version = int(connection.pragma("user_version"))
        application = int(connection.pragma("application_id"))
        empty = not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except apsw.NotADBError:
        raise WrongFile("is not a SQLite file") from None
    if application != APPLICATION_ID and not (empty and version == 0):
        raise WrongFile("is a SQLite file of another program")
    if version > len(MIGRATIONS):
        raise WrongFile(f"was written by a newer version (its tables are version {version}, this one knows {len(MIGRATIONS)}): upgrade")
    return version


def migrate(connection: apsw.Connection) -> None:
    """Bring the file's tables to this version, in one commit; of several processes the first does it and the others find it done."""
    if version_of(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version_of(connection), len(MIGRATIONS)):
            MIGRATIONS[number](connection)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


SHARED_PREFIX = 21
"""Characters that ids minted together often share."""


def key_of(id: str) -> str:
    """The id with its first 21 characters moved to its end.

    Ids that are minted together often begin with something random that they share and go on with the time. Turned round they lie
    side by side in the index in the order of minting, so that a commit of many rows writes few pages: 5 µs a row instead of 15.
    Any id may be turned so; `id_of` turns it back.
    """
    return id[SHARED_PREFIX:] + id[:SHARED_PREFIX]


def id_of(key: str) -> str:
    """The id of a key."""
    return key[-SHARED_PREFIX:] + key[:-SHARED_PREFIX]
