"""Checks compiled from table rows: a row says what a value may be, its check raises the Refusal that the service gives.

A row is a mapping with
    type          string | integer | number | boolean | array | object | any
    enum          the strings that are taken
    min, max      bounds of a number
    min_length, max_length    bounds of a string, in characters
    prefix        what an id must begin with; it holds letters, digits, underscores and dashes
    items, max_items          the row of every member of an array, and how many there may be
    fields, required, open    the rows of an object's members, which must be there, and whether others may be there too
    values, max_properties, max_key    the row of every value of a free object, how many, and how long a key may be
    either        rows of different JSON types; the value's own type chooses
    variants      rows of objects, chosen by the member `type`; `unknown_at` says whether a wrong `type` is reported `member` or `whole`
    shape         a named row
    format        a named check of ours, run after the type was found right
    expected      how a wrong type is described, where the plain description is not what the service says

Checks know nothing of where they stand: the path is put together only on the way out of a refusal, so an accepted value costs no path.
`null` stands for an omitted member wherever the member is not required (observed: every parameter but `model` and `input`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from string import ascii_letters, digits
from typing import Any, TypeAlias

from ..wire.refusal import Refusal

Check: TypeAlias = Callable[[Any], None]
Row: TypeAlias = Mapping[str, Any]

_KINDS = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}
_EXPECTED = {"string": "a string", "integer": "an integer", "number": "a decimal", "boolean": "a boolean", "object": "an object"}
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def kind_of(value: object) -> str:
    """The JSON type of a value as the service names it in its messages."""
    return _KINDS[type(value)]


def alternatives(values: Sequence[str]) -> str:
    """`one of 'a' or 'b'`, `one of 'a', 'b', or 'c'`: as the service says what type it expected."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return f"one of {' or '.join(quoted)}"
    return f"one of {', '.join(quoted[:-1])}, or {quoted[-1]}"


def newer(name: str, since: str | None) -> str | None:
    """The hint for what the service knows since a month that the profile has not reached; None where there is no such month."""
    if since is None:
        return None
    return f"the service knows {name!r} since {since}; the profile is of an earlier month, choose a later one with --profile"


def wrong_type(expected: str, value: object, *, param: str | None = None) -> Refusal:
    """The refusal of a value of the wrong JSON type."""
    return Refusal("invalid_type", param=param, expected=expected, got=kind_of(value))


def inside(refusal: Refusal, where: str) -> Refusal:
    """The refusal, one step further out: `where` is `.name` or `[3]`."""
    refusal.param = where + (refusal.param or "")
    return refusal


def rooted(refusal: Refusal, root: str) -> Refusal:
    """The refusal with the whole path from the request's root: `input` and `[1].id` give `input[1].id`."""
    refusal.param = (root + (refusal.param or "")).lstrip(".")
    return refusal


class Shapes:
    """Compiles rows. `named` are rows that others name by `shape`; `formats` are checks that rows name by `format`."""

    def __init__(self, named: Mapping[str, Row] | None = None, formats: Mapping[str, Check] | None = None) -> None:
        self._formats = formats or {}
        self._named: dict[str, Check] = {}
        for name, row in (named or {}).items():
            self._named[name] = self.compile(row)

    def compile(self, row: Row) -> Check:
        """The check of a row. Raises ValueError for a row that it does not understand."""
        if "shape" in row:
            return self._named[row["shape"]]
        if "either" in row:
            return self._either(row)
        if "variants" in row:
            return self._variants(row)
        kind = row.get("type", "string" if "enum" in row else "any")
        if kind == "any":
            return _anything
        compiler = {
            "string": self._string,
            "integer": self._number,
            "number": self._number,
            "boolean": self._boolean,
            "array": self._array,
            "object": self._object,
        }.get(kind)
        if compiler is None:
            raise ValueError(f"unknown type {kind!r} in a row")
        return compiler(row)

    def _string(self, row: Row) -> Check:
        enum = tuple(row.get("enum", ()))
        tests: list[Check] = [_among(enum)] if enum else []
        if "prefix" in row:
            tests.append(_prefixed(row["prefix"]))
        if "min_length" in row or "max_length" in row:
            tests.append(_long(int(row.get("min_length", 0)), int(row.get("max_length", 1 << 60))))
        if "pattern" in row:
            tests.append(_matching(row["pattern"]))
        if "format" in row:
            tests.append(self._formats[row["format"]])
        expected = row.get("expected") or (alternatives(enum) if enum else "a string")

        def check(value: Any) -> None:
            if type(value) is not str:
                raise wrong_type(expected, value)
            for test in tests:
                test(value)

        return check

    def _number(self, row: Row) -> Check:
        integral = row["type"] == "integer"
        types = _PYTHON[row["type"]]
        parse = int if integral else float
        low, high = (parse(row[name]) if name in row else None for name in ("min", "max"))
        word = "integer" if integral else "decimal"
        expected = row.get("expected") or _EXPECTED[row["type"]]

        def check(value: Any) -> None:
            if type(value) not in types:
                raise wrong_type(expected, value)
            if low is not None and value < low:
                raise Refusal(f"{word}_below_min_value", minimum=_plain(low), got=_plain(value))
            if high is not None and value > high:
                raise Refusal(f"{word}_above_max_value", maximum=_plain(high), got=_plain(value))

        return check

    def _boolean(self, row: Row) -> Check:
        def check(value: Any) -> None:
            if type(value) is not bool:
                raise wrong_type("a boolean", value)

        return check

    def _array(self, row: Row) -> Check:
        item: Row = row.get("items", {})
        member = self.compile(item)
        most = int(row.get("max_items", 1 << 60))
        least = int(row.get("min_items", 0))
        expected = row.get("expected") or "an array" + {"string": " of strings", "object": " of objects"}.get(item.get("type", ""), "")
        null_expected = item.get("expected") or _EXPECTED.get(item.get("type", ""), "an object")

        def check(value: Any) -> None:
            if type(value) is not list:
                raise wrong_type(expected, value)
            if len(value) > most:
                raise Refusal("array_above_max_length", maximum=most, length=len(value))
            if len(value) < least:
                raise Refusal("empty_array", minimum=least)
            for index, one in enumerate(value):
                try:
                    if one is None and member is not _anything:
                        raise wrong_type(null_expected, one)
                    member(one)
                except Refusal as refusal:
                    raise inside(refusal, f"[{index}]") from None

        return check

    def _object(self, row: Row) -> Check:
        if "fields" not in row:
            return self._free_object(row)
        fields = {name: self.compile(one) for name, one in row["fields"].items()}
        required = tuple(row.get("required", ()))
        must = frozenset(required)
        is_open = row.get("open") == "true"
        expected = row.get("expected") or "an object"
        extra = self._formats[row["format"]] if "format" in row else None

        def check(value: Any) -> None:
            if type(value) is not dict:
                raise wrong_type(expected, value)
            for name in required:
                if name not in value:
                    raise Refusal("missing_required_parameter", param=f".{name}")
            for name, one in value.items():
                test = fields.get(name)
                if test is None:
                    if is_open:
                        continue
                    raise Refusal("unknown_parameter", param=f".{name}")
                if one is not None or name in must:
                    try:
                        test(one)
                    except Refusal as refusal:
                        raise inside(refusal, f".{name}") from None
            if extra is not None:
                extra(value)

        return check

    def _free_object(self, row: Row) -> Check:
        test = self.compile(row["values"]) if "values" in row else _anything
        most = int(row.get("max_properties", 1 << 60))
        longest = int(row.get("max_key", 1 << 60))
        expected = row.get("expected") or "an object"

        def check(value: Any) -> None:
            if type(value) is not dict:
                raise wrong_type(expected, value)
            if len(value) > most:
                raise Refusal("object_above_max_properties", maximum=most, length=len(value))
            for name, one in value.items():
                if len(name) > longest:
                    raise Refusal("property_name_above_max_length", name=name, maximum=longest, length=len(name))
                try:
                    test(one)
                except Refusal as refusal:
                    raise inside(refusal, f".{name}") from None

        return check

    def _either(self, row: Row) -> Check:
        tests: dict[type, Check] = {}
        for one in row["either"]:
            test = self.compile(one)
            for python in _PYTHON[one.get("type", "string" if "enum" in one else "object")]:
                tests[python] = test
        expected = row["expected"]

        def check(value: Any) -> None:
            test = tests.get(type(value))
            if test is None:
                raise wrong_type(expected, value)
            test(value)

        return check

    def _variants(self, row: Row) -> Check:
        known = {name: self.compile(one) for name, one in row["variants"].items()}
        union = tuple(row.get("union", ()))
        supported = tuple(row.get("order", known))
        expected = row.get("expected") or "an object"
        member = row.get("unknown_at", "member") == "member"
        default = row.get("default")

        def check(value: Any) -> None:
            if type(value) is not dict:
                raise wrong_type(expected, value)
            name = value.get("type")
            if name is None:
                if default is None:
                    raise Refusal("missing_required_parameter", param=".type")
                name = default
            if type(name) is not str:
                raise wrong_type("a string", name, param=".type")
            test = known.get(name)
            if test is not None:
                test(value)
            elif union and name not in union:
                raise Refusal("invalid_value", param=".type", got=name, supported=union)
            else:
                raise Refusal("invalid_value", param=".type" if member else None, got=name, supported=supported)

        return check


def _anything(_: Any) -> None:
    """Every value is right."""


def _plain(number: float) -> int | float:
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e15 else number


def _among(enum: Iterable[str]) -> Check:
    supported = tuple(enum)
    known = frozenset(supported)

    def check(value: str) -> None:
        if value not in known:
            raise Refusal("invalid_value", got=value, supported=supported)

    return check


def _prefixed(prefix: str) -> Check:
    def check(value: str) -> None:
        if not value.startswith(prefix):
            raise Refusal("invalid_id_prefix", got=value, prefix=prefix)
        if not _ID.issuperset(value):
            raise Refusal("invalid_id_characters", got=value)

    return check


_ID = frozenset(ascii_letters + digits + "_-")
"""The signs of which an id is made."""


def _long(least: int, most: int) -> Check:
    def check(value: str) -> None:
        if len(value) > most:
            raise Refusal("string_above_max_length", maximum=most, length=len(value))
        if len(value) < least:
            raise Refusal("empty_string", minimum=least)

    return check


def _matching(pattern: str) -> Check:
    """`pattern` is a row of ours, never a client's."""
    matches = re.compile(pattern).fullmatch

    def check(value: str) -> None:
        if matches(value) is None:
            raise Refusal("string_pattern_mismatch", pattern=pattern)

    return check
