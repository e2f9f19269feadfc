"""Lists as the API pages them: `limit`, `order`, `after`, `before`; key order as recorded."""

from __future__ import annotations

from collections.abc import Sequence

from ..wire.refusal import Refusal
from ..wire.types import Object
from .call import Call

DEFAULT_LIMIT = 20
"""Objects in a page without `limit` (documented)."""
MOST = 100
"""The highest `limit` (documented)."""


def integer(call: Call, name: str, *, least: int, most: int | None = None) -> int | None:
    """A whole number from the query, within its bounds. Raises the service's refusals."""
    given = call.first(name)
    if given is None:
        return None
    digits = given[1:] if given.startswith("-") else given
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise Refusal("invalid_type", param=name, expected="an integer", got="a string")
    value = int(given)
    if value < least:
        raise Refusal("integer_below_min_value", param=name, minimum=least, got=value)
    if most is not None and value > most:
        raise Refusal("integer_above_max_value", param=name, maximum=most, got=value)
    return value


def flag(call: Call, name: str) -> bool | None:
    """`true` or `false` from the query; None where absent. Refuses anything else."""
    given = call.first(name)
    if given is None:
        return None
    if given.lower() not in ("true", "false"):
        raise Refusal("invalid_type", param=name, expected="a boolean", got="a string")
    return given.lower() == "true"


def order(call: Call, default: str = "desc") -> str:
    """`asc` or `desc`. Refuses anything else."""
    given = call.first("order")
    if given is None:
        return default
    if given not in ("asc", "desc"):
        raise Refusal("invalid_value", param="order", got=given, supported=("asc", "desc"))
    return given


def page(
    call: Call, objects: Sequence[Object], *, key: str = "id", most: int = MOST, default: int = DEFAULT_LIMIT, usual: str = "desc"
) -> Object:
    """One page of the objects, which come oldest first; in the `usual` order where none is asked for.

    An `after` or `before` that is not among them gives an empty page.
    """
    limit = integer(call, "limit", least=1, most=most) or default
    ordered = list(objects) if order(call, usual) == "asc" else list(reversed(objects))
    ids = [entry[key] for entry in ordered]
    after, before = call.first("after"), call.first("before")
    if after is not None:
        start = ids.index(after) + 1 if after in ids else len(ids)
        ordered, ids = ordered[start:], ids[start:]
    if before is not None:
        end = ids.index(before) if before in ids else 0
        rest = ordered[:end]
        shown, more = rest[-limit:], len(rest) > limit
    else:
        shown, more = ordered[:limit], len(ordered) > limit
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0][key] if shown else None,
        "has_more": more,
        "last_id": shown[-1][key] if shown else None,
    }
