"""What ASGI cannot do: reset a connection, end it unfinished, choose the reason phrase, send more than was promised, refuse in the
service's shape what is no sound HTTP, give up on a request that never ends or an answer that nobody reads, and hand a CONNECT over.

One mixin for both of uvicorn's parsers. It puts a `Wire` for the connection into `scope["extensions"]["azure_openai_mock"]`; what leaves
goes through an `Outlet` around the transport, so nothing of uvicorn's is replaced.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ..azure import errors
from ..wire.frames import Head
from ..wire.refusal import Refusal

EXTENSION = "azure_openai_mock"

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Stage: TypeAlias = Literal["", "head", "body"]
"""What of a request is still to come; nothing between requests."""
Connect: TypeAlias = Callable[[str, asyncio.Transport, Callable[[], asyncio.Protocol]], None]
"""Takes over a connection that asked for `CONNECT target`, or raises a Refusal. The last argument makes a protocol like the one that heard
the request, for what the client says next.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large: seconds, bytes, bytes per second."""

    head: float = 10.0
    """For a connection's next head, from its first byte; a new connection that stays silent is closed after as long."""
    body: float = 30.0
    """For a body, and again as often as `rate` was kept meanwhile."""
    rate: int = 1024
    unread: float = 60.0
    """For a client that has stopped reading to read on."""
    linger: float = 2.0
    """For a client to hear the end of an answer that came before the end of its request."""
    head_bytes: int = 64 * 1024
    headers: int = 200
    framing: int = 32
    """Bytes of chunk sizes, extensions and trailers for each byte of a body, beyond `head_bytes` of them."""


class Outlet:
    """A transport that can say another reason phrase once, speaks HTTP/1.0 without chunks, and knows when it was broken on purpose."""

    __slots__ = ("_held", "_linger", "_unframing", "abort", "broken", "closing", "get_extra_info", "lingers", "old", "phrase", "transport")

    def __init__(self, transport: asyncio.Transport, linger: float) -> None:
        self.transport = transport
        self.phrase: bytes | None = None
        self.old = False
        self.broken = False
        self.lingers = False
        self.abort = transport.abort
        self.get_extra_info = transport.get_extra_info
        self._linger = linger
        self.closing = False
        self._unframing = False
        self._held: list[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Send. What comes after a break is dropped."""
        if self.broken or self.closing:
            return
        if self.old or self.phrase is not None:
            data = self._respell(data)
        if self._held is None:
            self.transport.write(data)
        else:
            self._held.append(data)

    def hold(self) -> None:
        """Keep what is written from here on, to send it in one piece."""
        self._held = []

    def release(self) -> None:
        """Send what was kept."""
        held, self._held = self._held, None
        if held and not self.broken:
            self.transport.write(b"".join(held))

    def _respell(self, data: bytes) -> bytes:
        if self._unframing:
            size, _, rest = data.partition(b"\r\n")
            return rest[: int(size, 16)] if size else b""
        if not data.startswith(b"HTTP/1."):
            return data
        if self.phrase is not None:
            line, end, rest = data.partition(b"\r\n")
            data = b" ".join([*line.split(b" ", 2)[:2], self.phrase]) + end + rest
            self.phrase = None
        if self.old:
            data, self._unframing = data.replace(b"transfer-encoding: chunked\r\n", b"", 1), b"transfer-encoding: chunked\r\n" in data
        return data

    def close(self) -> None:
        """End with FIN after what was sent. Where the client may still be sending, take no more of it than it takes to be heard: closing on
        unread bytes would be a reset, and the answer would be lost.
        """
        if self.closing or self.transport.is_closing():
            return
        self.release()
        self.closing = True
        if not self.lingers or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.transport.resume_reading()
        asyncio.get_running_loop().call_later(self._linger, self.transport.close)

    def is_closing(self) -> bool:
        """Whether nothing more can be sent."""
        return self.closing or self.transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


class Wire:
    """One connection, for an application that wants more of it than ASGI offers."""

    __slots__ = ("_outlet", "hold", "release")

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self.hold = outlet.hold
        self.release = outlet.release

    def reset(self) -> None:
        """End the connection with RST: what was not sent yet is lost, and the peer reads an error."""
        raw = self._outlet.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._outlet.broken = True
        self._outlet.abort()

    def cut(self) -> None:
        """End the connection with FIN after what was sent, the body unfinished."""
        self._outlet.lingers = True
        self._outlet.close()
        self._outlet.broken = True

    def reason(self, phrase: str) -> None:
        """The phrase on the next status line."""
        self._outlet.phrase = phrase.encode("ascii")

    def write(self, data: bytes) -> None:
        """Bytes past everything that counts them: more body than the head promised."""
        self._outlet.write(data)


class _Wired:
    """The mixin. The class after it in the order is one of uvicorn's protocols, whose attributes these are."""

    limits = Limits()
    on_connect: Connect | None = None

    app: Any
    app_state: Any
    config: Any
    connections: set[Any]
    cycle: Any
    server_state: Any
    transport: Any
    loop: asyncio.AbstractEventLoop
    scope: Any

    _outlet: Outlet
    _stage: Stage = ""
    _timer: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _fed = 0
    _late = False
    _upgraded = False
    _current: Any = None

    def stage(self) -> Stage:
        """What of the newest request is still to come."""
        raise LookupError

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Wrap the transport, give the application its wire, and start the first deadline."""
        self._outlet = outlet = Outlet(transport, self.limits.linger)
        super().connection_made(outlet)  # type: ignore[misc]  # the next in line is uvicorn's
        extensions = {EXTENSION: Wire(outlet)}
        app = self.app

        async def wired(scope: Message, receive: Any, send: Send) -> None:
            cycle = self._current = receive.__self__
            scope["extensions"] = extensions
            outlet.old = scope["http_version"] == "1.0"
            if scope["path"].startswith("http:"):
                _to_origin(scope)
            if cycle.more_body:
                receive, send = self._patient(receive), self._early(cycle, send)
            found = flaw(scope, self.limits)
            if found is None:
                await app(scope, receive, send)
            else:
                await refuse(found, send)
            if outlet.broken:
                cycle.disconnected = True

        self.app = wired
        self._await("")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._rest()
        self.resume_writing()
        super().connection_lost(exc)  # type: ignore[misc]  # likewise

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and see to it that what has begun also ends."""
        if self._outlet.closing:
            return
        before = self._stage
        if not before and data.startswith(b"CONNECT "):
            self._connect(data)
            return
        super().data_received(data)  # type: ignore[misc]  # likewise
        if self._upgraded:
            return
        stage = self._stage = self.stage()
        if not stage:
            if self._timer is not None:
                self._rest()
            if self.cycle is None or self.cycle.response_complete:  # nothing but empty lines came
                self._await(stage)
        elif stage != before:
            self._fed = 0
            self._await(stage)
        else:
            self._fed += len(data)
            if stage == "head" and self._fed > self.limits.head_bytes:
                self.say(Refusal("headers_too_large"))

    def pause_writing(self) -> None:
        """The client does not read: what it was to get is not made until it does, and not kept for it for ever."""
        super().pause_writing()  # type: ignore[misc]  # likewise
        if self._unread is None:
            self._unread = self.loop.call_later(self.limits.unread, self._outlet.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()  # type: ignore[misc]  # likewise

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _await(self, stage: Stage) -> None:
        self._rest()
        late = {"": self._outlet.close, "head": self._head_late, "body": self._body_late}[stage]
        self._timer = self.loop.call_later(self.limits.body if stage == "body" else self.limits.head, late)

    def _head_late(self) -> None:
        if self._answering():
            self._await("head")
        else:
            self.say(Refusal("request_timeout"))

    def _body_late(self) -> None:
        """The application hears that the client is gone and answers with a timeout, which the client hears as well."""
        if self._fed >= self.limits.rate * self.limits.body:
            self._fed = 0
            self._await("body")
            return
        self._late = True
        self.cycle.message_event.set()

    def _patient(self, receive: Receive) -> Receive:
        async def until_late() -> Message:
            message = await receive()
            return {"type": "http.disconnect"} if self._late and message.get("more_body") else message

        return until_late

    def _early(self, cycle: Any, send: Send) -> Send:
        """An answer that comes before the end of its request ends the connection: nobody reads the rest."""

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start" and cycle.more_body:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
                self._outlet.lingers = True
            await send(message)

        return last

    def _answering(self) -> bool:
        """Whether an answer is on its way to a request that is whole: the newest, or one before it."""
        current = self._current
        if current is None or current.response_complete:
            return False
        return current is not self.cycle or current.response_started or not current.more_body

    def _connect(self, data: bytes) -> None:
        """A CONNECT comes in one piece or not at all."""
        line, end, _ = data.partition(b"\r\n")
        words = line.split(b" ")
        sound = len(words) == 3 and words[1].isascii() and end and data.endswith(b"\r\n\r\n")
        if self.on_connect is None or not sound or self._answering():
            self.say(Refusal("bad_request"))
            return
        try:
            self.on_connect(words[1].decode("ascii"), self._outlet.transport, self._another)
        except Refusal as refusal:
            self.say(refusal)
            return
        self._rest()
        self._unset_keepalive_if_required()  # type: ignore[attr-defined]  # uvicorn's
        self.connections.discard(self)

    def _another(self) -> asyncio.Protocol:
        made: Any = type(self)
        another: asyncio.Protocol = made(config=self.config, server_state=self.server_state, app_state=self.app_state)
        return another

    def send_400_response(self, msg: str) -> None:
        """Bytes that are no HTTP, in the service's shape. uvicorn calls it while it handles its parser's exception, which may know more."""
        status = getattr(sys.exc_info()[1], "error_status_hint", 0)
        self.say(Refusal("headers_too_large" if errors.key_for_status(status) == "headers_too_large" else "bad_request"))

    def say(self, refusal: Refusal) -> None:
        """Answer with a refusal without any application, and close; where an answer is on its way, close after that."""
        self._rest()
        if self._answering():
            self.cycle.keep_alive = False
            self._outlet.transport.pause_reading()
            return
        self._outlet.lingers = True
        self._outlet.write(whole(refusal))
        self._outlet.close()
        self._outlet.broken = True

    def handle_websocket_upgrade(self, *given: Any) -> None:
        """From here on the connection is another protocol's, unless its head has a flaw: it never passes by `wired`."""
        self._upgraded = True
        self._rest()
        found = flaw(self.scope, self.limits)
        if found is not None:
            self.say(found)
            return
        super().handle_websocket_upgrade(*given)  # type: ignore[misc]  # likewise


def flaw(scope: Message, limits: Limits) -> Refusal | None:
    """What a parser lets pass and a server must not: heads beyond the limits, and two readings of where a request goes or ends."""
    size = len(scope.get("raw_path", b"")) + len(scope.get("query_string", b""))
    hosts = framings = 0
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name == b"host":
            hosts += 1
        elif name in (b"content-length", b"transfer-encoding"):
            framings += 1
    if size > limits.head_bytes or len(scope["headers"]) > limits.headers:
        return Refusal("headers_too_large")
    version = scope["http_version"]
    if framings > 1 or hosts > 1 or (hosts == 0 and version == "1.1") or version not in ("1.0", "1.1"):
        return Refusal("bad_request")
    return None


def _to_origin(scope: Message) -> None:
    """A proxy is asked for `http://host/path`; one of the parsers leaves that whole. Which host is meant stands in the Host header too."""
    for key, slash in (("path", "/"), ("raw_path", b"/")):
        scope[key] = slash + scope[key].split(slash, 3)[-1] if scope[key].count(slash) > 2 else slash


_OFFER = re.compile(rb"\r\nupgrade:(?![ \t]*websocket[ \t]*\r\n)", re.IGNORECASE)


def declined(data: bytes) -> bytes:
    """A head whose offer to speak another protocol (HTTP/2, say) goes by another name: httptools would take its body for that protocol."""
    head, end, rest = data.partition(b"\r\n\r\n")
    return _OFFER.sub(b"\r\nOffered:", head) + end + rest


async def refuse(refusal: Refusal, send: Send) -> None:
    """A refusal through ASGI; the connection ends with it."""
    rendered = errors.render(refusal)
    headers = (*rendered.headers, ("content-length", str(len(rendered.body))), ("connection", "close"))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": rendered.status, "headers": encoded})
    await send({"type": "http.response.body", "body": rendered.body, "more_body": False})


def whole(refusal: Refusal) -> bytes:
    """A refusal as it goes out without any application."""
    rendered = errors.render(refusal)
    headers = (*rendered.headers, ("content-length", str(len(rendered.body))), ("connection", "close"))
    return raw_head(Head(rendered.status, headers, rendered.reason)) + rendered.body


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


def protocol(parser: str = "auto", *, limits: Limits | None = None, on_connect: Connect | None = None) -> type[asyncio.Protocol]:
    """The protocol class for that parser: `httptools`, `h11`, or the first of them that is installed."""
    made = PARSERS[parser]()
    own = {"limits": limits or Limits(), "on_connect": staticmethod(on_connect) if on_connect else None}
    return type(made.__name__, (made,), own)


def _auto() -> type[asyncio.Protocol]:
    from importlib.util import find_spec

    return _httptools() if find_spec("httptools") else _h11()


def _httptools() -> type[asyncio.Protocol]:
    import httptools
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class Httptools(_Wired, HttpToolsProtocol):  # type: ignore[misc]  # uvicorn names its own protocol types
        """httptools has no limits of its own, and reads trailers as headers."""

        _arriving: Stage = ""
        _read = b""
        _overhead = 0
        _size = 0

        def stage(self) -> Stage:
            return self._arriving

        def data_received(self, data: bytes) -> None:
            if not self._arriving and data.find(b"pgrade", 0, self.limits.head_bytes) >= 0:
                data = declined(data)
            self._read = data
            if self._arriving == "body":
                self._overhead += len(data)
            super().data_received(data)
            if self._arriving == "body" and self._overhead > self.limits.head_bytes + self.limits.framing * self._size:
                self.say(Refusal("bad_request"))

        def on_message_begin(self) -> None:
            self._arriving = "head"
            self._overhead = self._size = 0
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._arriving = "body"
            if len(self.url) > self.limits.head_bytes:
                self.say(Refusal("headers_too_large"))
                raise ValueError("the target is too long")
            super().on_headers_complete()
            if not (self.parser.should_upgrade() and self._should_upgrade()):
                self.headers = []  # trailers are none of the application's business

        def on_body(self, body: bytes) -> None:
            self._overhead -= len(body)
            self._size += len(body)
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._arriving = ""
            super().on_message_complete()

        def _unsupported_upgrade_warning(self) -> None:
            """An upgrade that is offered and not taken leaves an ordinary connection; its parser has stopped for good."""
            problem = sys.exc_info()[1]
            self.parser = httptools.HttpRequestParser(self)
            rest = self._read[problem.args[0] :] if problem is not None else b""
            if rest:
                super().data_received(rest)

    return Httptools


def _h11() -> type[asyncio.Protocol]:
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class H11(_Wired, H11Protocol):  # type: ignore[misc]  # likewise
        """h11 limits heads and framing itself: see `h11_max_incomplete_event_size`."""

        def stage(self) -> Stage:
            state = self.conn.their_state
            if state is h11.IDLE:
                return "head" if self.conn.trailing_data[0] else ""
            return "body" if state is h11.SEND_BODY else ""

        def _unsupported_upgrade_warning(self) -> None:
            """An upgrade that is offered and not taken leaves an ordinary connection."""

    return H11


PARSERS: dict[str, Callable[[], type[asyncio.Protocol]]] = {"auto": _auto, "httptools": _httptools, "h11": _h11}
