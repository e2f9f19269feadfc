"""The members of a tool's declaration: what they must be, in the service's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..azure.shapes import kind_of
from ..wire.refusal import Refusal
from ..wire.types import Object

_EXPECTED: Mapping[type, str] = {str: "a string", bool: "a boolean", dict: "an object", list: "an array", int: "an integer"}


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its types, whether it must be there, and its words where only some are taken. `least` bounds numbers and lists."""

    types: tuple[type, ...]
    required: bool = False
    words: tuple[str, ...] = ()
    least: int | None = None


def text(*words: str, required: bool = False) -> Member:
    """A string, one of `words` where there are some."""
    return Member((str,), required=required, words=words)


def check(members: Mapping[str, Member]) -> Callable[[Object, str], None]:
    """A declaration's check from its members. Members that are not named are let through: the service adds them faster than we do."""

    def checked(spec: Object, at: str) -> None:
        for name, member in members.items():
            _member(spec.get(name), member, f"{at}.{name}")

    return checked


def _member(value: object, member: Member, at: str) -> None:
    if value is None:
        if member.required:
            raise Refusal("missing_required_parameter", param=at)
        return
    if not isinstance(value, member.types) or (isinstance(value, bool) and bool not in member.types):
        expected = " or ".join(_EXPECTED[kind] for kind in member.types)
        raise Refusal("invalid_type", param=at, expected=expected, got=kind_of(value))
    if member.words and value not in member.words:
        raise Refusal("invalid_value", param=at, got=value, supported=member.words)
    if member.least is not None:
        if isinstance(value, int) and value < member.least:
            raise Refusal("integer_below_min_value", param=at, minimum=member.least, got=value)
        if isinstance(value, list) and len(value) < member.least:
            raise Refusal("array_below_min_length", param=at, minimum=member.least, length=len(value))


def as_declared(spec: Object) -> Object:
    """The echo of a tool that the service answers unchanged."""
    return spec


def cited(text: str, *urls: tuple[str, str]) -> Object:
    """A message that cites pages, each behind the words that name it."""
    annotations = []
    for title, url in urls:
        start = len(text) + 1
        text = f"{text} ({title})"
        annotations.append({"type": "url_citation", "start_index": start, "end_index": len(text), "title": title, "url": url})
    return {"type": "message", "content": [{"type": "output_text", "text": text, "annotations": annotations}]}


def message(text: str) -> Object:
    """A plain message."""
    return {"type": "message", "content": text}
