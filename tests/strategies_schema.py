"""Schemas for property tests: the strict subset of structured outputs, and JSON Schema at large."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

PATTERNS = (
    r"^[A-Z]{2,3}-\d+$",
    r"^[a-z][a-z0-9_]*$",
    r"^(foo|ba[rz])(,(foo|ba[rz]))*$",
    r"\d{3}",
    r"^@[a-zA-Z0-9_]+$",
    r"^[^abc]{1,5}$",
    r"^(a+)+$",
    r"^\w+@\w+\.(com|org)$",
    r"^$|^x{3}$",
    r"^(?=.*\d)(?=.*[a-z]).{4,12}$",
)
FORMATS = ("date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
NAMES = ("city", "unit", "days", "name", "id", "start_date", "email", "note", "a", "b", "x y", "ключ", "items", "a/b~c")
DEFINITIONS = ("node", "item", "leaf")

Schema = dict[str, Any]


@st.composite
def _bounds(draw: st.DrawFn, low: str, high: str, most: int) -> Schema:
    first, second = sorted((draw(st.integers(0, most)), draw(st.integers(0, most))))
    return {key: value for key, value in ((low, first), (high, second)) if draw(st.booleans())}


@st.composite
def strings(draw: st.DrawFn, *, formats: bool = True) -> Schema:
    kind = draw(st.sampled_from(("plain", "bounded", "pattern", "format" if formats else "plain")))
    extra: Schema = {}
    if kind == "bounded":
        extra = draw(_bounds("minLength", "maxLength", 30))
    elif kind == "pattern":
        extra = {"pattern": draw(st.sampled_from(PATTERNS))}
    elif kind == "format":
        extra = {"format": draw(st.sampled_from(FORMATS))}
    return {"type": "string", **extra}


@st.composite
def numbers(draw: st.DrawFn) -> Schema:
    kind = draw(st.sampled_from(("integer", "number")))
    schema: Schema = {"type": kind}
    low = draw(st.integers(-1000, 1000) if kind == "integer" else st.sampled_from((-10.5, -1, 0, 0.25, 3, 99.9)))
    if draw(st.booleans()):
        schema[draw(st.sampled_from(("minimum", "exclusiveMinimum")))] = low
    if draw(st.booleans()):
        schema[draw(st.sampled_from(("maximum", "exclusiveMaximum")))] = low + draw(st.integers(2, 500))
    step = draw(st.sampled_from((None, None, 1, 2, 0.5)))
    if step is not None:
        schema["multipleOf"] = step
    return schema


_scalars = st.none() | st.booleans() | st.integers(-50, 50) | st.text("abc", max_size=5)


def _typed(options: list[Any]) -> Schema:
    kinds = {"null" if o is None else "boolean" if isinstance(o, bool) else "integer" if isinstance(o, int) else "string" for o in options}
    return {"type": sorted(kinds) if len(kinds) > 1 else kinds.pop(), "enum": options}


def _leaves(*, formats: bool) -> st.SearchStrategy[Schema]:
    enums = st.lists(_scalars, min_size=1, max_size=4, unique_by=repr).map(_typed)
    plain = st.sampled_from(({"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {"type": "string", "const": "k"}))
    return st.one_of(strings(formats=formats), numbers(), enums, plain)


@st.composite
def _objects(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    return {
        "type": draw(st.sampled_from(("object", "object", ["object", "null"]))),
        "properties": {name: draw(inner) for name in names},
        "required": names,
        "additionalProperties": False,
    }


@st.composite
def _arrays(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    return {"type": "array", "items": draw(inner), **draw(_bounds("minItems", "maxItems", 4))}


@st.composite
def strict_schemas(draw: st.DrawFn, *, formats: bool = True) -> Schema:
    """Schemas that strict mode takes: nested, recursive, with `$defs`, unions, bounds, formats and patterns. All have a finite value."""
    defined = draw(st.lists(st.sampled_from(DEFINITIONS), max_size=3, unique=True))
    leaves = _leaves(formats=formats)
    if defined:
        references = st.sampled_from(defined).map(lambda name: {"$ref": f"#/$defs/{name}"})
        # A reference may lead back here, so that there is always a way out: null, or an empty array.
        leaves |= references.map(lambda ref: {"anyOf": [ref, {"type": "null"}]}) | references.map(
            lambda ref: {"type": "array", "items": ref}
        )
    unions = lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches})  # noqa: E731
    schemas = st.recursive(leaves, lambda inner: _objects(inner) | _arrays(inner) | unions(inner), max_leaves=8)
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    root: Schema = {
        "type": "object",
        "properties": {name: draw(schemas) for name in names},
        "required": names,
        "additionalProperties": False,
    }
    # What is defined has a value between itself and the next reference: a judge that follows references blindly would not come back.
    definitions = _leaves(formats=formats) | _objects(schemas) | _arrays(schemas)
    return {**root, "$defs": {name: draw(definitions) for name in defined}} if defined else root


@st.composite
def general_schemas(draw: st.DrawFn) -> Any:
    """Schemas beyond the strict subset. Not all of them have a value."""
    leaves = _leaves(formats=False) | st.sampled_from((True, {}, {"minimum": 3}, {"minLength": 2}, {"const": [1]}))
    return draw(st.recursive(leaves, _combined, max_leaves=8))


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    closed = st.booleans() | inner
    return st.one_of(
        st.fixed_dictionaries({"properties": named, "required": names, "additionalProperties": closed}),
        st.fixed_dictionaries({"type": st.just("object"), "additionalProperties": inner, "minProperties": st.integers(0, 3)}),
        st.fixed_dictionaries(
            {"type": st.just("object"), "patternProperties": st.dictionaries(st.just("^x_"), inner), "properties": named}
        ),
        st.fixed_dictionaries({"items": inner, "minItems": st.integers(0, 3), "uniqueItems": st.booleans()}),
        st.fixed_dictionaries({"type": st.just("array"), "prefixItems": some, "items": closed, "minItems": st.integers(0, 3)}),
        st.fixed_dictionaries({"type": st.just("array"), "contains": inner, "minContains": st.integers(0, 2)}),
        st.fixed_dictionaries({"anyOf": some}),
        st.fixed_dictionaries({"oneOf": some}),
        st.fixed_dictionaries({"allOf": some}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": named, "dependentRequired": st.dictionaries(st.sampled_from(NAMES), names)}
        ),
        st.fixed_dictionaries({"not": inner}),
    )


def judged_valid(value: Any, schema: Any) -> bool:
    """What an independent validator says, formats included as far as it knows them."""
    return bool(Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).is_valid(value))


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """The value with something changed somewhere."""
    value = json.loads(json.dumps(value))
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(value)))
        if draw(st.booleans()):
            return {**value, name: draw(mutated(value[name]))}
        return {key: item for key, item in value.items() if key != name}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], draw(mutated(value[index])), *value[index + 1 :]]
    if isinstance(value, str) and draw(st.booleans()):
        return draw(st.sampled_from((value + "x", value[:-1], value.upper(), value + value)))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and draw(st.booleans()):
        return draw(st.sampled_from((value + 1, value - 1, value + 0.5, -value, float(value))))
    return draw(st.sampled_from((None, True, 0, 1, 2.5, "", "abc", [], [1], {}, {"city": "x"})))
