"""A schema without indirection: references followed and `allOf` merged, so that what is left is one list of keywords and its unions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import refs
from .problem import Unsatisfiable
from .validate import is_number, mapping, names, same, schemas

MAX_PARTS = 2000
"""Schemas that may be merged into one."""


@dataclass(slots=True)
class Flat:
    """`keywords` hold together; of each union in `unions` one branch must hold as well (exactly one, where the schema said oneOf).

    `targets` are the ids of the referenced schemas on the way: how recursion is seen. `loose` says that keywords are left which are not
    built but only judged (not, contains, two patterns …).
    """

    keywords: dict[str, Any] = field(default_factory=dict)
    unions: list[list[Any]] = field(default_factory=list)
    targets: set[int] = field(default_factory=set)
    loose: bool = False


_JUDGED = frozenset(
    ("not", "contains", "propertyNames", "dependentRequired", "dependentSchemas", "patternProperties", "minProperties", "maxProperties")
)


def flatten(root: Any, parts: list[Any], path: str) -> Flat:
    """All of `parts` (schemas that must hold together) as one. Raises Unsatisfiable where they contradict each other plainly."""
    flat = Flat()
    waiting = list(reversed(parts))
    count = 0
    while waiting:
        schema = waiting.pop()
        count += 1
        if schema is False:
            raise Unsatisfiable(path, "no value is allowed")
        if count > MAX_PARTS:
            raise Unsatisfiable(path, "too many schemas hold at once")
        if isinstance(schema, Mapping):
            _take(root, schema, flat, waiting, path)
    return flat


def _take(root: Any, schema: Mapping[str, Any], flat: Flat, waiting: list[Any], path: str) -> None:
    waiting.extend(reversed(schemas(schema.get("allOf"))))
    if "$ref" in schema:
        inner = refs.resolve(root, schema["$ref"])
        if inner is refs.MISSING:
            raise Unsatisfiable(path, f"the reference {schema['$ref']!r} cannot be resolved")
        if id(inner) in flat.targets:
            raise Unsatisfiable(path, "the reference leads to itself")
        flat.targets.add(id(inner))
        waiting.append(inner)
    for keyword in ("anyOf", "oneOf"):
        if isinstance(schema.get(keyword), list):
            flat.unions.append(schema[keyword])
            flat.loose |= keyword == "oneOf"
    if "if" in schema:
        flat.unions.append([{"allOf": [schema["if"], schema.get("then", True)]}, schema.get("else", True)])
        flat.loose = True
    for keyword, value in schema.items():
        if keyword not in _STRUCTURE:
            _merge(flat, keyword, value, path)
    _merge_members(flat, schema)


_STRUCTURE = frozenset(
    (
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "then",
        "else",
        "properties",
        "additionalProperties",
        "$defs",
        "definitions",
        "$schema",
        "$id",
    )
)


def _merge(flat: Flat, keyword: str, value: Any, path: str) -> None:
    keywords = flat.keywords
    flat.loose |= keyword in _JUDGED
    if keyword == "const":
        keyword, value = "enum", [value]
    if keyword not in keywords:
        keywords[keyword] = value
    elif keyword == "type":
        keywords["type"] = _common_types(keywords["type"], value)
        if not keywords["type"]:
            raise Unsatisfiable(path, "the types exclude each other")
    elif keyword == "enum":
        keywords["enum"] = [option for option in schemas(keywords["enum"]) if any(same(option, other) for other in schemas(value))]
    elif keyword == "required":
        keywords["required"] = list(dict.fromkeys([*names(keywords["required"]), *names(value)]))
    elif keyword in _TIGHTER and is_number(value) and is_number(keywords[keyword]):
        keywords[keyword] = _TIGHTER[keyword](keywords[keyword], value)
    elif keyword == "multipleOf" and isinstance(value, int) and isinstance(keywords[keyword], int):
        keywords[keyword] = math.lcm(keywords[keyword], value)
    elif keyword == "items":
        keywords["items"] = {"allOf": [keywords["items"], value]}
    elif keyword == "uniqueItems":
        keywords[keyword] = keywords[keyword] is True or value is True
    elif keyword not in _SAID and not same(keywords[keyword], value):
        flat.loose = True


_TIGHTER: dict[str, Callable[[float, float], float]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
_SAID = frozenset(("title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly"))


def _common_types(one: Any, other: Any) -> list[str]:
    here = one if isinstance(one, list) else [one]
    there = other if isinstance(other, list) else [other]
    both = [name for name in here if name in there or (name == "integer" and "number" in there)]
    return both + ["integer" for name in there if name == "integer" and "number" in here and "integer" not in both]


def _merge_members(flat: Flat, schema: Mapping[str, Any]) -> None:
    """Properties add up; what one schema says of its other properties holds for those that only the other one declares."""
    if "properties" not in schema and "additionalProperties" not in schema:
        return
    keywords = flat.keywords
    here, there = mapping(keywords.get("properties")), mapping(schema.get("properties"))
    first = "properties" not in keywords and "additionalProperties" not in keywords
    rest_here, rest_there = keywords.get("additionalProperties", True), schema.get("additionalProperties", True)
    merged: dict[str, Any] = {}
    for name in (*here, *(name for name in there if name not in here)):
        one = here.get(name, True if first else rest_here)
        other = there.get(name, rest_there)
        merged[name] = _both(one, other)
    if merged:
        keywords["properties"] = merged
    if rest_here is not True or rest_there is not True:
        keywords["additionalProperties"] = _both(rest_here, rest_there)


def _both(one: Any, other: Any) -> Any:
    if one is True or one == {}:
        return other
    if other is True or other == {}:
        return one
    if one is False or other is False:
        return False
    return {"allOf": [one, other]}
