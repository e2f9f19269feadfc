"""Every error that the service is known to give on this surface: one row of `errors.yaml` each, and the one place that spells their bytes.

A row's message is a template over named fields. Everything that can be known is spelled at first use: rendering joins byte strings.
A field that nobody gave takes the example that the table declares, so that any row can be injected by its key alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal, TypeAlias

import orjson

from ..wire.frames import Headers
from ..wire.refusal import Refusal
from ..wire.types import Event, Object
from . import tables

Layout: TypeAlias = Literal[
    "openai",
    "gateway",
    "gateway_spaced",
    "classic",
    "entra",
    "oauth",
    "message_only",
    "maas",
    "project",
    "validation",
    "chat_filter",
    "none",
]
"""How the body is spelled; see `_LAYOUTS`."""
Layer: TypeAlias = Literal["gateway", "service"]
"""Who refuses: the gateway in front (few headers) or the service behind it (all headers of an answer)."""
Form: TypeAlias = Literal["body", "stream", "failed"]
Rate: TypeAlias = Literal["requests", "tokens"]
"""What a deployment's quota counts."""
Confidence: TypeAlias = Literal["recorded", "documented", "observed", "assumed"]

LONGEST_FIELD: Final = 1024
"""Characters of a client's value that an error repeats: an error is never larger than what a log line can hold."""
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class InStream:
    """How the row reads in an `error` event: the documented classes are server_error, too_many_requests, forbidden, user_error."""

    type: str
    code: str | None
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error. `code`, `param`, `type` are None where the service says null; `silent_param` keeps `param` null whatever is at fault.

    `forms` says where it occurs: as a body, as an `error` event, as the error of a failed response. `failed_code` is its code there.
    `exhausts` is the rate of which nothing is left when it comes. `headers` are templates too. `fields` are the placeholders with an
    example each. `extra` joins the error object.
    """

    key: str
    status: int
    message: str
    trigger: str
    source: str
    confidence: Confidence
    layout: Layout = "openai"
    layer: Layer = "service"
    type: str | None = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    silent_param: bool = False
    reason: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    extra: str | None = None
    forms: tuple[Form, ...] = ("body",)
    in_stream: InStream | None = None
    failed_code: str | None = None
    exhausts: Rate | None = None

    @property
    def faultable(self) -> bool:
        """Whether it can stand in place of an answer (`refuse: KEY`)."""
        return "body" in self.forms

    @property
    def usual(self) -> bool:
        """Whether this is the service's usual body for its status."""
        return key_for_status(self.status) == self.key

    def public(self) -> Object:
        """The row as the catalogue shows it, its body with example values."""
        return {
            "key": self.key,
            "status": self.status,
            "code": self.code,
            "type": self.type if self.layout in ("openai", "classic") else None,
            "param": self.param,
            "message": self.message,
            "headers": dict(self.headers),
            "forms": list(self.forms),
            "usual": self.usual,
            "layer": self.layer,
            "exhausts": self.exhausts,
            "fields": dict(self.fields),
            "body": render(Refusal(self.key)).body.decode() if self.faultable else None,
            "trigger": self.trigger,
            "source": self.source,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Rendered:
    """A refusal as it leaves. `headers` are the row's own (content type, retry-after …); ids and region are `headers.gateway`'s or
    `headers.answer`'s business, by `layer`. Body bytes are final.
    """

    status: int
    reason: str | None
    headers: Headers
    body: bytes
    layer: Layer = "service"


# Tokens stand for fields while a body is spelled, and are cut out of it afterwards: private-use characters, so that no table can hold them.
_TEXT: Final = "\ue000{}\ue001"
_VALUE: Final = "\ue002{}\ue003"
_TOKEN: Final = re.compile('\ue000([a-z_]+)\ue001|"\ue002([a-z_]+)\ue003"')
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")
_HINT: Final = "hint"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A place in a body that a field fills: `quoted` as a JSON value, otherwise as text inside a JSON string."""

    name: str
    value: bool


@dataclass(frozen=True, slots=True)
class _Spelled:
    row: ErrorRow
    body: tuple[bytes | _Piece, ...]
    headers: tuple[tuple[str, str], ...]
    retries: bool


class _Catalogue:
    """The table, its rows typed when first asked for."""

    def __init__(self) -> None:
        table = tables.load("errors")
        self.examples: Mapping[str, str] = table["fields"]
        self.given: Mapping[str, Mapping[str, Any]] = table["rows"]
        self.called: Mapping[str, str] = {operation: row["name"] for operation, row in table["called"].items()}
        self.statuses: dict[int, str] = {int(status): key for status, key in table["statuses"].items()}
        self.rows: dict[str, ErrorRow] = {}
        self.spelled: dict[str, _Spelled] = {}

    def row(self, key: str) -> ErrorRow:
        found = self.rows.get(key)
        if found is None:
            given = self.given[key]
            own = {name: value for name, value in given.items() if name != "fields"}
            where = tables.shipped("errors")
            found = self.rows[key] = tables.typed(ErrorRow, own, where, ("rows", key), key=key, fields=self._fields(given))
        return found

    def _fields(self, given: Mapping[str, Any]) -> Mapping[str, str]:
        """The row's placeholders with their examples: its own, or else the table's."""
        own: Mapping[str, str] = given.get("fields", {})
        names = {name for text in _templates(given) for name in _FIELD.findall(text)} | set(own)
        return {name: own.get(name, self.examples.get(name, "")) for name in sorted(names)}


def _templates(given: Mapping[str, Any]) -> list[str]:
    in_stream = given.get("in_stream", {})
    texts = [given.get("message", ""), given.get("param", ""), in_stream.get("message", "")]
    return [*texts, *given.get("headers", {}).values()]


@cache
def _catalogue() -> _Catalogue:
    return _Catalogue()


def catalogue() -> tuple[ErrorRow, ...]:
    """All rows, in the table's order."""
    made = _catalogue()
    return tuple([made.row(key) for key in made.given])


def row(key: str) -> ErrorRow:
    """The row of that key. Raises KeyError with the nearest known key."""
    made = _catalogue()
    if key not in made.given:
        raise KeyError(f"no error {key!r}{nearest(key)}")
    return made.row(key)


def keys() -> frozenset[str]:
    """The keys of all rows."""
    return frozenset(_catalogue().given)


def known(key: str) -> bool:
    """Whether the catalogue has that key."""
    return key in _catalogue().given


def nearest(key: str) -> str:
    """For a key that is none: which one may have been meant, as the end of a sentence."""
    return tables.nearest(key, _catalogue().given)


def key_for_status(status: int) -> str:
    """The service's usual body for a status; for one that has none, that of its class."""
    statuses = _catalogue().statuses
    if status in statuses:
        return statuses[status]
    return statuses[500 if status >= 500 else 400]


def called(operation: str) -> str | None:
    """What a refusal calls an operation; None where it has no name there."""
    return _catalogue().called.get(operation)


def render(refusal: Refusal, *, hint_in_message: bool = False, request_id: str = "", status: int | None = None) -> Rendered:
    """The refusal in the service's bytes. With `hint_in_message` its hint is appended to the message. A key that is no row is a 500.

    Fields that mean the same everywhere: `retry_after` in seconds (rounded up in texts and `retry-after`, exact in `retry-after-ms`; None
    leaves both headers out), and `status`, another status for this row's body.
    """
    spelled = _spell(refusal.key if known(refusal.key) else "server_error")
    given = refusal.fields
    fill = _Filling(spelled.row, refusal.param, given, request_id, refusal.hint if hint_in_message else None)
    headers = [("content-type", JSON)] if spelled.row.layout != "none" else []
    wait = given.get("retry_after", spelled.row.fields.get("retry_after") if spelled.retries else None)
    for name, template in spelled.headers:
        if not name.startswith("retry-after"):
            headers.append((name, fill.header(template)))
    headers.extend(_retry(spelled, None if wait is None else seconds_of(wait)))
    body = b"".join([piece if type(piece) is bytes else fill.piece(piece) for piece in spelled.body])  # type: ignore[arg-type]
    code = status if status is not None else spelled.row.status
    if status is None and isinstance(given.get("status"), int):
        code = given["status"]
    return Rendered(code, spelled.row.reason, tuple(headers), body, spelled.row.layer)


def error_object(key: str, *, param: str | None = None, request_id: str = "", **fields: Any) -> Object | None:
    """`{code, message}`, the error of a failed response; None for the failure that has no error."""
    given = row(key)
    if given.layout == "none" and "failed" in given.forms and not given.message:
        return None
    code = given.failed_code or _code_of_failure(given)
    return {"code": code, "message": message(key, param=param, request_id=request_id, **fields)}


def _code_of_failure(given: ErrorRow) -> str:
    if given.status == 429:
        return "rate_limit_exceeded"
    return given.code or ("server_error" if given.status >= 500 else "invalid_prompt")


def stream_error(key: str, *, param: str | None = None, request_id: str = "", **fields: Any) -> Event:
    """The `error` event, its error nested, without its sequence number. Rows that name service headers carry them, as documented."""
    given = row(key)
    said = given.in_stream or InStream(_class_in_stream(given.status), given.code)
    fill = _Filling(given, param, fields, request_id, None)
    error: Object = {"type": said.type, "code": said.code}
    if said.headers:
        error["headers"] = dict(said.headers)
    error["message"] = fill.text(said.message or given.message)
    error["param"] = fill.param()
    return {"type": "error", "error": error}


def _class_in_stream(status: int) -> str:
    if status == 429:
        return "too_many_requests"
    if status in (401, 403):
        return "forbidden"
    return "server_error" if status >= 500 else "user_error"


def message(key: str, *, param: str | None = None, request_id: str = "", **fields: Any) -> str:
    """The row's message, filled."""
    given = row(key)
    return _Filling(given, param, fields, request_id, None).text(given.message)


def quoted_list(values: Sequence[Any]) -> str:
    """As the service lists values: `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"


class _Filling:
    """One refusal's fields, as text and as JSON."""

    __slots__ = ("_given", "_hint", "_param", "_request_id", "_row")

    def __init__(self, given: ErrorRow, param: str | None, fields: Mapping[str, Any], request_id: str, hint: str | None) -> None:
        self._row = given
        self._given = fields
        self._param = param
        self._request_id = request_id
        self._hint = hint

    def value(self, name: str) -> Any:
        """What was given, or what the table offers in its place."""
        if name == "retry_after_ms":
            return round(seconds_of(self.raw("retry_after")) * 1000)
        if name == "retry_after":
            return math.ceil(seconds_of(self.raw("retry_after")))
        if name == "request_id" and "request_id" not in self._given and self._request_id:
            return self._request_id
        return self.raw(name)

    def raw(self, name: str) -> Any:
        if name in self._given and (name != "retry_after" or self._given[name] is not None):
            return self._given[name]
        if name == "param" and self._param is not None:
            return self._param
        return self._row.fields.get(name) or _catalogue().examples.get(name, name)

    def shown(self, name: str) -> str:
        """The field as words, bounded."""
        value = self.value(name)
        if isinstance(value, (list, tuple, frozenset, set)):
            value = quoted_list(sorted(value) if isinstance(value, (set, frozenset)) else value)
        elif isinstance(value, bool) or value is None:
            value = {True: "true", False: "false", None: "null"}[value]
        text = value if isinstance(value, str) else str(value)
        return text if len(text) <= LONGEST_FIELD else f"{text[:LONGEST_FIELD]}..."

    def text(self, template: str) -> str:
        """A template with its fields filled in."""
        return _FIELD.sub(lambda found: self.shown(found[1]), template)

    def header(self, template: str) -> str:
        """A header's value: one line, nothing but printable ASCII."""
        return "".join(sign if " " <= sign <= "~" else "?" for sign in self.text(template))

    def param(self) -> str | None:
        """The offending path, or null."""
        if self._row.silent_param:
            return None
        if self._param is not None:
            return self._param[:LONGEST_FIELD]
        return None if self._row.param is None else self.text(self._row.param)

    def piece(self, piece: _Piece) -> bytes:
        """The bytes for one place in the body."""
        if piece.name == _HINT:
            return b" " + _inside(self._hint) if self._hint else b""
        if not piece.value:
            return _inside(self.shown(piece.name))
        if piece.name == "param":
            return _json(self.param())
        value = self._given[piece.name] if piece.name in self._given else _extra(self._row)[piece.name]
        return _json(value).replace(b"\n", b"\n    ") if self._row.layout == "openai" else orjson.dumps(value)


def _inside(text: str) -> bytes:
    return _json(text)[1:-1]


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except (TypeError, ValueError):  # lone surrogates, odd types: what a log would show is better than another error
        return orjson.dumps(str(value).encode("utf-8", "replace").decode())


def seconds_of(value: Any) -> float:
    """A wait that was given as a field, whatever its form: never negative, a second where it cannot be read."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return 1.0
    return seconds if math.isfinite(seconds) and seconds >= 0 else 0.0


def _retry(spelled: _Spelled, wait: float | None) -> list[tuple[str, str]]:
    """`retry-after` headers: the row's own set, or both where a wait was given to a row that says nothing of one, not even in its text."""
    if wait is None:
        return []
    values = {"retry-after": str(math.ceil(wait)), "retry-after-ms": str(round(wait * 1000))}
    own = [name for name, _ in spelled.headers if name in values]
    if not own and "{retry_after}" in spelled.row.message:
        return []
    return [(name, values[name]) for name in own or values]


def _spell(key: str) -> _Spelled:
    spelled = _catalogue().spelled.get(key)
    if spelled is None:
        spelled = _catalogue().spelled[key] = _spelling(row(key))
    return spelled


def _spelling(given: ErrorRow) -> _Spelled:
    text = _FIELD.sub(lambda found: _TEXT.format(found[1]), given.message) + _TEXT.format(_HINT)
    pieces: list[bytes | _Piece] = []
    body, end = _LAYOUTS[given.layout](given, text), 0
    for found in _TOKEN.finditer(body):
        pieces += [body[end : found.start()].encode(), _Piece(found[1] or found[2], value=found[1] is None)]
        end = found.end()
    pieces.append(body[end:].encode())
    headers = tuple(given.headers.items())
    retries = any(name.startswith("retry-after") for name in given.headers)
    return _Spelled(given, tuple(piece for piece in pieces if piece != b""), headers, retries)


def _pretty(value: Object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _compact(value: Object) -> str:
    return orjson.dumps(value).decode()


def _openai(given: ErrorRow, text: str) -> str:
    error: Object = {"message": text, "type": given.type, "param": _VALUE.format("param"), "code": given.code}
    return _pretty({"error": {**error, **{name: _VALUE.format(name) for name in _extra(given)}}})


def _extra(given: ErrorRow) -> Object:
    """Further keys of the error object, with the values that stand where nobody gave one."""
    extra: Object = {} if given.extra is None else orjson.loads(given.extra)
    return extra


def _chat_filter(given: ErrorRow, text: str) -> str:
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": _VALUE.format("content_filter_result")}
    return _compact(
        {"error": {"message": text, "type": None, "param": given.param, "code": given.code, "status": given.status, "innererror": inner}}
    )


_ENTRA_CODE: Final = re.compile(r"AADSTS(\d+)")


def _oauth(given: ErrorRow, text: str) -> str:
    """An error of a token endpoint; Entra's own, which have a number, come with what traces them."""
    number = _ENTRA_CODE.search(given.message)
    if number is None:
        return _compact({"error": given.code, "error_description": text})
    trace, correlation, timestamp = (_TEXT.format(name) for name in ("trace_id", "correlation_id", "timestamp"))
    return _compact(
        {
            "error": given.code,
            "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            "error_codes": [int(number[1])],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={number[1]}",
        }
    )


_LAYOUTS: Final[Mapping[Layout, Callable[[ErrorRow, str], str]]] = {
    "openai": _openai,
    "gateway": lambda given, text: _compact({"error": {"code": given.code, "message": text}}),
    # The classic gateway writes a space here; clients have logged its content length.
    "gateway_spaced": lambda given, text: _compact({"error": {"code": given.code, "message": text}}).replace(
        '"message":', '"message": ', 1
    ),
    "classic": lambda given, text: _compact({"error": {"type": given.type, "code": given.code, "message": text}}),
    "entra": lambda given, text: _compact({"statusCode": given.status, "message": text}),
    "oauth": _oauth,
    "message_only": lambda given, text: _compact({"error": {"message": text}}),
    "maas": lambda given, text: _compact({"error": {"code": given.code, "message": text, "details": text}}),
    "project": lambda given, text: _compact(
        {"error": {"code": given.code, "message": text, "details": [], "additional_info": {"request_id": _TEXT.format("request_id")}}}
    ),
    "validation": lambda given, text: _compact({"requestid": _TEXT.format("request_id"), "code": given.status, "message": text}),
    "chat_filter": _chat_filter,
    "none": lambda given, text: "",
}
