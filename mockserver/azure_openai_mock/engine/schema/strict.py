"""What the service says about a schema: the strict subset, the few demands it makes of any schema, and how it completes one.

Each row of `PROBLEMS` is what the service says, where that was seen, and how sure that is. `{context}` is its own notation for a place in
the schema, a Python tuple: `('properties', 'file')`. The words before it ("Invalid schema for function 'f': ") belong to the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from . import refs
from .pattern import PatternProblem, compiled
from .problem import SchemaProblem
from .validate import mapping, names, schemas

Confidence: TypeAlias = Literal["recorded", "documented", "observed", "assumed"]


class Row(NamedTuple):
    """One thing the service says."""

    message: str
    source: str
    confidence: Confidence


_REPORTS = "error messages quoted in public issue threads"
_WORDS = "the words of the validator that other messages come from"
_REQUIRED = "In context={context}, 'required' is required to be supplied and to be an array including every key in properties. "
_REDUCE = "or use 'strict: false' to opt out of structured outputs."

PROBLEMS: dict[str, Row] = {
    "not_a_schema": Row("{value} is not of type 'object', 'boolean'.", _REPORTS, "observed"),
    "not_of_type": Row("{value} is not of type '{expected}'.", _REPORTS, "observed"),
    "unknown_type": Row("{value} is not valid under any of the given schemas.", _REPORTS, "observed"),
    "non_unique": Row("{value} has non-unique elements.", _WORDS, "assumed"),
    "empty": Row("{value} should be non-empty.", _WORDS, "assumed"),
    "below_minimum": Row("{value} is less than the minimum of {bound}.", _WORDS, "assumed"),
    "not_a_regex": Row("{value} is not a 'regex'.", _WORDS, "assumed"),
    "root_not_object": Row("""schema must be a JSON Schema of 'type: "object"', got 'type: "{value}"'.""", _REPORTS, "observed"),
    "root_union": Row(
        "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.", _REPORTS, "observed"
    ),
    "missing_items": Row("In context={context}, array schema missing items.", _REPORTS, "observed"),
    "missing_properties": Row("In context={context}, object schema missing properties.", _REPORTS, "observed"),
    "missing_type": Row("In context={context}, schema must have a 'type' key.", _REPORTS, "observed"),
    "not_permitted": Row("In context={context}, '{value}' is not permitted.", _REPORTS, "observed"),
    "additional_properties": Row(
        "In context={context}, 'additionalProperties' is required to be supplied and to be false.", _REPORTS, "observed"
    ),
    "required_missing": Row(_REQUIRED + "Missing '{value}'.", _REPORTS, "observed"),
    "required_extra": Row(_REQUIRED + "Extra required key '{value}' supplied.", _REPORTS, "observed"),
    "reference_siblings": Row("context={context}, $ref cannot have keywords {value}.", _REPORTS, "observed"),
    "reference_missing": Row(
        "In context={context}, reference to component '{value}' which was not found in the schema.", _REPORTS, "assumed"
    ),
    "unknown_format": Row("In context={context}, '{value}' is not a valid format.", _REPORTS, "observed"),
    "too_deep": Row("{value} levels of nesting exceeds limit of {bound}.", _REPORTS, "observed"),
    "too_many_options": Row(
        "Expected at most {bound} enum values in total within a single schema when using structured outputs, but received {value}. "
        "Consider reducing the number of enums, " + _REDUCE,
        _REPORTS,
        "observed",
    ),
    "too_many_properties": Row(
        "Expected at most {bound} object properties total in a single schema when using structured outputs, but received {value}. "
        "Consider reducing the number of properties, " + _REDUCE,
        "worded after the limit of enum values",
        "assumed",
    ),
    "too_much_text": Row(
        "Expected at most {bound} characters in total of property names, definition names, enum values and const values within a single "
        "schema when using structured outputs, but received {value}. Consider shortening them, " + _REDUCE,
        "worded after the limit of enum values",
        "assumed",
    ),
    "too_long_enum": Row(
        "Expected at most {bound} characters in total of the values of an enum with more than 250 values when using structured outputs, "
        "but received {value}. Consider reducing the number of enums, " + _REDUCE,
        "worded after the limit of enum values",
        "assumed",
    ),
}

MAX_LEVELS = 10
"""Objects within objects, the root counted (documented)."""
MAX_PROPERTIES = 5000
"""Properties of all objects of a schema (documented)."""
MAX_OPTIONS = 1000
"""Values of all enums of a schema (documented)."""
MAX_CHARACTERS = 120_000
"""Characters of property names, definition names, enum and const values (documented)."""
MANY_OPTIONS, MAX_ENUM_CHARACTERS = 250, 15_000
"""An enum of more string values than this may have so many characters (documented)."""
FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
"""String formats of the strict subset (documented). Of numbers any format is taken, `int64`, `uint8` and `double` among them (recorded)."""
NOT_PERMITTED = (
    *("allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies"),
    *("patternProperties", "propertyNames", "minProperties", "maxProperties", "unevaluatedProperties"),
    *("additionalItems", "contains", "minContains", "maxContains", "uniqueItems", "unevaluatedItems"),
    *("$dynamicRef", "$recursiveRef"),
)
"""Keywords outside the strict subset (documented: composition and conditions; observed or assumed: the rest)."""

_TYPES = ("string", "number", "boolean", "integer", "object", "array", "null")
_Context: TypeAlias = tuple[str, ...]


def check_strict(schema: Any, *, at: str) -> None:
    """Raise SchemaProblem with what the service says first about a schema under `strict: true`. `at` is the parameter that holds it."""
    check_loose(schema, at=at)
    if any(keyword in schema for keyword in ("oneOf", "anyOf", "allOf", "enum", "not")):
        raise _problem("root_union", at)
    size = _Size()
    for context, node, level in _nodes(schema):
        if isinstance(node, Mapping):
            _check_node(schema, node, context, at)
            size.add(node, level)
    size.check(at)


def check_loose(schema: Any, *, at: str) -> None:
    """Raise SchemaProblem with what the service says first about a schema under `strict: false`: it must be one, and describe an object."""
    if isinstance(schema, bool):
        raise _problem("root_not_object", at, value=None)
    for context, node, _ in _nodes(schema):
        _check_form(node, context, at)
    if schema.get("type") != "object" and schema:
        raise _problem("root_not_object", at, value=schema.get("type"))
    if schema and "properties" not in schema and at.endswith("parameters"):
        raise _problem("missing_properties", at)
    for context, node, _ in _nodes(schema):
        if not isinstance(node, Mapping):
            continue
        if _may_be(node, "array") and "items" not in node and "prefixItems" not in node:
            raise _problem("missing_items", at, context)
        reference = node.get("$ref")
        if isinstance(reference, str) and refs.resolve(schema, reference) is refs.MISSING:
            raise _problem("reference_missing", at, context, value=reference)


def normalise_strict(schema: Any) -> Any:
    """The schema as the service echoes it when a function did not say whether it is strict: made strict, nothing else changed.

    `additionalProperties: false` is added to objects that say nothing about it, and `required` names every property, also where there is
    none. Keys keep their order, new ones come last. The given schema is not touched.
    """
    return _normalised(schema, 0)


_MAX_NESTING = 100


def _normalised(schema: Any, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > _MAX_NESTING:
        return schema
    made: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _MAPS and isinstance(value, Mapping):
            made[keyword] = {name: _normalised(inner, depth + 1) for name, inner in value.items()}
        elif keyword in _LISTS and isinstance(value, list):
            made[keyword] = [_normalised(inner, depth + 1) for inner in value]
        else:
            made[keyword] = _normalised(value, depth + 1) if keyword == "items" else value
    if _may_be(schema, "object"):
        _close(made)
    return made


def _close(made: dict[str, Any]) -> None:
    declared = list(mapping(made.get("properties")))
    given = names(made.get("required"))
    made.setdefault("additionalProperties", False)
    made["required"] = [*given, *(name for name in declared if name not in given)]


def _may_be(schema: Mapping[str, Any], kind: str) -> bool:
    kinds = schema.get("type")
    return kinds == kind or (isinstance(kinds, list) and kind in kinds)


def _is_number(schema: Mapping[str, Any]) -> bool:
    """Whether it describes numbers and no text."""
    return (_may_be(schema, "number") or _may_be(schema, "integer")) and not _may_be(schema, "string")


# --- walking ---

_MAPS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLES = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")


def _nodes(schema: Any) -> Iterator[tuple[_Context, Any, int]]:
    """Every schema in the document with its context and how many objects it lies in, outer ones first, in the order they are written."""
    waiting: list[tuple[_Context, Any, int]] = [((), schema, 1)]
    while waiting:
        context, node, level = waiting.pop()
        yield context, node, level
        if isinstance(node, Mapping):
            waiting.extend(reversed(list(_inner(context, node, level))))


def _inner(context: _Context, node: Mapping[str, Any], level: int) -> Iterator[tuple[_Context, Any, int]]:
    for keyword, value in node.items():
        if keyword in _MAPS and isinstance(value, Mapping):
            deeper = level + (keyword == "properties")
            yield from (((*context, keyword, str(name)), inner, deeper if keyword == "properties" else 1) for name, inner in value.items())
        elif keyword in _LISTS and isinstance(value, list):
            yield from (((*context, keyword, str(index)), inner, level) for index, inner in enumerate(value))
        elif keyword in _SINGLES and not (keyword in ("items", "additionalProperties") and isinstance(value, bool)):
            yield (*context, keyword), value, level


# --- the form of any schema ---

_FORMS: dict[str, tuple[type | tuple[type, ...], str]] = {
    **dict.fromkeys(("properties", "$defs", "definitions", "patternProperties", "dependentSchemas"), (Mapping, "object")),
    **dict.fromkeys(("required", "enum", "anyOf", "oneOf", "allOf", "prefixItems"), (list, "array")),
    **dict.fromkeys(("description", "title", "pattern", "format", "$ref", "$id", "$schema"), (str, "string")),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), (int, "integer")),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), ((int, float), "number")),
}


def _check_form(node: Any, context: _Context, at: str) -> None:
    """What any JSON Schema must be; the service says it in a validator's words, without a context."""
    if isinstance(node, bool):
        return
    if not isinstance(node, Mapping):
        raise _problem("not_a_schema", at, context, value=_shown(node))
    for keyword, value in node.items():
        if keyword not in _FORMS:
            continue
        form, expected = _FORMS[keyword]
        whole = expected == "integer" and isinstance(value, float) and value.is_integer()
        if not (isinstance(value, form) or whole) or isinstance(value, bool):
            raise _problem("not_of_type", at, context, value=_shown(value), expected=expected)
        if expected == "integer" and value < 0:
            raise _problem("below_minimum", at, context, value=_shown(value), bound=0)
    _check_lists(node, context, at)


def _check_lists(node: Mapping[str, Any], context: _Context, at: str) -> None:
    kinds = node.get("type")
    if "type" in node:
        options = kinds if isinstance(kinds, list) and kinds else [kinds]
        if not all(isinstance(kind, str) and kind in _TYPES for kind in options):
            raise _problem("unknown_type", at, context, value=_shown(kinds))
    required = schemas(node.get("required"))
    for name in required:
        if not isinstance(name, str):
            raise _problem("not_of_type", at, context, value=_shown(name), expected="string")
    if len(set(required)) < len(required):
        raise _problem("non_unique", at, context, value=_shown(required))
    for keyword in ("anyOf", "oneOf", "allOf"):
        if node.get(keyword) == []:
            raise _problem("empty", at, context, value="[]")


# --- the strict subset ---


def _check_node(root: Any, node: Mapping[str, Any], context: _Context, at: str) -> None:
    if "$ref" in node:
        others = sorted(set(node) - {"$ref"})
        if others:
            raise _problem("reference_siblings", at, context, value="{" + ", ".join(map(repr, others)) + "}")
        return
    for keyword in NOT_PERMITTED:
        if keyword in node:
            raise _problem("not_permitted", at, context, value=keyword)
    if "type" not in node and "anyOf" not in node:
        raise _problem("missing_type", at, context)
    if _may_be(node, "object"):
        _check_object(node, context, at)
    form = node.get("format")
    if form is not None and form not in FORMATS and not _is_number(node):
        raise _problem("unknown_format", at, context, value=form)
    if "pattern" in node:
        _check_pattern(str(node["pattern"]), context, at)


def _check_object(node: Mapping[str, Any], context: _Context, at: str) -> None:
    if node.get("additionalProperties") is not False:
        raise _problem("additional_properties", at, context)
    declared = mapping(node.get("properties"))
    required = names(node.get("required"))
    known = set(required)
    for name in declared:
        if name not in known:
            raise _problem("required_missing", at, context, value=name)
    for name in required:
        if name not in declared:
            raise _problem("required_extra", at, context, value=name)


def _check_pattern(pattern: str, context: _Context, at: str) -> None:
    try:
        compiled(pattern)
    except PatternProblem as problem:
        if problem.malformed:
            raise _problem("not_a_regex", at, context, value=_shown(pattern)) from None


@dataclass(slots=True)
class _Size:
    """How large a schema is, in what the service counts."""

    levels: int = 0
    properties: int = 0
    options: int = 0
    characters: int = 0
    enum_characters: int = field(default=0)

    def add(self, node: Mapping[str, Any], level: int) -> None:
        declared = mapping(node.get("properties"))
        if node.get("type") == "object" or declared:
            self.levels = max(self.levels, level)
        self.properties += len(declared)
        options = schemas(node.get("enum"))
        self.options += len(options)
        texts = [option for option in options if isinstance(option, str)]
        length = sum(map(len, texts))
        if len(texts) > MANY_OPTIONS:
            self.enum_characters = max(self.enum_characters, length)
        const = node.get("const")
        defined = sum(len(name) for keyword in ("$defs", "definitions") for name in mapping(node.get(keyword)))
        self.characters += sum(map(len, declared)) + length + defined + (len(const) if isinstance(const, str) else 0)

    def check(self, at: str) -> None:
        for key, value, bound in (
            ("too_deep", self.levels, MAX_LEVELS),
            ("too_many_properties", self.properties, MAX_PROPERTIES),
            ("too_many_options", self.options, MAX_OPTIONS),
            ("too_much_text", self.characters, MAX_CHARACTERS),
            ("too_long_enum", self.enum_characters, MAX_ENUM_CHARACTERS),
        ):
            if value > bound:
                raise _problem(key, at, value=value, bound=bound)


# --- saying it ---

_LONGEST = 200


def _problem(key: str, at: str, context: _Context = (), **fields: Any) -> SchemaProblem:
    message = PROBLEMS[key].message.format(context=_tuple(context), **fields)
    return SchemaProblem(message, context, key=key, at=at)


def _tuple(context: _Context) -> str:
    return repr(tuple(part if len(part) <= _LONGEST else part[:_LONGEST] + "…" for part in context))


def _shown(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > 1000:
        return "the number"
    text = repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
