"""`redirect`: the client is sent elsewhere. Nothing is done here, and nothing is fetched there by us."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from ..wire.frames import Frames, Head
from .setup import LINE, STATUS, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Setup):
    """It never pulls."""

    NAME = "redirect"
    SHORT = "to"
    ABOUT = "a redirect in place of the answer; nothing is done"

    to: str = setting(LINE, "/", about="the location")
    status: int = setting(STATUS, int(HTTPStatus.TEMPORARY_REDIRECT), about="the status")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """A head that names another place."""
        yield Head(self.status, (("location", self.to), ("content-length", "0")))
