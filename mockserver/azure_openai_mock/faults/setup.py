"""A fault with its settings: read once when a rule is made, validated then, and a value ever after.

A fault's file holds one frozen dataclass with a field for each setting and `apply`, an async generator over frames. `NAME` is what
rules call it, `SHORT` the setting that a bare value stands for (`delay: 2s` is `delay: {for: 2s}`). Python's keywords end in an
underscore in fields and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from ..azure import errors
from ..engine.chat import CHUNK
from ..engine.grammar import FIELDS
from ..wire import duration, json, sse
from ..wire.frames import Frames
from .stage import Stage
from .wrong import Wrong, shown, unknown

Fault: TypeAlias = Callable[[Frames], Frames]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """How a setting's value is read. `type` is what the catalogue calls it. `read` raises ValueError with what was expected."""

    type: str
    read: Callable[[object], T]


def _count(value: object) -> int:
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"expected a whole number from 0, not {shown(value)}")
    return number


def _positive(value: object) -> int:
    if (number := _count(value)) == 0:
        raise ValueError("expected a whole number from 1, not 0")
    return number


def _span(value: object) -> float:
    seconds = duration.seconds(value)
    if not 0 <= seconds < 1e9:
        raise ValueError(f"expected a duration from 0, not {shown(value)}")
    return seconds


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a text, not {shown(value)}")
    return value


def _line(value: object) -> str:
    if any(sign in (text := _text(value)) for sign in "\r\n\0"):
        raise ValueError("expected one line of text")
    return text


def _fraction(value: object) -> float:
    number = _number(value)
    if not 0 <= number < 1:
        raise ValueError(f"expected a fraction from 0 to less than 1, not {shown(value)}")
    return number


def _number(value: object) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or not abs(number) < 1e15:
        raise ValueError(f"expected a number, not {shown(value)}")
    return number


def _whole(value: object) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError(f"expected a whole number, not {shown(value)}")
    return int(number)


def _status(value: object) -> int:
    if not 200 <= (status := _count(value)) <= 599:
        raise ValueError(f"expected an HTTP status, not {shown(value)}")
    return status


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"expected a mapping, not {shown(value)}")
    return dict(value)


def _headers(value: object) -> Mapping[str, str | None]:
    return {name.lower(): None if text is None else _line(str(text)) for name, text in _table(value).items()}


def _body(value: object) -> Any:
    try:
        json.compact(value)
    except (TypeError, ValueError):
        raise ValueError(f"expected a text or a JSON value, not {shown(value)}") from None
    return value


EVENTS = (*FIELDS, CHUNK, sse.END["type"])
"""What events are called: those of Responses by their type, a chat completion's by its `object`, and the end of its stream."""


def _event(value: object) -> str:
    name = _line(value)
    if name.startswith("*"):
        known = any(kind.endswith(name[1:]) for kind in EVENTS)
    else:
        known = any(kind.startswith(name[:-1]) for kind in EVENTS) if name.endswith("*") else name in EVENTS
    if not known:
        raise ValueError(unknown("event", name, EVENTS))
    return name


def _refusable(value: object) -> str:
    return _error(value, form="body", instead="error_event")


def _in_stream(value: object) -> str:
    return _error(value, form="stream", instead="refuse")


def _error(value: object, *, form: str, instead: str) -> str:
    key = _line(value)
    if not errors.known(key):
        raise ValueError(unknown("error", key, (row.key for row in errors.catalogue())))
    if form not in errors.row(key).forms and (form == "body" or not errors.row(key).faultable):
        raise ValueError(f"{key} does not occur here: use it with `{instead}`, or as `outcome: {{failed: {key}}}`")
    return key


COUNT = Reader("whole number from 0", _count)
POSITIVE = Reader("whole number from 1", _positive)
WHOLE = Reader("whole number", _whole)
SPAN = Reader("duration (400ms, 2s, seconds)", _span)
LINE = Reader("one line of text", _line)
FRACTION = Reader("fraction from 0 to less than 1", _fraction)
STATUS = Reader("HTTP status", _status)
TABLE = Reader("mapping", _table)
BODY = Reader("text or JSON value", _body)
HEADERS = Reader("mapping of header to text or null", _headers)
EVENT = Reader("event type", _event)
REFUSAL = Reader("error key", _refusable)
STREAM_ERROR = Reader("error key", _in_stream)


def one_of(*words: str) -> Reader[str]:
    """One of these words."""

    def read(value: object) -> str:
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}, not {shown(value)}")
        return str(value)

    return Reader(" | ".join(words), read)


def setting(reader: Reader[T], default: Any = MISSING, *, about: str) -> Any:
    """A field of a set-up. Without a default the setting must be given."""
    metadata = {"reader": reader, "about": about}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


class Setup:
    """What every fault is before it meets an answer. Laws: equal settings are equal; `settings()` read again gives the same."""

    NAME: ClassVar[str]
    SHORT: ClassVar[str | None] = None
    ABOUT: ClassVar[str]
    SOURCE: ClassVar[str] = "what networks and proxies do"
    CONFIDENCE: ClassVar[str] = "observed"

    def apply(self, frames: Frames, stage: Stage) -> Frames:
        """The answer with this fault in it."""
        raise NotImplementedError

    def __call__(self, stage: Stage) -> Fault:
        """The fault itself, for one answer."""
        return lambda frames: self.apply(frames, stage)

    def settings(self) -> dict[str, Any]:
        """What was set, by public names, without what is as by default."""
        return {public: value for public, spec in settings_of(type(self)).items() if (value := getattr(self, spec.name)) != spec.default}

    def __str__(self) -> str:
        said = "".join(f";{name}={_plain(value)}" for name, value in self.settings().items())
        return f"{self.NAME}{said}"


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings_of(kind: type[Setup]) -> dict[str, Field[Any]]:
    """A fault's settings by public name."""
    return {spec.name.rstrip("_"): spec for spec in fields(kind)}  # type: ignore[arg-type]


def read(kind: type[Setup], given: object) -> Setup:
    """A set-up from what a person wrote: a mapping of settings, one bare value, or true/null for the defaults. Raises Wrong."""
    known = settings_of(kind)
    if given is None or given is True:
        given = {}
    elif not isinstance(given, Mapping):
        if kind.SHORT is None:
            expected = f"expected a mapping of {', '.join(known)}" if known else "takes no settings: write true"
            raise Wrong(f"{expected}, not {shown(given)}")
        given = {kind.SHORT: given}
    values = {}
    for name, value in given.items():
        if name not in known:
            raise Wrong(unknown("setting", name, known), str(name))
        values[known[name].name] = _value(known[name], name, value)
    missing = [name for name, spec in known.items() if spec.default is MISSING and spec.name not in values]
    if missing:
        raise Wrong(f"needs '{missing[0]}' ({known[missing[0]].metadata['about']})")
    try:
        return kind(**values)
    except Wrong:
        raise
    except ValueError as error:
        raise Wrong(str(error)) from None


def _value(spec: Field[Any], name: str, value: object) -> object:
    if value is None and spec.default is None:
        return None
    try:
        return spec.metadata["reader"].read(value)
    except ValueError as error:
        raise Wrong(str(error), name) from None
