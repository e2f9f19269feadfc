"""The parameters of `POST /embeddings`, checked against the rows of embeddings.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from ..wire.refusal import Refusal
from ..wire.types import Object
from . import tables
from .models import ModelRow
from .shapes import Check, Shapes, rooted

TABLE = "embeddings"
Input: TypeAlias = str | list[int]
"""One text, or its tokens."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a model gives: `dimensions` numbers, or `fewer` where it can."""

    dimensions: int
    fewer: bool


def vectors_of(model: ModelRow) -> Vectors:
    """The row of a model; one that the table does not know is like the first."""
    rows: dict[str, Any] = tables.load(TABLE)["models"]
    row = rows.get(model.name) or next(iter(rows.values()))
    return Vectors(int(row["dimensions"]), row["fewer"] == "true")


def limit(name: str) -> int:
    """`inputs`: how many in one request; `tokens`: how many in one input."""
    return int(tables.load(TABLE)["limits"][name]["value"])


def check(body: Object, *, model: ModelRow) -> list[Input]:
    """The inputs. Raises the first refusal."""
    checks = _checks()
    for name, value in body.items():
        if name not in checks:
            raise Refusal("unrecognized_argument", name=name)
        if value is not None:
            try:
                checks[name](value)
            except Refusal as refusal:
                raise rooted(refusal, name) from None
    if body.get("input") is None:
        raise Refusal("missing_required_parameter", param="input")
    asked, given = body.get("dimensions"), vectors_of(model)
    if asked is not None and not given.fewer:
        raise Refusal("dimensions_unsupported")
    if asked is not None and asked > given.dimensions:
        raise Refusal("integer_above_max_value", param="dimensions", maximum=given.dimensions, got=asked)
    return _inputs(body["input"])


def _inputs(given: Any) -> list[Input]:
    listed = given if isinstance(given, list) and given and not _tokens(given) else [given]
    if len(listed) > limit("inputs"):
        raise Refusal("array_above_max_length", param="input", maximum=limit("inputs"), length=len(listed))
    for one in listed:
        if not (isinstance(one, str) and one) and not (isinstance(one, list) and _tokens(one)):
            raise Refusal("invalid_input_reference", param="input")
    return listed


def _tokens(given: Sequence[Any]) -> bool:
    return bool(given) and all(type(token) is int and token >= 0 for token in given)


@cache
def _checks() -> dict[str, Check]:
    shapes = Shapes()
    return {name: shapes.compile(row["is"]) for name, row in tables.load(TABLE)["parameters"].items()}
