"""Hearing what passes between a client and the service, without holding back or joining anything.

The transports here wrap the ones of the HTTP library that the installed `openai` uses (`httpx2`, or `httpx` before it), which are also the
ones for which vcrpy answers: so the same ear hears a socket and a cassette.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from . import clock
from .exchange import Answer, Exchange, Request, headers_of

__all__ = ["AsyncListening", "Ear", "Listening", "http", "library"]


def library() -> str:
    """The name of the HTTP library that the installed `openai` builds on."""
    import openai

    names = [base.__module__.partition(".")[0] for base in openai.DefaultHttpxClient.__mro__]
    return next(name for name in names if name.startswith("httpx"))


if TYPE_CHECKING:
    import httpx2 as http
else:
    http = import_module(library())


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the authorities takes 40 ms, so all connections share what was read."""
    return http.create_ssl_context()


LAST_WORD = b"data: [DONE]"
"""How the streams of chats end, behind which their clients do not look."""


class Ear:
    """Collects the exchanges that pass by. What a listening transport hands on is what came: nothing is held back, nothing is joined."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def heard(self, exchange: Exchange) -> None:
        """An exchange has passed, or failed before a status line came."""
        self.exchanges.append(exchange)

    def take(self) -> list[Exchange]:
        """What was heard since the last time."""
        heard, self.exchanges = self.exchanges, []
        return heard


class _Hearing:
    def __init__(self, ear: Ear, request: http.Request, body: bytes) -> None:
        self.ear, self.sent = ear, clock.elapsed()
        self.request = Request(request.method, str(request.url), headers_of(request.headers.multi_items()), body)
        self.pieces: list[tuple[bytes, float]] = []
        self.before: list[tuple[bytes, float]] = []
        self.noted = False

    def head(self, response: http.Response) -> None:
        self.status, self.reason = response.status_code, response.reason_phrase
        self.headers = headers_of(response.headers.multi_items())
        self.waited = clock.elapsed() - self.sent

    def begin(self) -> None:
        """The body is read, maybe again: a replayed one from its start, one of a socket from where its reader left."""
        self.before, self.pieces = self.heard, []

    @property
    def heard(self) -> list[tuple[bytes, float]]:
        """The body, once: what a further reading repeats counts once, what it adds comes after."""
        first, again = (b"".join(data for data, _ in one) for one in (self.before, self.pieces))
        if again.startswith(first):
            return self.pieces
        return self.before if first.startswith(again) else self.before + self.pieces

    def piece(self, data: bytes) -> bytes:
        self.pieces.append((data, clock.elapsed() - self.sent))
        return data

    def note(self, *, complete: bool, stopped: bool = False) -> None:
        if self.noted:
            return
        self.noted = True
        times = tuple((len(data), at) for data, at in self.heard)
        answer = Answer(
            self.status,
            self.headers,
            b"".join(data for data, _ in self.heard),
            self.reason,
            complete,
            times,
            self.waited,
            clock.elapsed() - self.sent,
        )
        self.ear.heard(Exchange(self.request, answer, sent_at=self.sent, notes={"stopped": True} if stopped else {}))

    def closed(self) -> None:
        """The client reads no further. A stream that has said its last word is whole: nothing is to come but the end of the connection."""
        whole = b"".join(data for data, _ in self.heard).rstrip().endswith(LAST_WORD)
        self.note(complete=whole, stopped=not whole)

    def silence(self) -> None:
        self.ear.heard(Exchange(self.request, None, sent_at=self.sent))


class _Stream(http.SyncByteStream):
    def __init__(self, inner: http.SyncByteStream, hearing: _Hearing) -> None:
        self.inner, self.hearing = inner, hearing

    def __iter__(self) -> Iterator[bytes]:
        self.hearing.begin()
        try:
            for data in self.inner:
                yield self.hearing.piece(data)
        except GeneratorExit:
            raise
        except BaseException:
            self.hearing.note(complete=False)
            raise
        self.hearing.note(complete=True)

    def close(self) -> None:
        self.hearing.closed()
        self.inner.close()


class _AsyncStream(http.AsyncByteStream):
    def __init__(self, inner: http.AsyncByteStream, hearing: _Hearing) -> None:
        self.inner, self.hearing = inner, hearing

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.hearing.begin()
        try:
            async for data in self.inner:
                yield self.hearing.piece(data)
        except (GeneratorExit, asyncio.CancelledError):
            raise
        except BaseException:
            self.hearing.note(complete=False)
            raise
        self.hearing.note(complete=True)

    async def aclose(self) -> None:
        self.hearing.closed()
        await self.inner.aclose()


class Listening(http.BaseTransport):
    """A transport that hears. The transport inside is the library's own, which vcrpy knows how to answer for."""

    def __init__(self, ear: Ear) -> None:
        self.ear, self.inner = ear, http.HTTPTransport(verify=_trusted())
        # taken now: while vcrpy lets another thread through to a socket, nothing is patched
        self.handle = self.inner.handle_request

    def handle_request(self, request: http.Request) -> http.Response:
        """Hand on, and listen."""
        hearing = _Hearing(self.ear, request, request.read())
        try:
            response = self.handle(request)
        except Exception:
            hearing.silence()
            raise
        hearing.head(response)
        response.stream = _Stream(response.stream, hearing)  # type: ignore[arg-type]
        return response

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


class AsyncListening(http.AsyncBaseTransport):
    """The same for async clients."""

    def __init__(self, ear: Ear) -> None:
        self.ear, self.inner = ear, http.AsyncHTTPTransport(verify=_trusted())

    async def handle_async_request(self, request: http.Request) -> http.Response:
        """Hand on, and listen."""
        hearing = _Hearing(self.ear, request, await request.aread())
        try:
            response = await self.inner.handle_async_request(request)
        except Exception:
            hearing.silence()
            raise
        hearing.head(response)
        response.stream = _AsyncStream(response.stream, hearing)  # type: ignore[arg-type]
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self.inner.aclose()
