"""`answer`: a given answer in place of the service's, to the letter. It never pulls, so nothing was done and nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from ..wire import json
from ..wire.frames import Chunk, Frames, Head
from .setup import BODY, HEADERS, STATUS, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Setup):
    """A text leaves as it stands, any other value as JSON in the service's layout."""

    NAME = "answer"
    SHORT = "body"
    ABOUT = "a given status, body and headers in place of the answer; nothing is done and nothing stored"
    SOURCE = "whoever writes it down"

    status: int = setting(STATUS, int(HTTPStatus.OK), about="the status")
    body: object = setting(BODY, "", about="the body: a text to the letter, or a value as JSON")
    headers: Mapping[str, str | None] | None = setting(HEADERS, None, about="headers of the answer; the content type is JSON unless given")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """Head and body."""
        body = self.body.encode() if isinstance(self.body, str) else json.pretty(self.body)
        given = {"content-type": "application/json", **(self.headers or {}), "content-length": str(len(body))}
        yield Head(self.status, tuple((name, value) for name, value in given.items() if value is not None))
        if body:
            yield Chunk(body)
