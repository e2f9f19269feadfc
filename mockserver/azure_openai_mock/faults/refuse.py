"""`refuse`: another answer in place of the service's. It never pulls, so nothing was done and nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..wire.frames import Chunk, Frames
from .body import with_header
from .setup import HEADERS, REFUSAL, SPAN, STATUS, TABLE, Setup, setting
from .stage import Stage
from .wrong import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(Setup):
    """A row of the error table by its key, or the usual row of a status.

    `retry_after` is in seconds; the row decides which headers say it. `headers` come last. `fields` fill the row's message.
    """

    NAME = "refuse"
    SHORT = "key"
    ABOUT = "an error of the catalogue in place of the answer; nothing is done and nothing stored"
    SOURCE = "the error catalogue"

    key: str | None = setting(REFUSAL, None, about="a key of the error catalogue")
    status: int | None = setting(STATUS, None, about="a status, for its usual error")
    retry_after: float | None = setting(SPAN, None, about="how long the client is told to wait")
    headers: Mapping[str, str | None] | None = setting(HEADERS, None, about="headers to set; null takes one away")
    fields: Mapping[str, Any] | None = setting(TABLE, None, about="what fills the error's message")

    def __post_init__(self) -> None:
        if (self.key is None) == (self.status is None):
            raise Wrong("needs either 'key' (of the error catalogue) or 'status'")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """Head and body of the refusal."""
        given = dict(self.fields or {})
        if self.retry_after is not None:
            given["retry_after"] = self.retry_after
        head, body = stage.render(self.key if self.key is not None else self.status or 0, **given)
        for name, value in (self.headers or {}).items():
            head = with_header(head, name, value)
        yield head
        yield Chunk(body)
