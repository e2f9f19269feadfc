"""Does a value satisfy a schema? The first violation in words, or None.

Covers JSON Schema 2020-12 but for dynamic references, remote references (never followed; such a schema holds for nothing) and unevaluated
members. Each pair of schema and value is judged once, so unions that nest and recursive schemas cost no more than schema x value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeGuard

from . import formats, refs
from .pattern import PatternProblem, compiled

MAX_DEPTH = 120
"""Schemas within schemas that are followed for one value; what nests deeper is a violation."""
MAX_STEPS = 200_000
"""Schemas that are applied in one validation; more is a violation."""


def validate(value: Any, schema: Any, *, root: Any = None) -> str | None:
    """The first violation of `schema` by `value`, with its place (`$.days: 9 is greater than the maximum of 7`), or None.

    `root` is the document that references point into, if not the schema itself.
    """
    return _Judge(schema if root is None else root).violation(value, schema, "$", 0)


def kinds_of(value: Any) -> tuple[str, ...]:
    """The JSON Schema types of a value; a float without fraction is an integer too."""
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return ("integer", "number")
    if isinstance(value, float):
        return ("number",)
    if isinstance(value, str):
        return ("string",)
    return ("array",) if isinstance(value, list) else ("object",)


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return len(one) == len(other) and all(key in other and same(item, other[key]) for key, item in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def identity(value: Any) -> Any:
    """A hashable stand-in, equal for the same JSON values only."""
    if isinstance(value, dict):
        return ("object", frozenset((key, identity(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("array", tuple(identity(item) for item in value))
    return (isinstance(value, bool), value)


def is_multiple(value: float, step: float) -> bool:
    """Whether the number is a multiple of the step, both read as the decimals they are written as."""
    if not (math.isfinite(value) and math.isfinite(step)) or step == 0:
        return False
    return (Fraction(str(value)) / Fraction(str(step))).denominator == 1


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a JSON number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class _Judge:
    """One validation: what it has judged already, and what it is judging."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.steps = 0
        self.known: dict[tuple[int, int], str | None] = {}
        self.open: set[tuple[int, int]] = set()

    def violation(self, value: Any, schema: Any, at: str, depth: int) -> str | None:
        if schema is False:
            return f"{at}: no value is allowed"
        if not isinstance(schema, Mapping):
            return None
        self.steps += 1
        if depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return f"{at}: nested too deep to be judged"
        pair = (id(schema), id(value))
        if pair in self.known:
            return self.known[pair]
        if pair in self.open:  # the schema asks itself about the same value: the question adds nothing
            return None
        self.open.add(pair)
        found = self._judged(value, schema, at, depth)
        self.open.discard(pair)
        self.known[pair] = found
        return found

    def _judged(self, value: Any, schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        kinds = kinds_of(value)
        wanted = schema.get("type")
        if wanted is not None:
            names = wanted if isinstance(wanted, list) else [wanted]
            if not any(kind in names for kind in kinds):
                return f"{at}: {_shown(value)} is not of type {', '.join(repr(name) for name in names)}"
        if isinstance(schema.get("enum"), list) and not any(same(value, option) for option in schema["enum"]):
            return f"{at}: {_shown(value)} is not one of the allowed values"
        if "const" in schema and not same(value, schema["const"]):
            return f"{at}: {_shown(value)} is not {_shown(schema['const'])}"
        check = _OF_KIND.get(kinds[-1])
        found = check(self, value, schema, at, depth) if check else None
        return found or self._combined(value, schema, at, depth)

    def _number(self, value: float, schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        for keyword, broken, words in _BOUNDS:
            bound = schema.get(keyword)
            if is_number(bound) and broken(value, bound):
                return f"{at}: {_shown(value)} is {words} of {_shown(bound)}"
        step = schema.get("multipleOf")
        if is_number(step) and not is_multiple(value, step):
            return f"{at}: {_shown(value)} is not a multiple of {_shown(step)}"
        return None

    def _string(self, value: str, schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        if len(value) < limit(schema, "minLength", 0):
            return f"{at}: {_shown(value)} is too short"
        if len(value) > limit(schema, "maxLength", math.inf):
            return f"{at}: {_shown(value)} is too long"
        if not matches(schema.get("pattern"), value):
            return f"{at}: {_shown(value)} does not match {schema['pattern']!r}"
        if not formats.holds(schema.get("format"), value):
            return f"{at}: {_shown(value)} is not a {schema['format']!r}"
        return None

    def _array(self, value: list[Any], schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        if len(value) < limit(schema, "minItems", 0):
            return f"{at}: the array is too short"
        if len(value) > limit(schema, "maxItems", math.inf):
            return f"{at}: the array is too long"
        if schema.get("uniqueItems") is True and len({identity(item) for item in value}) < len(value):
            return f"{at}: the array has non-unique elements"
        leading = schemas(schema.get("prefixItems"))
        rest = schema.get("items", True)
        for index, item in enumerate(value):
            inner = leading[index] if index < len(leading) else rest
            found = self.violation(item, inner, f"{at}[{index}]", depth + 1)
            if found:
                return found
        return self._contained(value, schema, at, depth)

    def _contained(self, value: list[Any], schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        if "contains" not in schema:
            return None
        count = sum(1 for item in value if self.violation(item, schema["contains"], at, depth + 1) is None)
        if count < limit(schema, "minContains", 1):
            return f"{at}: too few items are as 'contains' demands"
        return f"{at}: too many items are as 'contains' says" if count > limit(schema, "maxContains", math.inf) else None

    def _object(self, value: dict[str, Any], schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        for name in names(schema.get("required")):
            if name not in value:
                return f"{at}: {name!r} is a required property"
        if len(value) < limit(schema, "minProperties", 0):
            return f"{at}: the object has too few properties"
        if len(value) > limit(schema, "maxProperties", math.inf):
            return f"{at}: the object has too many properties"
        return self._members(value, schema, at, depth) or self._dependent(value, schema, at, depth)

    def _members(self, value: dict[str, Any], schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        declared = mapping(schema.get("properties"))
        patterned = mapping(schema.get("patternProperties"))
        others = schema.get("additionalProperties", True)
        called = schema.get("propertyNames", True)
        for name, item in value.items():
            place = f"{at}.{name}"
            rules = [declared[name]] if name in declared else []
            rules += [rule for pattern, rule in patterned.items() if matches(pattern, name)]
            if not rules and others is False:
                return f"{at}: additional properties are not allowed ({name!r} was unexpected)"
            for rule in rules or [others]:
                found = self.violation(item, rule, place, depth + 1)
                if found:
                    return found
            if called is not True and (found := self.violation(name, called, place, depth + 1)):
                return found
        return None

    def _dependent(self, value: dict[str, Any], schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        for name, needed in mapping(schema.get("dependentRequired")).items():
            for other in names(needed) if name in value else ():
                if other not in value:
                    return f"{at}: {other!r} is a dependency of {name!r}"
        for name, rule in mapping(schema.get("dependentSchemas")).items():
            if name in value and (found := self.violation(value, rule, at, depth + 1)):
                return found
        return None

    def _combined(self, value: Any, schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        if "$ref" in schema:
            inner = refs.resolve(self.root, schema["$ref"])
            if inner is refs.MISSING:
                return f"{at}: the reference {schema['$ref']!r} cannot be resolved"
            if found := self.violation(value, inner, at, depth + 1):
                return found
        for branch in schemas(schema.get("allOf")):
            if found := self.violation(value, branch, at, depth + 1):
                return found
        return self._union(value, schema, at, depth) or self._conditional(value, schema, at, depth)

    def _union(self, value: Any, schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        some = schema.get("anyOf")
        if isinstance(some, list) and not any(self.violation(value, branch, at, depth + 1) is None for branch in some):
            return f"{at}: {_shown(value)} is not valid under any of the given schemas"
        one = schema.get("oneOf")
        if isinstance(one, list):
            count = sum(1 for branch in one if self.violation(value, branch, at, depth + 1) is None)
            if count != 1:
                return f"{at}: {_shown(value)} is valid under {count or 'none'} of the given schemas, not under one"
        return None

    def _conditional(self, value: Any, schema: Mapping[str, Any], at: str, depth: int) -> str | None:
        if "not" in schema and self.violation(value, schema["not"], at, depth + 1) is None:
            return f"{at}: {_shown(value)} should not be valid under the schema of 'not'"
        if "if" in schema:
            branch = "then" if self.violation(value, schema["if"], at, depth + 1) is None else "else"
            return self.violation(value, schema.get(branch, True), at, depth + 1)
        return None


def matches(pattern: Any, text: str) -> bool:
    """Whether the client's pattern is found in the text. A pattern that cannot be compiled says nothing."""
    if not isinstance(pattern, str):
        return True
    try:
        return compiled(pattern).found_in(text)
    except PatternProblem:
        return True


_BOUNDS: tuple[tuple[str, Callable[[float, float], bool], str], ...] = (
    ("minimum", lambda value, bound: value < bound, "less than the minimum"),
    ("maximum", lambda value, bound: value > bound, "greater than the maximum"),
    ("exclusiveMinimum", lambda value, bound: value <= bound, "not greater than the exclusive minimum"),
    ("exclusiveMaximum", lambda value, bound: value >= bound, "not less than the exclusive maximum"),
)

_OF_KIND: dict[str, Callable[[_Judge, Any, Mapping[str, Any], str, int], str | None]] = {
    "number": _Judge._number,
    "string": _Judge._string,
    "array": _Judge._array,
    "object": _Judge._object,
}


def limit(schema: Mapping[str, Any], keyword: str, default: float) -> float:
    """The number under the keyword, or the default where there is none."""
    bound = schema.get(keyword)
    return bound if is_number(bound) else default


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one: a malformed keyword says nothing."""
    return value if isinstance(value, Mapping) else {}


def schemas(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def names(value: Any) -> list[str]:
    """The strings of an array."""
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


_SHOWN = 60


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "the object" if isinstance(value, dict) else "the array"
    if isinstance(value, int) and value.bit_length() > 4000:  # Python refuses to print these
        return "the number"
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
