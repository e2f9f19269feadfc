"""A request as the gates let it through, and what comes back: values, never bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ..azure.models import Deployment
from ..azure.profiles import Profile, Region
from ..behaviour.book import Decision
from ..engine.log import Log
from ..wire import sse
from ..wire.record import record
from ..wire.types import Object
from .scope import Scope
from .uploads import Form

Surface: TypeAlias = Literal["v1", "dated", "deployments"]
FAULT_HEADER = "x-mock-fault"
"""Trouble for one request alone."""


@dataclass(slots=True)
class Call:
    """One request. `headers` have lower-case names; `query` maps a name to its values; `ids` are the path's own parameters.

    `form()` reads the form that is being uploaded; None where the body is none.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    operation: str
    surface: Surface
    ids: Mapping[str, str]
    scope: Scope
    profile: Profile
    region: Region
    request_id: str
    at: float
    json: Any = None
    decision: Decision | None = None
    notes: Object = field(default_factory=dict)
    form: Callable[[], Awaitable[Form]] | None = None

    def first(self, name: str) -> str | None:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else None


@record(frozen=True, slots=True)
class Whole:
    """A JSON body, not sent before `due` (Unix seconds on the scope's clock; None for at once); `dense` without line breaks."""

    value: Any
    due: float | None = None
    dense: bool = False


@record(frozen=True, slots=True)
class Told:
    """A log told as a stream, from the event behind `after`. `still()` returns the log as it stands now: a cancel may have cut it."""

    log: Log
    after: int = -1
    still: Callable[[], Awaitable[Log]] | None = None
    spelling: sse.Spelling = sse.NAMED


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes of another type than JSON (a file's content)."""

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Streamed:
    """Bytes of a known size that are read as they are sent (a large file's content)."""

    size: int
    content_type: str
    pieces: Callable[[], AsyncIterator[bytes]]


Answer: TypeAlias = Whole | Told | Raw | Streamed


@record(frozen=True, slots=True)
class Plan:
    """What was decided by reading. `run` does it, may store, and gives the answer; until it is awaited nothing happened."""

    run: Callable[[], Awaitable[Answer]]
    deployment: Deployment | None = None
    streaming: bool = False


Operation: TypeAlias = Callable[[Call], Awaitable[Plan]]
