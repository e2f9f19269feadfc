"""What files, vector stores and containers take, by the rows of files.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from ..wire.refusal import Refusal
from ..wire.types import Object
from . import tables
from .profiles import Profile
from .shapes import Check, Shapes, rooted

TABLE = "files"


@dataclass(frozen=True, slots=True)
class Purpose:
    """How the ids of files of one purpose are spelled, and the shortest life in seconds that may be asked for."""

    prefix: str
    signs: int
    least: int


def purpose(name: str | None, profile: Profile) -> Purpose:
    """The row of a purpose. Raises `invalid_file_purpose` for one that Azure does not take."""
    if name is None:
        raise Refusal("missing_required_parameter", param="purpose")
    row = tables.load(TABLE)["purposes"].get(name)
    if row is None:
        known = ", ".join(tables.load(TABLE)["purposes"])
        raise Refusal("invalid_file_purpose", hint=f"the {profile.name} profile takes {known}; {name[:60]!r} is none of them")
    return Purpose(row["prefix"], int(row["signs"]), int(row["least"]))


def limit(name: str) -> int:
    """A row of `limits`."""
    return int(tables.load(TABLE)["limits"][name]["value"])


def default(name: str) -> int:
    """A row of `defaults`."""
    return int(tables.load(TABLE)["defaults"][name]["value"])


def supported(filename: str) -> bool:
    """Whether a vector store reads files of this name."""
    return PurePosixPath(filename.lower()).suffix not in tables.load(TABLE)["unsupported"]["suffixes"]


def check(kind: str, body: Any) -> Object:
    """The body of an operation, `null` members left out. Raises the first refusal of its row in `bodies`."""
    given = {} if body is None else body
    if not isinstance(given, dict):
        raise Refusal("invalid_json")
    try:
        _bodies()[kind](given)
    except Refusal as refusal:
        raise rooted(refusal, "") from None
    return {name: value for name, value in given.items() if value is not None}


def chunking(given: Object | None) -> Object:
    """The strategy in force, in the form in which it is shown. Raises where the overlap is more than half of a chunk."""
    size, overlap = default("chunk_tokens"), default("chunk_overlap")
    if given is not None and given["type"] == "static":
        size, overlap = given["static"]["max_chunk_size_tokens"], given["static"]["chunk_overlap_tokens"]
        if overlap > size // 2:
            reason = "'chunk_overlap_tokens' must not exceed half of 'max_chunk_size_tokens'."
            raise Refusal("invalid_parameter", param="chunking_strategy.static.chunk_overlap_tokens", reason=reason)
    return {"type": "static", "static": {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}}


@cache
def _bodies() -> Mapping[str, Check]:
    table = tables.load(TABLE)
    shapes = Shapes(table["shapes"])
    return {kind: shapes.compile(row) for kind, row in table["bodies"].items()}
