"""A relay in front of the service that listens, for clients of which nothing is known but that they speak HTTP to a base URL.

It passes bytes on as they come, both ways. Towards the service it uses the HTTP library for which vcrpy answers, so that a stranger's
client can be driven from a cassette too.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from .hear import Ear, Listening, http

PREFIX: Final = "/_mock/relay"
"""Where the relay listens: under a path that a tape takes for no traffic of the service, so that it is played once, behind the relay."""

HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "host"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    relay: Relay

    def _pass(self) -> None:
        relay = self.relay
        with relay.working:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = [(name, value) for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP]
            try:
                with relay.client.stream(
                    self.command, relay.upstream + self.path.removeprefix(PREFIX), headers=headers, content=body
                ) as answer:
                    self._answer(answer)
            except http.HTTPError:
                self.close_connection = True  # what broke off there breaks off here

    def _answer(self, answer: Any) -> None:
        self.send_response_only(answer.status_code, answer.reason_phrase)
        for name, value in answer.headers.multi_items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in answer.iter_raw():
            if piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = do_DELETE = _pass  # noqa: N815 - the names that the standard library calls

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


class Relay:
    """Listens on a free port of this machine and passes everything on to `upstream`."""

    def __init__(self, upstream: str, ear: Ear) -> None:
        self.upstream, self.working = upstream, threading.Lock()
        self.client = http.Client(transport=Listening(ear), timeout=60.0)
        handler = type("Handler", (_Handler,), {"relay": self})
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
        self.client.close()
