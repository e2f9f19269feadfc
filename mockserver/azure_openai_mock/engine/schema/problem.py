"""What is wrong with a schema: it is refused by the service, or no value can satisfy it."""

from __future__ import annotations

from collections.abc import Sequence


class SchemaProblem(Exception):
    """The service would refuse this schema. `message` is what it says, without naming the tool or format; `path` is where in the schema.

    `key` is the row of the table of problems, `at` the parameter that holds the schema (`tools[0].parameters`).
    """

    def __init__(self, message: str, path: Sequence[str] = (), *, key: str = "", at: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(path)
        self.key = key
        self.at = at


class Unsatisfiable(Exception):
    """No value of a reasonable size satisfies the schema at `path` (a JSON pointer into the value)."""

    def __init__(self, path: str, reason: str = "") -> None:
        super().__init__(f"{reason or 'no value satisfies the schema'} at {path or '/'}")
        self.path = path
        self.reason = reason
