"""How a turn ends where it does not simply complete: what the service itself says, stored as part of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from ..azure import errors, filters
from ..engine.schema import Want
from ..faults import fails
from ..faults.wrong import Wrong, shown, unknown
from ..wire.types import Object

KINDS = ("incomplete", "failed", "refusal", "content_filter")
KEYS = (*KINDS, "after", "findings", "structured")
ALONE = ("findings", "structured")
"""What needs no other kind beside it."""
SAYING = ("refusal", "structured")
"""What decides what is said, so that a rule with it has no words of its own."""
SIZES = tuple(size for size in get_args(Want) if size != "typical")


def read(given: object) -> Object:
    """One of `{incomplete: reason}`, `{failed: KEY or null, after: N}`, `{refusal: text}`, `{content_filter: prompt | completion}`.

    `findings` (`{prompt: {hate: low, jailbreak: true}}`) annotate any answer, also one that completes. `structured` (`smallest`, `largest`
    or `boundary`) chooses among the values that the asked format, or a function's parameters, allow. What it returns has the same keys.
    Raises Wrong.
    """
    if not isinstance(given, Mapping):
        raise Wrong(f"expected a mapping with one of {', '.join(KINDS)}, not {shown(given)}")
    for key in given:
        if key not in KEYS:
            raise Wrong(unknown("key", key, KEYS), str(key))
    kinds = [key for key in KINDS if key in given]
    if len(kinds) > 1 or not (kinds or any(key in given for key in ALONE)):
        raise Wrong(f"needs exactly one of {', '.join(KINDS)}")
    if "after" in given and kinds != ["failed"]:
        raise Wrong("goes with 'failed' only", "after")
    if "structured" in given and "refusal" in given:
        raise Wrong("has no value in it: leave out 'structured'", "refusal")
    return {key: _READERS[key](value) for key, value in given.items()}


def failures(entries: Sequence[tuple[str, Any]]) -> Object | None:
    """What these faults come to where one is an error that only a failed response has (`failed_background`); None where none is.

    Raises Wrong.
    """
    for name, settings in entries:
        if fails(name):
            more = settings if isinstance(settings, Mapping) else {}
            return read({"failed": name, **{key: _number(value) for key, value in more.items()}})
    return None


def _number(value: Any) -> Any:
    """A header's number is a text."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value


def _incomplete(value: object) -> str:
    if value not in ("max_output_tokens", "content_filter"):
        raise Wrong(unknown("reason", value, ("max_output_tokens", "content_filter")), "incomplete")
    return str(value)


def _failed(value: object) -> str | None:
    """The key of an error row, or the code that it has in a failed response; None for a failure without an error object."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Wrong(f"expected an error's key or null, not {shown(value)}", "failed")
    if errors.known(value):
        return value
    for row in errors.catalogue():
        if "failed" in row.forms and value == (row.failed_code or row.code):
            return row.key
    raise Wrong(unknown("error", value, (row.key for row in errors.catalogue())), "failed")


def _after(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Wrong(f"expected a number of events, not {shown(value)}", "after")
    return value


def _refusal(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(f"expected the text of the refusal, not {shown(value)}", "refusal")
    return value


def _structured(value: object) -> str:
    if value not in SIZES:
        raise Wrong(unknown("value", value, SIZES), "structured")
    return str(value)


def _content_filter(value: object) -> str:
    if value not in ("prompt", "completion"):
        raise Wrong(unknown("place", value, ("prompt", "completion")), "content_filter")
    return str(value)


def _findings(value: object) -> Object:
    if not isinstance(value, Mapping) or any(source not in filters.SOURCES for source in value):
        raise Wrong(f"expected what was found in the prompt, the completion or both, not {shown(value)}", "findings")
    return {source: _found(source, found) for source, found in value.items()}


def _found(source: str, found: Any) -> Object:
    """Category -> severity; a flag or a blocklist's name -> whether it was detected."""
    if not isinstance(found, Mapping):
        raise Wrong(f"expected categories with their severities, not {shown(found)}", "findings", source)
    known = filters.table()
    for name, value in found.items():
        if name in known.categories and value not in known.severities:
            raise Wrong(unknown("severity", value, known.severities), "findings", source, name)
        if name not in known.categories and not isinstance(value, bool):
            raise Wrong(f"expected true or false, not {shown(value)}", "findings", source, str(name))
    return dict(found)


_READERS = {
    "incomplete": _incomplete,
    "failed": _failed,
    "refusal": _refusal,
    "content_filter": _content_filter,
    "after": _after,
    "findings": _findings,
    "structured": _structured,
}
