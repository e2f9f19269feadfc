"""What was on the wire, and what the client made of it: the thing that every check looks at."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from . import forms, sse
from .operations import operation_of

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Headers in their order on the wire, names in lower case."""

TERMINAL = {"response.completed", "response.incomplete", "response.failed"}
"""The events that end a stream with the whole response in them."""


def headers_of(given: Mapping[str, str | Sequence[str]] | Iterable[tuple[str, str]]) -> Headers:
    """Headers from a mapping (whose values may be lists) or from pairs."""
    pairs = given.items() if isinstance(given, Mapping) else given
    out: list[tuple[str, str]] = []
    for name, value in pairs:
        values = [value] if isinstance(value, str) else list(value)
        out.extend((str(name).lower(), str(one)) for one in values)
    return tuple(out)


def header(headers: Headers, name: str) -> str | None:
    """The first header of that lower-case name."""
    return next((value for key, value in headers if key == name), None)


def inflate(body: bytes, encoding: str | None) -> bytes:
    """The body without its content encoding; as it is where it cannot be undone."""
    try:
        if encoding == "gzip":
            return gzip.decompress(body)
        if encoding == "deflate":
            return zlib.decompress(body)
    except (OSError, EOFError, zlib.error):
        return body
    return body


def json_of(body: bytes) -> Any:
    """The body as JSON, or None where it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


@dataclass(frozen=True)
class Request:
    """A request as it left the client. `body` is empty where there was none."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name."""
        return header(self.headers, name)

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.url).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs in their order."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def operation(self) -> str | None:
        """What is asked for, by the API's own name: `responses.create`, `responses.retrieve`, `models.list`, … or None."""
        return operation_of(self.method, self.path)

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or None."""
        return json_of(inflate(self.body, self.header("content-encoding")))

    @property
    def parts(self) -> list[forms.Part]:
        """The parts of a form; none for another body."""
        return forms.parts_of(self.header("content-type"), self.body)

    @property
    def wants_stream(self) -> bool:
        """Whether the answer should be a stream of events."""
        if self.method == "POST":
            return isinstance(self.json, dict) and self.json.get("stream") is True
        return dict(self.query).get("stream", "").lower() == "true"


@dataclass(frozen=True)
class Answer:
    """An answer as it came. `times` are (bytes, seconds after sending) per piece, empty where nobody noted them.

    `complete` is False where the connection ended before the body did. `waited` is the time to the head, `took` to the end, in seconds.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str | None = None
    complete: bool = True
    times: tuple[tuple[int, float], ...] = ()
    waited: float | None = None
    took: float | None = None

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name."""
        return header(self.headers, name)

    @property
    def is_stream(self) -> bool:
        """Whether it says that it is a stream of events."""
        return (self.header("content-type") or "").startswith("text/event-stream")

    @cached_property
    def plain(self) -> bytes:
        """The body without its content encoding."""
        return inflate(self.body, self.header("content-encoding"))

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or None."""
        return None if self.is_stream else json_of(self.plain)

    @cached_property
    def frames(self) -> list[sse.Frame]:
        """The frames of a stream; none for a plain body."""
        return sse.frames(self.plain, self.times) if self.is_stream else []

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The events of a stream, in order: the frames that hold a JSON object."""
        return [event for frame in self.frames if frame.whole and (event := frame.json()) is not None]

    @property
    def error(self) -> dict[str, Any] | None:
        """The error object of a plain body: what stands under `error`, or the body itself where it has no wrapper."""
        body = self.json
        if not isinstance(body, dict) or self.status < 400:
            return None
        inner = body.get("error", body)
        return inner if isinstance(inner, dict) else None


@dataclass(frozen=True)
class Exchange:
    """One request with its answer. `returned` and `raised` are what the client library made of it; `step` names where in a case it stood.

    `answer` is None where the connection failed before a status line came. `notes` are `profile`, `left` (where the case leaves a stream
    early) and `stopped` (where the client does).
    """

    request: Request
    answer: Answer | None
    returned: Any = None
    raised: BaseException | None = None
    step: str = ""
    sent_at: float | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def operation(self) -> str | None:
        """What was asked for, by the API's own name."""
        return self.request.operation

    @property
    def ok(self) -> bool:
        """Whether the service answered with a success."""
        return self.answer is not None and 200 <= self.answer.status < 300

    @cached_property
    def response(self) -> dict[str, Any] | None:
        """The Response object that this exchange ended with: the body, or the one in a stream's terminal event."""
        if self.answer is None or not self.ok:
            return None
        for event in reversed(self.answer.events):
            if event.get("type") in TERMINAL and isinstance(event.get("response"), dict):
                return dict(event["response"])
        body = self.answer.json
        return body if isinstance(body, dict) and body.get("object") == "response" else None

    def __str__(self) -> str:
        status = self.answer.status if self.answer else "no answer"
        where = f"{self.step}: " if self.step else ""
        return f"{where}{self.request.method} {urlsplit(self.request.url).path} -> {status}"

    def with_client(self, returned: Any, raised: BaseException | None) -> Exchange:
        """The same exchange with what the client made of it."""
        return replace(self, returned=returned, raised=raised)


def responses_in(run: Iterable[Exchange]) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    """Every exchange that ended with a Response object, with that object."""
    for exchange in run:
        response = exchange.response
        if response is not None:
            yield exchange, response
