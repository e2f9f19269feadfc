# ruff: noqa: S608 - joined from the constants of this file alone; what clients say is only ever bound
"""What the SQLite store says to its database."""

from __future__ import annotations

from .schema import SPACE_SHIFT

SLICE = 64
"""Rows that a sweep touches in one turn of the loop: about a millisecond."""

_SPACE = "(SELECT number FROM spaces WHERE scope = ?1 AND kind = ?2)"
_ROW = f"space = {_SPACE} AND key = ?3"
_COLUMNS = 'body, digest, parent, "group", expires, gone, version, "order", key'


def _within(number: str) -> str:
    """The rows of the space of that number, as a range of the table."""
    return f'"order" > {number} << {SPACE_SHIFT} AND "order" < ({number} + 1) << {SPACE_SHIFT}'


# A put is given (scope, kind, key, body, digest, parent, group, expires, the parent's key), and PUT_OLD the version besides.
_NEXT = f"""max(high, number << {SPACE_SHIFT}, coalesce((SELECT max("order") FROM rows WHERE {_within("number")}), 0)) + 1"""
_INSERT = f"""INSERT INTO rows ("order", space, key, body, digest, parent, "group", expires, above)
    SELECT {_NEXT}, number, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT "order" FROM rows WHERE space = number AND key = ?9)
    FROM spaces WHERE scope = ?1 AND kind = ?2 ON CONFLICT (space, key)"""
_SET = 'body = ?4, digest = ?5, "group" = ?7, expires = ?8, gone = 0, version = version + 1'
PUT_NEW = f"{_INSERT} DO NOTHING"
PUT_ANY = f'{_INSERT} DO UPDATE SET {_SET} RETURNING version, "order", parent'
PUT_OLD = f'UPDATE rows SET {_SET} WHERE {_ROW} AND gone = 0 AND version = ?10 RETURNING version, "order", parent'
NEED_SPACE = f"INSERT INTO spaces (scope, kind) SELECT ?1, ?2 WHERE {_SPACE} IS NULL"

# Of one row: given (scope, kind, key), and LINEAGE the most rows besides.
GET = f"SELECT {_COLUMNS} FROM rows WHERE {_ROW} AND gone = 0"
DELETE = f"UPDATE rows SET gone = 1 WHERE {_ROW} AND gone = 0"
PLACE = f'SELECT "order" FROM rows WHERE {_ROW}'
LINEAGE = f"""WITH RECURSIVE line (at, above, steps) AS (
        SELECT "order", above, 1 FROM rows WHERE {_ROW}
        UNION ALL SELECT rows."order", rows.above, steps + 1 FROM line JOIN rows ON rows."order" = line.above WHERE steps < ?4
    ) SELECT {_COLUMNS} FROM rows WHERE "order" IN (SELECT at FROM line) ORDER BY "order" """


def page(*, grouped: bool, descending: bool) -> str:
    """Given (scope, kind, the order to go on after, the most rows), and the group besides if `grouped`."""
    beyond = f'"order" {"<" if descending else ">"} coalesce(?3, {1 << 62 if descending else 0})'
    among = f'space = {_SPACE} AND "group" = ?5' if grouped else _within(_SPACE)
    return f"""SELECT {_COLUMNS} FROM rows WHERE gone = 0 AND {beyond} AND {among}
        ORDER BY "order" {"DESC" if descending else "ASC"} LIMIT ?4"""


PAGES = {(grouped, descending): page(grouped=grouped, descending=descending) for grouped in (False, True) for descending in (False, True)}

# Sweeping: given the number of a space.
OVERDUE = f"""SELECT "order" FROM rows INDEXED BY row_due
    WHERE space = ?1 AND gone = 0 AND expires IS NOT NULL AND expires <= ?2 LIMIT {SLICE}"""
HIDE = 'UPDATE rows SET gone = 1 WHERE "order" = ?1'
NEWLY_GONE = f"""SELECT "order", above FROM rows INDEXED BY row_gone
    WHERE space = ?1 AND gone != 0 AND gone = 1 ORDER BY "order" DESC LIMIT {SLICE}"""
DROP = 'DELETE FROM rows WHERE "order" = ?1 AND NOT EXISTS (SELECT 1 FROM rows WHERE above = ?1)'
KEEP = 'UPDATE rows SET gone = 2 WHERE "order" = ?1'
LOOK_AGAIN = 'UPDATE rows SET gone = 1 WHERE "order" = ?1 AND gone = 2'
RAISE_HIGH = "UPDATE spaces SET high = max(high, ?2) WHERE number = ?1"
SPACES_OF = "SELECT number FROM spaces WHERE scope = ?1"
DROP_IF_EMPTY = f"DELETE FROM spaces WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM rows WHERE {_within('number')})"

# Clearing: a scope, then the spaces that have none.
DISOWN = "UPDATE spaces SET scope = NULL WHERE scope = ?1"
DISOWNED = "SELECT number FROM spaces WHERE scope IS NULL"
FORGET = f'DELETE FROM rows WHERE "order" IN (SELECT "order" FROM rows WHERE {_within("?1")} LIMIT {4 * SLICE})'
DROP_SPACE = "DELETE FROM spaces WHERE number = ?1"

# Logs: given (scope, log); counters: given (scope, name, window, amount).
LAST_ENTRY = "SELECT coalesce(max(number), 0) FROM logs WHERE scope = ?1 AND log = ?2"
ADD_ENTRY = "INSERT INTO logs VALUES (?1, ?2, ?3, ?4)"
DROP_ENTRIES = "DELETE FROM logs WHERE scope = ?1 AND log = ?2 AND number <= ?3"
EMPTY_LOG = "DELETE FROM logs WHERE scope = ?1 AND log = ?2"
ENTRIES = "SELECT entry FROM logs WHERE scope = ?1 AND log = ?2 ORDER BY number DESC LIMIT ?3"
TALLY = """INSERT INTO tallies VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE
    SET value = ?4 + iif(window IS ?3, value, 0), window = ?3 RETURNING value"""
CLEAR_LOGS = "DELETE FROM logs WHERE scope = ?1"
CLEAR_TALLIES = "DELETE FROM tallies WHERE scope = ?1"

# Everything.
SCOPES = f"""SELECT DISTINCT scope FROM spaces WHERE scope IS NOT NULL
    AND EXISTS (SELECT 1 FROM rows WHERE {_within("number")}) ORDER BY scope"""
COUNT = """SELECT kind, sum((SELECT count(*) FROM rows INDEXED BY row_named WHERE space = number)
        - (SELECT count(*) FROM rows INDEXED BY row_gone WHERE space = number AND gone != 0)) AS living
    FROM spaces WHERE scope IS NOT NULL AND (?1 IS NULL OR scope = ?1) GROUP BY kind HAVING living"""
