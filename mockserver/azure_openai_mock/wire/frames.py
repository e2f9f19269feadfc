"""What leaves on the wire: a head, then chunks, and perhaps a violent end.

    Head  Chunk*  [Reset]        the ordinary order; `Reset` may come at any time

`Frames` is lazy: nothing happens (no store, no clock) until it is pulled. A fault is a function `Frames -> Frames`.
An answer that ends without `Reset` is finished properly (last chunk, content length met).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeAlias

from .record import record
from .types import Event

Headers: TypeAlias = tuple[tuple[str, str], ...]


@record(frozen=True, slots=True)
class Head:
    """Status line and headers. `reason` is the phrase on the status line where Azure's differs from the standard one.

    A head with a `content-length` promises that many body bytes; without one the body is chunked.
    """

    status: int
    headers: Headers
    reason: str | None = None

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)


@record(frozen=True, slots=True)
class Chunk:
    """Body bytes. For a server-sent event, `event` is what the bytes say; None for plain bodies, comments and garbage."""

    data: bytes
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection ends here: `hard` sends RST, otherwise FIN without finishing the body."""

    hard: bool = True


Frame: TypeAlias = Head | Chunk | Reset
Frames: TypeAlias = AsyncIterator[Frame]
