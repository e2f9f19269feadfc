"""What ASGI cannot do: reset a connection, end it unfinished, choose the reason phrase, send more than was promised, refuse bytes that are
no HTTP in the service's shape, and give up on a head that never ends.

One mixin for both of uvicorn's parsers. It puts a `Wire` for the connection into `scope["extensions"]["azure_openai_mock"]`; the wire
writes through the transport underneath the protocol, so nothing of uvicorn's is replaced or reached into.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

from ..azure import errors
from ..wire.frames import Head
from ..wire.refusal import Refusal

EXTENSION = "azure_openai_mock"
HEAD_DEADLINE = 10.0
"""Seconds that a connection may take for its first request's head."""
HEAD_BYTES = 64 * 1024
"""Bytes of headers that a request may have."""


class Wire:
    """One connection, for an application that wants more of it than ASGI offers."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Phrased) -> None:
        self._transport = transport

    def reset(self) -> None:
        """End the connection with RST: what was not sent yet is lost, and the peer reads an error."""
        raw = self._transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.broken = True
        self._transport.abort()

    def cut(self) -> None:
        """End the connection with FIN after what was sent, the body unfinished."""
        self._transport.broken = True
        self._transport.close()

    def reason(self, phrase: str) -> None:
        """The phrase on the next status line."""
        self._transport.phrase = phrase.encode("ascii")

    def write(self, data: bytes) -> None:
        """Bytes past everything that counts them: more body than the head promised."""
        self._transport.write(data)


class Phrased:
    """A transport that can say another reason phrase once, and that knows when it was broken on purpose."""

    __slots__ = ("_transport", "abort", "broken", "close", "get_extra_info", "phrase")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.phrase: bytes | None = None
        self.broken = False
        self.abort = transport.abort
        self.close = transport.close
        self.get_extra_info = transport.get_extra_info

    def write(self, data: bytes) -> None:
        """Send; the first line gets the phrase if there is one. What comes after a break is dropped."""
        if self.broken:
            return
        if self.phrase is not None and data.startswith(b"HTTP/1."):
            line, end, rest = data.partition(b"\r\n")
            data = b" ".join([*line.split(b" ", 2)[:2], self.phrase]) + end + rest
            self.phrase = None
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Wired:
    """The mixin. The class after it in the order is one of uvicorn's protocols."""

    app: Any
    transport: Any
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Wrap the transport, give the application its wire, and start the deadline."""
        phrased = Phrased(transport)
        super().connection_made(phrased)  # type: ignore[misc]  # the next in line is uvicorn's
        extensions = {EXTENSION: Wire(phrased)}
        app = self.app

        async def wired(scope: Any, receive: Any, send: Any) -> None:
            self._met()
            scope["extensions"] = extensions
            await app(scope, receive, send)
            if phrased.broken:
                raise asyncio.CancelledError

        self.app = wired
        self._deadline = asyncio.get_running_loop().call_later(HEAD_DEADLINE, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._met()
        super().connection_lost(exc)  # type: ignore[misc]  # likewise

    def _met(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        self.say(Refusal("request_timeout"))

    def send_400_response(self, msg: str) -> None:
        """Bytes that are no HTTP: a 400 in the service's shape."""
        self.say(Refusal("bad_request"))

    def say(self, refusal: Refusal) -> None:
        """Answer with a refusal without any application, and close."""
        rendered = errors.render(refusal)
        headers = (*rendered.headers, ("content-length", str(len(rendered.body))), ("connection", "close"))
        self.transport.write(raw_head(Head(rendered.status, headers, rendered.reason)) + rendered.body)
        self.transport.close()


def raw_head(head: Head) -> bytes:
    """A status line and headers as they go out."""
    from http import HTTPStatus

    lines = [
        f"HTTP/1.1 {head.status} {head.reason or HTTPStatus(head.status).phrase}",
        *(f"{name}: {value}" for name, value in head.headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def websocket(**given: Any) -> asyncio.Protocol:
    """uvicorn's WebSocket protocol, imported when the first client asks for an upgrade."""
    from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

    return WSProtocol(**given)


def protocol(parser: str = "httptools") -> type[asyncio.Protocol]:
    """The protocol class for that parser: `httptools`, or `h11` where that is not installed."""
    return _PARSERS[parser]()


def _httptools() -> type[asyncio.Protocol]:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class Httptools(_Wired, HttpToolsProtocol):  # type: ignore[misc]  # uvicorn names its own protocol types
        """httptools has no limit of its own on headers."""

        _head = 0

        def on_message_begin(self) -> None:
            self._head = 0
            super().on_message_begin()

        def on_header(self, name: bytes, value: bytes) -> None:
            self._head += len(name) + len(value) + 4
            if self._head > HEAD_BYTES:
                self.say(Refusal("headers_too_large"))
                raise ValueError("the head is too large")
            super().on_header(name, value)

    return Httptools


def _h11() -> type[asyncio.Protocol]:
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class H11(_Wired, H11Protocol):  # type: ignore[misc]  # likewise
        """h11 limits the head itself."""

    return H11


_PARSERS: dict[str, Callable[[], type[asyncio.Protocol]]] = {"httptools": _httptools, "h11": _h11}
