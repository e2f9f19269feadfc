"""How tools are declared: checked and echoed by the rows of declarations.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..azure import tables
from ..azure.shapes import Check, Shapes, rooted
from ..wire.json import loads
from ..wire.refusal import Refusal
from ..wire.types import Object

SIZES = ("1024x1024", "1024x1536", "1536x1024", "auto")
"""The sizes that the service's description names; others are taken as WIDTHxHEIGHT (client library types)."""
LONGEST_SIDE = 4096
"""Pixels that a side of a picture may have (assumed)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tool type: its check, what the echo shows where the request was silent, and what it never shows."""

    check: Check
    absent: Mapping[str, object]
    hidden: frozenset[str]


@cache
def rows() -> Mapping[str, Row]:
    """Tool type -> its row."""
    table = tables.load("declarations")
    shapes = Shapes(table["shapes"], {"image_size": _image_size})
    return {
        kind: Row(
            shapes.compile(row["is"]),
            {name: loads(value) for name, value in row.get("echo", {}).items()},
            frozenset(row.get("hidden", ())),
        )
        for kind, row in table["tools"].items()
    }


def check(spec: Object, at: str) -> None:
    """Raise the refusal of a declaration that its row does not take."""
    try:
        rows()[spec["type"]].check(spec)
    except Refusal as refusal:
        raise rooted(refusal, at) from None


def echo(spec: Object) -> Object:
    """The declaration with what was left out, and without what is never shown. `null` is the same as leaving it out."""
    row = rows()[spec["type"]]
    given = {name: value for name, value in spec.items() if value is not None and name not in row.hidden}
    return laid_out({**row.absent, **given})


def laid_out(spec: Object) -> Object:
    """`type`, then the other members in alphabetical order (recorded)."""
    return {"type": spec["type"], **{name: spec[name] for name in sorted(spec) if name != "type"}}


def size_of(value: object) -> tuple[int, int] | None:
    """Width and height of a picture; None where the size is no size. `auto` is a square."""
    if value in (None, "auto"):
        return 1024, 1024
    width, _, height = str(value).partition("x")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit() and len(width) < 5 and len(height) < 5):
        return None
    return (int(width), int(height)) if 0 < int(width) <= LONGEST_SIDE and 0 < int(height) <= LONGEST_SIDE else None


def _image_size(value: str) -> None:
    if size_of(value) is None:
        raise Refusal("invalid_value", got=value, supported=SIZES)
