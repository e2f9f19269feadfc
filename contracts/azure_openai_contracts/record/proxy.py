"""The proxy: it listens on this machine, hands every byte on as it comes, and lets a recording hear it.

Nothing is held back and nothing is joined. What cannot be passed on is answered with its reason, in no Azure's words, and never recorded.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from socket import AF_INET6
from typing import Final, TypeAlias

from ..hear import Ear, Listening, http
from ..relay import Passing

Tell: TypeAlias = Callable[[str], None]
GRACE: Final = 0.5
"""Seconds that exchanges have to end in when the recorder is told to."""


class _Handler(Passing):
    keeps_length = True
    patience = None  # a model may think for as long as it likes
    tell: Tell
    proxy: Proxy

    def headers_passed_on(self) -> list[tuple[str, str]]:
        """Without compression, so that a person can read the cassette, and secrets can be found in it."""
        kept = [(name, value) for name, value in super().headers_passed_on() if name.lower() != "accept-encoding"]
        return [*kept, ("accept-encoding", "identity")]

    def unreachable(self, problem: http.HTTPError) -> None:
        """The service gave no answer: say so, and why."""
        self._decline(HTTPStatus.BAD_GATEWAY, f"{self.upstream} gave no answer: {str(problem) or type(problem).__name__}")

    def _decline(self, status: HTTPStatus, reason: str) -> None:
        self.tell(f"  {self.command} {self.path.partition('?')[0]}  {status.value}  {reason}; not recorded")
        body = json.dumps({"error": {"code": "recorder", "type": "recorder", "param": None, "message": reason}}).encode()
        self.send_response_only(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pass(self) -> None:
        if self.headers.get("upgrade"):
            self.close_connection = True
            self._decline(HTTPStatus.NOT_IMPLEMENTED, "a cassette holds no WebSocket, so the recorder opens none")
        else:
            with self.proxy.counting():
                self.pass_on()

    def _tunnel(self) -> None:
        self.close_connection = True
        self._decline(HTTPStatus.NOT_IMPLEMENTED, "the recorder is no tunnel: give its address to the client as the service's")

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_OPTIONS = _pass  # noqa: N815 - the names that the standard library calls
    do_CONNECT = _tunnel  # noqa: N815


class Proxy:
    """Listens on `address` (port 0 for a free one) and passes everything on to `upstream`. Raises OSError for a port that is taken.

    `under_way` counts the exchanges that have begun and not ended.
    """

    def __init__(self, upstream: str, ear: Ear, *, address: tuple[str, int] = ("127.0.0.1", 0), tell: Tell = lambda line: None) -> None:
        self.transport, self.under_way = Listening(ear), 0
        self._counts = threading.Condition()
        own = {"upstream": upstream, "transport": self.transport, "tell": staticmethod(tell), "proxy": self}
        kind = type("Server", (ThreadingHTTPServer,), {"address_family": AF_INET6}) if ":" in address[0] else ThreadingHTTPServer
        self.server: ThreadingHTTPServer = kind(address, type("Handler", (_Handler,), own))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.url = f"http://{host}:{self.server.server_address[1]}"

    @contextmanager
    def counting(self) -> Iterator[None]:
        """One exchange more is under way in this block."""
        with self._counts:
            self.under_way += 1
        try:
            yield
        finally:
            with self._counts:
                self.under_way -= 1
                self._counts.notify_all()

    def settled(self) -> int:
        """Wait `GRACE` for what is just ending; how many exchanges are under way still."""
        with self._counts:
            self._counts.wait_for(lambda: not self.under_way, GRACE)
            return self.under_way

    def start(self) -> None:
        """Begin to listen."""
        self.thread.start()

    def stop(self) -> None:
        """Take no more, and break off what is under way."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.transport.close()
