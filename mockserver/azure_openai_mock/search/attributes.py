"""Filters over the attributes of files: comparisons, and `and`/`or` of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..azure.shapes import kind_of, wrong_type
from ..wire.refusal import Refusal
from ..wire.types import Object

DEEPEST = 10
"""Filters within filters."""


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Only values of one kind have an order."""

    def compare(found: Any, wanted: Any) -> bool:
        numbers = isinstance(found, (int, float)) and isinstance(wanted, (int, float))
        return (numbers or (isinstance(found, str) and isinstance(wanted, str))) and test(found, wanted)

    return compare


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, wanted: _same(found, wanted),
    "ne": lambda found, wanted: not _same(found, wanted),
    "gt": _ordered(lambda found, wanted: found > wanted),
    "gte": _ordered(lambda found, wanted: found >= wanted),
    "lt": _ordered(lambda found, wanted: found < wanted),
    "lte": _ordered(lambda found, wanted: found <= wanted),
    "in": lambda found, wanted: any(_same(found, one) for one in wanted),
    "nin": lambda found, wanted: not any(_same(found, one) for one in wanted),
}
COMPOUNDS = ("and", "or")


def _same(found: Any, wanted: Any) -> bool:
    """Equal, and of one kind: true is not 1."""
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)


def check(given: Any, at: str, *, depth: int = 0) -> None:
    """Raise the refusal of a filter that is none."""
    if not isinstance(given, dict):
        raise wrong_type("an object", given, param=at)
    if "type" not in given:
        raise Refusal("missing_required_parameter", param=f"{at}.type")
    kind = given["type"]
    if not isinstance(kind, str):
        raise wrong_type("a string", kind, param=f"{at}.type")
    if kind in COMPOUNDS:
        inner = given.get("filters")
        if not isinstance(inner, list):
            raise Refusal("invalid_type", param=f"{at}.filters", expected="an array of objects", got=kind_of(inner))
        if depth >= DEEPEST:
            raise Refusal("invalid_parameter", param=at, reason=f"filters may nest {DEEPEST} deep.")
        for index, one in enumerate(inner):
            check(one, f"{at}.filters[{index}]", depth=depth + 1)
        return
    if kind not in COMPARISONS:
        raise Refusal("invalid_value", param=f"{at}.type", got=kind, supported=(*COMPARISONS, *COMPOUNDS))
    for name in ("key", "value"):
        if name not in given:
            raise Refusal("missing_required_parameter", param=f"{at}.{name}")
    if not isinstance(given["key"], str):
        raise wrong_type("a string", given["key"], param=f"{at}.key")
    if kind in ("in", "nin") and not isinstance(given["value"], list):
        raise wrong_type("an array", given["value"], param=f"{at}.value")
    if not isinstance(given["value"], (str, int, float, list)):
        raise wrong_type("one of a string, number, boolean, or array", given["value"], param=f"{at}.value")


def matches(given: Object | None, attributes: Mapping[str, Any]) -> bool:
    """Whether a file with these attributes passes; what it lacks equals nothing."""
    if given is None:
        return True
    if given["type"] in COMPOUNDS:
        each = (matches(one, attributes) for one in given["filters"])
        return all(each) if given["type"] == "and" else any(each)
    return COMPARISONS[given["type"]](attributes.get(given["key"]), given["value"])
