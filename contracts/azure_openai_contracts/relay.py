"""Passing on what a client sends and what the service answers, as it comes, both ways; an ear listens.

A relay stands in front of the service for clients of which nothing is known but that they speak HTTP to a base URL. Towards the service
it uses the HTTP library for which vcrpy answers, so that a stranger's client can be driven from a cassette too.
"""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from .hear import Ear, Listening, http

PREFIX: Final = "/_mock/relay"
"""Where the relay listens: under a path that a tape takes for no traffic of the service, so that it is played once, behind the relay."""

HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "host"})
BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Passing(BaseHTTPRequestHandler):
    """One client's connection, and its requests passed on to `upstream`. `keeps_length` hands the answer's content-length on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    upstream: str
    transport: Listening
    keeps_length = False
    patience: float | None = 60.0
    """Seconds without a byte after which the service is given up; None for ever."""

    def pass_on(self) -> None:
        """The request that was read, to the service, and its answer back."""
        try:
            request = self._request()
        except (ValueError, http.InvalidURL) as problem:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST, explain=str(problem))
            return
        try:
            answer = self.transport.handle_request(request)
        except http.HTTPError as problem:
            self.unreachable(problem)
            return
        try:
            self._answer(answer)
        except (http.HTTPError, ConnectionError):
            self.close_connection = True  # what broke off there breaks off here, and the reverse
        finally:
            answer.close()

    def unreachable(self, problem: http.HTTPError) -> None:
        """No answer came: nothing is said in the service's place."""
        self.close_connection = True

    def headers_passed_on(self) -> list[tuple[str, str]]:
        """The request's headers, but for those that are about this connection alone."""
        return [(name, value) for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP]

    def _request(self) -> http.Request:
        whole = urlsplit(self.path)  # a proxy's clients name the host too
        path = self.path if self.path.startswith("/") else whole._replace(scheme="", netloc="").geturl()
        waits = dict.fromkeys(("read", "write"), self.patience) | {"connect": 30.0, "pool": None}
        return http.Request(
            self.command,
            self.upstream + path.removeprefix(PREFIX),
            headers=self.headers_passed_on(),
            content=self._body(),
            extensions={"timeout": waits},
        )

    def _body(self) -> bytes | None:
        if "chunked" not in (self.headers.get("transfer-encoding") or "").lower():
            length = self.headers.get("content-length")
            return None if length is None else self.rfile.read(int(length))
        pieces: list[bytes] = []
        while size := int(self.rfile.readline(1024).split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline(1024)
        while self.rfile.readline(65536).strip():
            pass  # trailers say nothing that the service reads
        return b"".join(pieces)

    def _answer(self, answer: http.Response) -> None:
        length = answer.headers.get("content-length") if self.keeps_length else None
        bare = self.command == "HEAD" or answer.status_code in BODILESS
        self.send_response_only(answer.status_code, answer.reason_phrase)
        for name, value in answer.headers.multi_items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if length is not None:
            self.send_header("content-length", length)
        elif not bare:
            self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        chunked = length is None and not bare
        for piece in answer.iter_raw():
            if piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


class _Handler(Passing):
    relay: Relay

    def _pass(self) -> None:
        with self.relay.working:
            self.pass_on()

    do_GET = do_POST = do_DELETE = _pass  # noqa: N815 - the names that the standard library calls


class Relay:
    """Listens on a free port of this machine and passes everything on to `upstream`."""

    def __init__(self, upstream: str, ear: Ear) -> None:
        self.working = threading.Lock()
        self.transport = Listening(ear)
        handler = type("Handler", (_Handler,), {"relay": self, "upstream": upstream, "transport": self.transport})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> str:
        """Begin; the base URL to give to the client."""
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}{PREFIX}"

    def settle(self) -> None:
        """Wait until what is under way has been heard to its end."""
        with self.working:
            pass

    def stop(self) -> None:
        """End."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.transport.close()
