"""What was asked, for assertions: a view of the journal, and expectations that say what came closest.

assert mock.requests.where(model="gpt-4o").count == 2
assert mock.requests.each("status") == [429, 200]
assert mock.requests.where({"$.tools[*].name": "get_weather"}).count == 1
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from .requestlog import line

CONTAINS = "__contains"
FIELDS = (
    *("id", "at", "method", "path", "query", "headers", "body", "status", "operation", "model", "profile", "region"),
    *("turn", "tokens", "response_id", "rule", "rules", "faults", "hints", "ms"),
)
"""What is known of a request: what stands first in a condition."""
_STEP = re.compile(r"\.\.(?P<deep>[\w-]+)|\.(?P<name>[\w-]+|\*)|\[(?P<index>-?\d+|\*)\]|\['(?P<quoted>[^']*)'\]")


class Unmatched(AssertionError):
    """What was expected did not come; the message says what came closest."""


def select(value: Any, path: str) -> list[Any]:
    """What a JSON path finds: `$`, `.name`, `['name']`, `[0]`, `[-1]`, `[*]`, `.*`, `..name`. Raises ValueError for any other."""
    if not path.startswith("$"):
        raise ValueError(f"a JSON path begins with $, not {path!r}")
    found, at = [value], 1
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise ValueError(f"{path!r} is no JSON path that is known here, from {path[at:]!r} on")
        found = [inner for each in found for inner in _inside(each, step)]
        at = step.end()
    return found


def _inside(value: Any, step: re.Match[str]) -> Iterator[Any]:
    if step["deep"]:
        yield from _anywhere(value, step["deep"])
    elif "*" in (step["name"], step["index"]):
        yield from value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    elif step["index"]:
        index = int(step["index"])
        if isinstance(value, list) and -len(value) <= index < len(value):
            yield value[index]
    else:
        name = step["name"] or step["quoted"]
        if isinstance(value, dict) and name in value:
            yield value[name]


def _anywhere(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict) and name in value:
        yield value[name]
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _anywhere(inner, name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One condition on a request: a field (`model`, `body__input`, with `__contains` at the end) or a JSON path into its body."""

    name: str
    value: Any

    def __post_init__(self) -> None:
        """Raises ValueError for a field that no request has."""
        field = self.name.partition("__")[0]
        if self.name.startswith("$") or field in FIELDS:
            return
        import difflib

        close = difflib.get_close_matches(field, FIELDS, 1)
        raise ValueError(f"a request has no {field!r}; {f'did you mean {close[0]!r}?' if close else ', '.join(FIELDS)}")

    def found(self, entry: Any) -> Any:
        """What the request has there."""
        if self.name.startswith("$"):
            values = select(entry["body"], self.name)
            return values[0] if len(values) == 1 else values
        return _field(entry, self.name.removesuffix(CONTAINS))

    def holds(self, entry: Any) -> bool:
        """Whether the request has what is wanted; a JSON path may find it in any place."""
        if self.name.startswith("$"):
            return self.value in select(entry["body"], self.name)
        found = self.found(entry)
        if self.name.endswith(CONTAINS):
            return (
                isinstance(found, (str, list, dict)) and (not isinstance(found, str) or isinstance(self.value, str)) and self.value in found
            )
        return bool(found == self.value)

    def __str__(self) -> str:
        return f"{self.name}={self.value!r}"


def _field(entry: Any, name: str) -> Any:
    for step in name.split("__"):
        if isinstance(entry, list) and step.isdecimal():
            entry = entry[int(step)] if int(step) < len(entry) else None
        else:
            entry = entry.get(step) if isinstance(entry, dict) else None
    return entry


def conditions(paths: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> list[Wanted]:
    """Both kinds of condition in one list."""
    return [Wanted(name, value) for name, value in {**(paths or {}), **wanted}.items()]


class Requests(Sequence[dict[str, Any]]):
    """What was asked, oldest first; a view of the journal as it was when this was read."""

    def __init__(self, entries: Sequence[dict[str, Any]]) -> None:
        self._entries = list(entries)

    def where(self, paths: Mapping[str, Any] | None = None, /, **wanted: Any) -> Requests:
        """Those that have these values: `model="gpt-4o"`, `status=200`, `operation="responses.create"`, `body__input="hi"`,
        `body__instructions__contains="short"`; by JSON path into the body: `where({"$.tools[*].name": "get_weather"})`.
        """
        asked = conditions(paths, wanted)
        return Requests([entry for entry in self._entries if all(each.holds(entry) for each in asked)])

    @property
    def count(self) -> int:  # type: ignore[override]  # the word of the assertions it is for
        """How many."""
        return len(self._entries)

    @property
    def bodies(self) -> list[Any]:
        """What was sent."""
        return [entry["body"] for entry in self._entries]

    def each(self, name: str) -> list[Any]:
        """That field of every request, or what a JSON path finds in every body, in order: `each("status") == [429, 200]`."""
        return [Wanted(name, None).found(entry) for entry in self._entries]

    def in_order(self, *steps: Mapping[str, Any]) -> Requests:
        """The requests that answer these steps one after the other, others allowed between. Raises Unmatched with the step that none did.

        `in_order({"status": 429}, {"status": 200, "$.input": "hi"})`
        """
        found: list[dict[str, Any]] = []
        after = 0
        for number, step in enumerate(steps, 1):
            asked = conditions(None, step)
            at = next((place for place in range(after, len(self)) if all(each.holds(self._entries[place]) for each in asked)), None)
            if at is None:
                told = ", ".join(map(str, asked))
                near = closest([*enumerate(self._entries)][after:], asked)
                raise Unmatched(f"step {number} of the sequence did not come ({told})\n  {near}")
            found.append(self._entries[at])
            after = at + 1
        return Requests(found)

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Requests: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | Requests:
        return Requests(self._entries[index]) if isinstance(index, slice) else self._entries[index]

    def __repr__(self) -> str:
        return "\n".join(map(line, self._entries)) or "no requests"


def closest(numbered: Sequence[tuple[int, dict[str, Any]]], asked: Sequence[Wanted]) -> str:
    """A sentence on the one of these numbered requests that lacks the fewest of the conditions."""
    if not numbered:
        return "no request came that it could have been"
    lacking = {number: [each for each in asked if not each.holds(entry)] for number, entry in numbered}
    best, entry = min(numbered, key=lambda each: len(lacking[each[0]]))
    lacks = "; ".join(f"{each.name} wants {each.value!r}, found {each.found(entry)!r}" for each in lacking[best])
    return f"closest: request {best} ({entry['path']}), but {lacks}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """So many requests of this kind, to be verified at the end. `times` None: at least one."""

    asked: Sequence[Wanted]
    times: int | None = None

    def problem(self, requests: Requests) -> str | None:
        """What is wrong, None where it is met."""
        others = [(number, entry) for number, entry in enumerate(requests) if not all(each.holds(entry) for each in self.asked)]
        met = len(requests) - len(others)
        if met == self.times or (self.times is None and met):
            return None
        wanted = "at least 1" if self.times is None else str(self.times)
        missing = f"expected {wanted} of ({', '.join(map(str, self.asked)) or 'any request'}), there were {met}"
        return f"{missing}\n  {closest(others, self.asked)}" if self.times is None or met < self.times else missing
