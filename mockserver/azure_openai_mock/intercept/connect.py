"""`CONNECT host:443`, answered for Azure's host names with a TLS of this machine's own; every other name is refused."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Callable

from ..entra.hosts import METADATA
from ..wire.refusal import Refusal
from .names import certified
from .place import Unavailable, needed

log = logging.getLogger("azure_openai_mock")

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
HANDSHAKE = 10.0
"""Seconds that a client has for the handshake."""
FAREWELL = 0.5
"""Seconds that an idle client has to say goodbye in TLS before the server ends without it."""
_TARGET = re.compile(r"([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\]):(\d{1,5})", re.IGNORECASE | re.ASCII)
_under_way: set[asyncio.Task[None]] = set()


def take_over(target: str, transport: asyncio.Transport, another: Callable[[], asyncio.Protocol]) -> None:
    """Let the client speak TLS with this server as if it were the host that it wants. `another` makes a protocol for what it then says.

    Raises the Refusal of a host that is not answered here.
    """
    found = _TARGET.fullmatch(target)
    if found is None:
        raise Refusal("bad_request")
    host, port = found[1].lower(), int(found[2])
    if (host, port) == (METADATA, 80):
        _hand_over(transport, another())
        return
    if port != 443 or not certified(host):
        log.warning("refused to connect to %s: only Azure OpenAI's host names are answered here", target)
        raise Refusal("connect_refused", host=target)
    try:
        with needed():
            from .authority import context_for

            context = context_for(host)
    except Unavailable as problem:
        log.error("cannot answer in place of %s: %s", host, problem)
        raise Refusal("connect_uncertified", hint=str(problem)) from None
    transport.pause_reading()  # what the client says next is for TLS
    transport.write(ESTABLISHED)
    task = asyncio.ensure_future(_secure(host, context, transport, another()))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


def _hand_over(transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
    """The metadata service speaks no TLS."""
    transport.write(ESTABLISHED)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)


class _Waiting(asyncio.Protocol):
    """Keeps what comes between the end of the handshake and the moment when it is known here."""

    def __init__(self) -> None:
        self.received = b""
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


async def _secure(host: str, context: ssl.SSLContext, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
    loop, waiting = asyncio.get_running_loop(), _Waiting()
    try:
        secured = await loop.start_tls(
            transport, waiting, context, server_side=True, ssl_handshake_timeout=HANDSHAKE, ssl_shutdown_timeout=FAREWELL
        )
    except OSError as problem:  # TLS errors are OSErrors too
        log.warning("a client that wants %s broke off: %s; does it trust this machine's authority (SSL_CERT_FILE)?", host, problem)
        return
    if secured is None or waiting.lost:
        return
    secured.set_protocol(protocol)
    protocol.connection_made(secured)
    if waiting.received:
        protocol.data_received(waiting.received)
