"""When a rule applies: lookups over a question, `field__path__operator: value`. All of a rule's conditions must hold.

Fields are the question's own (`operation, model, input, tool_output, after, tools, turn, region, profile, header`) and every parameter of
the request by its name. Laws: a condition is judged without changing anything; a pattern costs time linear in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from ..azure import tables
from ..faults.wrong import Wrong, shown, unknown
from ..wire import json
from . import pattern
from .question import ENTRA, Question

CREATE = "responses.create"
TEXTS: Mapping[str, Callable[[Question], tuple[str, ...]]] = {
    "input": lambda question: question.user_texts,
    "tool_output": lambda question: question.tool_texts,
    "after": lambda question: question.texts_before,
}
"""Fields that are texts of the context, of which there may be several or none."""
OWN = ("operation", "model", *TEXTS, "tools", "turn", "region", "profile", "header")
VERBS = ("create", "list", "retrieve", "update", "delete")
KNOWN_OPERATIONS = (
    *(f"responses.{verb}" for verb in ("create", "retrieve", "delete", "cancel", "input_items", "compact", "input_tokens")),
    "models.list",
    "models.retrieve",
    *(f"chat.completions.{verb}" for verb in VERBS),
    "chat.completions.messages.list",
    "embeddings.create",
    *(f"files.{verb}" for verb in ("create", "list", "retrieve", "delete", "content")),
    *(f"vector_stores.{verb}" for verb in (*VERBS, "search")),
    *(f"vector_stores.files.{verb}" for verb in (*VERBS, "content")),
    *(f"vector_stores.file_batches.{verb}" for verb in ("create", "retrieve", "cancel", "list_files")),
    *(f"containers.{verb}" for verb in ("create", "list", "retrieve", "delete")),
    *(f"containers.files.{verb}" for verb in ("create", "list", "retrieve", "delete", "content.retrieve")),
    f"{ENTRA}token",
)
"""To find misspelt ones: other operations are accepted as they stand."""

WORDS: Mapping[str, tuple[Any, ...]] = {
    "boolean": ("true or false", bool),
    "integer": ("a whole number", int),
    "number": ("a number", int, float),
    "string": ("a text", str),
}
"""A parameter's type -> what it is called, and the values that can equal it."""

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of `when`. `key` is as it was written; `values` gives what is looked at (none: nothing is there)."""

    key: str
    expected: Any
    values: Callable[[Question], tuple[Any, ...]] = field(compare=False)
    test: Test = field(compare=False)
    wants_nothing: bool = False

    def holds(self, question: Question) -> bool:
        """Whether one of the values passes; or, for what must be absent, that none is there."""
        values = self.values(question)
        return any(map(self.test, values)) if values else self.wants_nothing


def read(when: object) -> tuple[Condition, ...]:
    """The conditions of a rule; `operation` is `responses.create` unless it is given. Raises Wrong."""
    if when is None:
        when = {}
    if not isinstance(when, Mapping):
        raise Wrong(f"expected a mapping of conditions, not {shown(when)}")
    conditions = [] if any(str(key).split("__")[0] == "operation" for key in when) else list(_conditions("operation", CREATE))
    for key, value in when.items():
        conditions.extend(_conditions(str(key), value))
    return tuple(conditions)


def _conditions(key: str, value: object) -> Iterator[Condition]:
    first, *rest = key.split("__")
    first = "header" if first == "headers" else first
    if first == "header" and not rest and isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _conditions(f"header__{name}", inner)
        return
    if first not in OWN and first not in _parameters():
        raise Wrong(unknown("key", first, [*OWN, *_parameters()]), key)
    operator = rest.pop() if rest and rest[-1] in OPERATORS else "equals"
    if rest and not _has_parts(first):
        raise Wrong(unknown("lookup", rest[0], OPERATORS), key)
    if first == "header" and not rest:
        rest, operator, value = [_name_of_header(key, value)], "exists", True
    if operator == "equals" and not rest:
        _of_its_type(first, key, value)
    try:
        test = _operation(operator, value) if first == "operation" else OPERATORS[operator](str(value) if _textual(first, value) else value)
    except ValueError as error:
        raise Wrong(str(error), key) from None
    present = operator == "exists"
    yield Condition(key, value, _values(first, tuple(rest), bare=present), test, wants_nothing=present and not value)


def _name_of_header(key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Wrong("expected a header's name, or a mapping of names to values", key)
    return value


def _of_its_type(first: str, key: str, value: object) -> None:
    """A value that could never be equal is a mistake: `stream: yes`, `turn: first`."""
    form = {"turn": "integer"}.get(first) if first in OWN else (_parameters()[first].get("is") or {}).get("type")
    if form not in WORDS:
        return
    word, *kinds = WORDS[str(form)]
    for one in value if isinstance(value, list) else [value]:
        if one is not None and type(one) not in kinds:
            raise Wrong(f"expected {word}, not {shown(one)}", key)


def _textual(first: str, value: object) -> bool:
    return first in ("header", "model") and isinstance(value, (int, float)) and not isinstance(value, bool)


def _operation(operator: str, value: object) -> Test:
    wanted = value if isinstance(value, list) else [value]
    if operator not in ("equals", "in"):
        return OPERATORS[operator](value)
    for name in wanted:
        if not isinstance(name, str) or not name:
            raise ValueError(f"expected an operation, not {shown(name)}")
        if name not in KNOWN_OPERATIONS and "*" not in name and ("." not in name or get_close_matches(name, KNOWN_OPERATIONS, 1, 0.85)):
            raise ValueError(unknown("operation", name, KNOWN_OPERATIONS))
    names = [str(name) for name in wanted]
    return lambda found: any(_covers(name, found) for name in names)


def _covers(name: str, operation: str) -> bool:
    if name == "*":
        return not operation.startswith(ENTRA)
    return name == operation or (name.endswith(".*") and operation.startswith(name[:-1]))


@cache
def _parameters() -> Mapping[str, Any]:
    """The parameters of a create request, with their rows."""
    rows: Mapping[str, Any] = tables.load("params")["parameters"]
    return rows


@cache
def _has_parts(first: str) -> bool:
    """Whether `first__name` may lead into it."""
    if first == "header":
        return True
    form = {} if first in OWN else _parameters()[first].get("is") or {}
    return form.get("type") in ("object", "any", "map") or "either" in form


@lru_cache(maxsize=256)  # names are a client's
def default_of(name: str) -> Any:
    """What a request means that is silent about this parameter; None where that depends on the model."""
    given = (_parameters().get(name) or {}).get("default")
    if name == "stream":
        return False
    return json.loads(given) if given is not None and given != "model" else None


def _values(first: str, path: tuple[str, ...], *, bare: bool) -> Callable[[Question], tuple[Any, ...]]:
    if first in TEXTS:
        return TEXTS[first]
    if first == "header":
        name = "__".join(path).lower()
        return lambda question: (question.headers[name],) if name in question.headers else ()
    if first in OWN:
        return lambda question: (getattr(question, first),)
    if bare:
        return lambda question: () if (found := _at(question.request.get(first), path)) is None else (found,)
    if path:
        return lambda question: (_at(question.request.get(first), path),)
    default = default_of(first)
    return lambda question: (default if (found := question.request.get(first)) is None else found,)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _text(expected: object) -> str:
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        return str(expected)
    if not isinstance(expected, str):
        raise ValueError(f"expected a text, not {shown(expected)}")
    return expected


def _said(found: Any) -> str:
    return found if isinstance(found, str) else "" if found is None else json.compact(found).decode()


def _number(expected: object) -> float:
    if not isinstance(expected, (int, float)) or isinstance(expected, bool):
        raise ValueError(f"expected a number, not {shown(expected)}")
    return expected


def _is_number(found: object) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool)


def _same(found: Any, expected: Any) -> bool:
    """Equal; a mapping where all of its entries are; a list that meets something else where one of its values is."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(key in found and _same(found[key], value) for key, value in expected.items())
    if isinstance(expected, list) and not isinstance(found, (list, frozenset)):
        return any(_same(found, value) for value in expected)
    if isinstance(found, frozenset):
        names = expected if isinstance(expected, list) else [expected]
        return all(isinstance(name, str) for name in names) and found == frozenset(names)
    return (type(found) is type(expected) and bool(found == expected)) or (_is_number(found) and _is_number(expected) and found == expected)


def _contains(expected: object) -> Test:
    part = _text(expected)
    return lambda found: any(part in name for name in found) if isinstance(found, frozenset) else part in _said(found)


def _icontains(expected: object) -> Test:
    part = _text(expected).casefold()
    return lambda found: part in _said(found).casefold()


def _starts(expected: object) -> Test:
    part = _text(expected)
    return lambda found: _said(found).startswith(part)


def _ends(expected: object) -> Test:
    part = _text(expected)
    return lambda found: _said(found).endswith(part)


def _matches(expected: object) -> Test:
    search = pattern.search(_text(expected))
    return lambda found: search(_said(found))


def _has(expected: object) -> Test:
    wanted = expected if isinstance(expected, list) else [expected]
    if not all(isinstance(value, (str, int, float)) for value in wanted):
        raise ValueError(f"expected one value or a list of them, not {shown(expected)}")
    return lambda found: isinstance(found, (list, frozenset, Mapping)) and all(value in found for value in wanted)


def _among(expected: object) -> Test:
    if not isinstance(expected, list):
        raise ValueError(f"expected a list, not {shown(expected)}")
    return lambda found: any(_same(found, value) for value in expected)


def _exists(expected: object) -> Test:
    if not isinstance(expected, bool):
        raise ValueError(f"expected true or false, not {shown(expected)}")
    return lambda _: expected


def _at_least(expected: object) -> Test:
    least = _number(expected)
    return lambda found: _is_number(found) and found >= least


def _at_most(expected: object) -> Test:
    most = _number(expected)
    return lambda found: _is_number(found) and found <= most


OPERATORS: Mapping[str, Callable[[Any], Test]] = {
    "equals": lambda expected: lambda found: _same(found, expected),
    "contains": _contains,
    "icontains": _icontains,
    "startswith": _starts,
    "endswith": _ends,
    "regex": _matches,
    "has": _has,
    "in": _among,
    "exists": _exists,
    "gte": _at_least,
    "lte": _at_most,
}
