"""`html_page`: a gateway before the service answers, with a page for people."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from ..wire.frames import Chunk, Frames, Head
from .setup import LINE, STATUS, Setup, setting
from .stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage(Setup):
    """It never pulls, so nothing was done and nothing is stored."""

    NAME = "html_page"
    SHORT = "status"
    ABOUT = "a proxy's HTML error page in place of the answer; nothing is done"
    SOURCE = "pages of Azure's application gateway, as users quote them"

    status: int = setting(STATUS, int(HTTPStatus.BAD_GATEWAY), about="the status")
    server: str = setting(LINE, "Microsoft-Azure-Application-Gateway/v2", about="who says so")

    async def apply(self, frames: Frames, stage: Stage) -> Frames:
        """Head and page."""
        page = self._page()
        yield Head(self.status, (("server", self.server), ("content-type", "text/html"), ("content-length", str(len(page)))))
        yield Chunk(page)

    def _page(self) -> bytes:
        try:
            title = f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            title = str(self.status)
        lines = (
            f"<html>\r\n<head><title>{title}</title></head>",
            f"<body>\r\n<center><h1>{title}</h1></center>",
            f"<hr><center>{_text(self.server)}</center>",
            "</body>\r\n</html>\r\n",
        )
        return "\r\n".join(lines).encode()


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;")
