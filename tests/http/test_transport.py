"""What the wire does beyond ASGI, with both parsers, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.http.transport import EXTENSION, Limits, Outlet, flaw, protocol, websocket
from azure_openai_mock.serve import Server

QUICK = Limits(head=0.3, body=0.3, rate=1000, unread=0.3, linger=1.0)
OK = b"HTTP/1.1 200 OK"
BAD = b"HTTP/1.1 400 Bad Request"


class Host:
    """An application on a port, in a thread of its own."""

    def __init__(self, app: Any, parser: str, limits: Limits, on_connect: Any = None, loop: Any = uvloop.new_event_loop) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=protocol(parser, limits=limits, on_connect=on_connect),
            h11_max_incomplete_event_size=limits.head_bytes,
            ws=websocket,  # type: ignore[arg-type]
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            interface="asgi3",
        )
        self.server = Server(config)
        self._thread = threading.Thread(target=self._run, args=(loop,))
        self._thread.start()

    def _run(self, loop: Any) -> None:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(self.server.serve([self._listening]))

    def close(self) -> None:
        self.server.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def say(self, *pieces: bytes, half: bool = False) -> bytes:
        """Send the pieces and read until the server closes."""
        with self.connect() as sock:
            for piece in pieces:
                sock.sendall(piece)
            if half:
                sock.shutdown(socket.SHUT_WR)
            return rest(sock)


def rest(sock: socket.socket) -> bytes:
    """Everything until the end."""
    received = bytearray()
    while data := sock.recv(65536):
        received += data
    return bytes(received)


def until(sock: socket.socket, end: bytes) -> bytes:
    received = bytearray()
    while end not in received:
        data = sock.recv(65536)
        assert data, bytes(received)
        received += data
    return bytes(received)


@pytest.fixture(params=["httptools", "h11"])
def parser(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def host(parser: str) -> Iterator[Callable[..., Host]]:
    with contextlib.ExitStack() as stack:

        def start(app: Any, limits: Limits = QUICK, **given: Any) -> Host:
            made = Host(app, parser, limits, **given)
            stack.callback(made.close)
            return made

        yield start


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says the method, the path, the names of the headers and the body."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            await answer(send, 408, b"gave up")
            return
        body += message["body"]
        more = message["more_body"]
    names = [name.decode() for name, _ in scope["headers"]]
    await answer(send, 200, json.dumps([scope["method"], scope["path"], names, body.decode("latin-1")]).encode())


async def answer(send: Any, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


async def stream(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    for piece in (b"one\n", b"two\n", b"three\n"):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def parted(raw: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    return line, {name.lower(): value for name, _, value in (entry.partition(b": ") for entry in lines)}, body


def refused(raw: bytes, line: bytes = BAD) -> None:
    """It is this status in the service's shape, complete, and nothing after it."""
    first, headers, body = parted(raw)
    assert first == line
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"connection"] == b"close"
    assert len(body) == int(headers[b"content-length"])
    assert isinstance(json.loads(body)["error"]["message"], str)


GET = b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: a\r\n"


# ---- what the application can do -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_reset_is_an_rst(host: Any, loop: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"some", "more_body": True})
        scope["extensions"][EXTENSION].reset()

    with host(app, loop=loop).connect() as sock:
        sock.sendall(GET)
        with pytest.raises(ConnectionResetError):
            rest(sock)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_cut_is_a_fin_after_what_was_sent(host: Any, loop: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100000000")]})
        await send({"type": "http.response.body", "body": b"a" * 3_000_000, "more_body": True})
        scope["extensions"][EXTENSION].cut()

    body = parted(host(app, loop=loop).say(GET))[2]
    assert body == b"a" * 3_000_000


def test_a_cut_before_the_head_answers_nothing(host: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["extensions"][EXTENSION].cut()

    assert host(app).say(GET) == b""


def test_the_reason_phrase_is_the_applications_for_one_answer(host: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/odd":
            scope["extensions"][EXTENSION].reason("PermissionDenied")
        await answer(send, 401, b"no")

    with host(app).connect() as sock:
        sock.sendall(b"GET /odd HTTP/1.1\r\nHost: a\r\n\r\n")
        assert until(sock, b"no").startswith(b"HTTP/1.1 401 PermissionDenied\r\n")
        sock.sendall(GET)
        assert rest(sock).startswith(b"HTTP/1.1 401 Unauthorized\r\n")


def test_more_can_be_sent_than_was_promised(host: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, 200, b"five!")
        scope["extensions"][EXTENSION].write(b" and more")

    with host(app).connect() as sock:
        sock.sendall(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        assert until(sock, b"more").endswith(b"five! and more")


def test_an_end_on_purpose_is_not_logged_as_an_error(host: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["extensions"][EXTENSION].cut()

    host(app).say(GET)
    assert caplog.records == []


# ---- requests that never end -----------------------------------------------------------------------------------------------------------


def test_a_silent_connection_is_closed_without_a_word(host: Any) -> None:
    assert host(echo).say() == b""


def test_empty_lines_are_no_request(host: Any, parser: str) -> None:
    said = host(echo).say(b"\r\n\r\n")
    assert said == b"" if parser == "httptools" else said.startswith(BAD)


def test_a_head_that_never_ends_is_a_timeout(host: Any) -> None:
    refused(host(echo).say(b"GET /x HTTP/1.1\r\nHost: a\r\nX-Slow: "), b"HTTP/1.1 408 Request Timeout")


def test_so_is_the_second_head_of_a_connection(host: Any) -> None:
    with host(echo).connect() as sock:
        sock.sendall(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        until(sock, b'""]')
        sock.sendall(b"GET /y HTTP/1.1\r\nHost")
        refused(rest(sock), b"HTTP/1.1 408 Request Timeout")


def test_a_body_that_never_ends_is_told_to_the_application_which_answers(host: Any) -> None:
    line, headers, body = parted(host(echo).say(POST + b"Content-Length: 10\r\n\r\nabc"))
    assert (line, headers[b"connection"], body) == (b"HTTP/1.1 408 Request Timeout", b"close", b"gave up")


def test_a_slow_body_that_keeps_the_rate_is_read_to_its_end(host: Any) -> None:
    running = host(echo, Limits(body=0.2, rate=100))
    with running.connect() as sock:
        sock.sendall(POST + b"Connection: close\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(10):
            threading.Event().wait(0.06)
            sock.sendall(b"a" * 100)
        assert rest(sock).startswith(OK)


def test_an_answer_that_takes_long_is_not_a_late_head(host: Any) -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.8)
        await echo(scope, receive, send)

    assert host(slow).say(GET).startswith(OK)


def test_an_answer_that_nobody_reads_ends(host: Any) -> None:
    ended = threading.Event()
    made: list[int] = []

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        gone = asyncio.ensure_future(asyncio.sleep(0))
        while True:
            await send({"type": "http.response.body", "body": b"a" * 65536, "more_body": True})
            made.append(1)
            if gone.done():
                gone = asyncio.ensure_future(receive())
                await asyncio.sleep(0)
            if gone.done() and gone.result() and gone.result()["type"] == "http.disconnect":
                ended.set()
                return

    with host(endless).connect() as sock:
        sock.sendall(GET)
        assert ended.wait(5)
    assert len(made) * 65536 < 16_000_000  # the kernel's buffers and one of ours, not what an endless stream would fill


# ---- what is no sound HTTP -------------------------------------------------------------------------------------------------------------

UNSOUND = {
    "garbage": b"\x00\x01\x02\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "an HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /x\r\n\r\n",
    "another version": b"GET /x HTTP/3.0\r\nHost: a\r\n\r\n",
    "a space in a header's name": b"GET /x HTTP/1.1\r\nHost : a\r\n\r\n",
    "a NUL in a header's name": b"GET /x HTTP/1.1\r\nHost: a\r\nA\x00: d\r\n\r\n",
    "no host": b"GET /x HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a length that is no number": POST + b"Content-Length: abc\r\n\r\nabc",
    "a length with a sign": POST + b"Content-Length: +3\r\n\r\nabc",
    "length and coding": POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "an unknown coding": POST + b"Transfer-Encoding: banana\r\n\r\nabc",
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "a chunk that is no number": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
    "a chunk with a wrong end": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
    "a CONNECT": b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
}


@pytest.mark.parametrize("said", UNSOUND.values(), ids=UNSOUND.keys())
def test_what_is_no_sound_http_is_refused_in_the_services_shape(host: Any, said: bytes) -> None:
    refused(host(echo).say(said))


@pytest.mark.parametrize(
    "head",
    [
        b"GET /x HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 3_000_000,
        b"GET /x HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 300 + b"\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=["a large header", "an endless header", "many headers", "a long target"],
)
def test_a_head_beyond_the_limits_is_refused(host: Any, head: bytes) -> None:
    refused(host(echo).say(head), b"HTTP/1.1 431 Request Header Fields Too Large")


def test_trailers_are_not_headers(host: Any) -> None:
    said = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Late: 1\r\nHost: b\r\n\r\n"
    method, _, names, body = json.loads(parted(host(echo).say(said))[2])
    assert (method, sorted(names), body) == ("POST", ["connection", "host", "transfer-encoding"], "hi")


def test_more_framing_than_body_is_refused(host: Any, parser: str) -> None:
    said = POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-T: " + b"a" * 3_000_000
    answered = host(echo).say(said)
    assert answered.startswith(BAD if parser == "httptools" else b"HTTP/1.1 431")


def test_garbage_after_a_request_does_not_speak_before_its_answer(host: Any) -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.1)
        await answer(send, 200, b"first")

    with host(slow).connect() as sock:
        sock.sendall(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        threading.Event().wait(0.03)
        sock.sendall(b"\x00garbage\r\n\r\n")
        said = rest(sock)
    assert parted(said)[0] == OK
    assert b"first" in said


@settings(deadline=None)
@given(data=st.binary(min_size=1, max_size=300))
def test_whatever_comes_is_answered_or_ended(echoing: Host, data: bytes) -> None:
    said = echoing.say(data, half=True)
    assert said == b"" or said.startswith((b"HTTP/1.1 4", b"HTTP/1.1 2"))


@pytest.fixture(scope="module", params=["httptools", "h11"])
def echoing(request: pytest.FixtureRequest) -> Iterator[Host]:
    host = Host(echo, request.param, QUICK)
    yield host
    host.close()


# ---- answers that come early, and clients of other times -------------------------------------------------------------------------------


def test_an_early_answer_is_heard_by_a_client_that_is_still_sending(host: Any) -> None:
    async def early(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, 413, b"too large")

    raw = host(early).say(POST + b"Content-Length: 20000000\r\n\r\n", *[b"a" * 1_000_000] * 20)
    line, headers, body = parted(raw)
    assert (line[:12], headers[b"connection"], body) == (b"HTTP/1.1 413", b"close", b"too large")


def test_expect_100_continue_is_answered_when_the_body_is_wanted(host: Any) -> None:
    with host(echo).connect() as sock:
        sock.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        assert until(sock, b"\r\n\r\n").startswith(b"HTTP/1.1 100 Continue")
        sock.sendall(b"hi")
        assert json.loads(parted(rest(sock))[2])[3] == "hi"


def test_expect_100_continue_is_refused_without_reading(host: Any) -> None:
    async def early(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, 413, b"too large")

    raw = host(early).say(POST + b"Expect: 100-continue\r\nContent-Length: 9999999999\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 413")


def test_http_1_0_gets_a_stream_without_chunks(host: Any) -> None:
    line, headers, body = parted(host(stream).say(b"GET /x HTTP/1.0\r\n\r\n"))
    assert line == OK
    assert b"transfer-encoding" not in headers
    assert body == b"one\ntwo\nthree\n"


def test_pipelined_requests_are_answered_in_order(host: Any) -> None:
    async def slower(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.05 if scope["path"] == "/1" else 0)
        await answer(send, 200, scope["path"].encode())

    raw = host(slower).say(b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % n for n in (1, 2)) + GET)
    assert raw.count(OK) == 3
    assert raw.index(b"/1") < raw.index(b"/2") < raw.index(b"/x")


def test_an_offer_of_http_2_leaves_an_ordinary_connection(host: Any) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
    with host(echo).connect() as sock:
        sock.sendall(POST + offer + b"Content-Length: 2\r\n\r\nhi")
        assert json.loads(parted(until(sock, b'"hi"]'))[2])[3] == "hi"
        sock.sendall(POST + b"Content-Length: 3\r\nConnection: close\r\n\r\nyou")
        assert json.loads(parted(rest(sock))[2])[3] == "you"


UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"


@pytest.mark.parametrize("hosts", [b"Host: a\r\nHost: b\r\n", b""], ids=["two hosts", "no host"])
def test_a_handshake_is_held_to_the_same_as_any_other_head(host: Any, hosts: bytes) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("no application hears of it")

    refused(host(app).say(b"GET /ws HTTP/1.1\r\n" + hosts + UPGRADE + b"\r\n"))


def test_a_handshake_beyond_the_limits_is_refused(host: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("no application hears of it")

    many = b"".join(b"x-%d: y\r\n" % number for number in range(QUICK.headers))
    raw = host(app).say(b"GET /ws HTTP/1.1\r\nHost: a\r\n" + many + UPGRADE + b"\r\n")
    refused(raw, b"HTTP/1.1 431 Request Header Fields Too Large")


def test_a_websocket_outlives_the_deadlines_of_requests(host: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": message["text"]})
        await send({"type": "websocket.close"})

    with host(app).connect() as sock:
        sock.sendall(b"GET /ws HTTP/1.1\r\nHost: a\r\n" + UPGRADE + b"\r\n")
        assert until(sock, b"\r\n\r\n").startswith(b"HTTP/1.1 101")
        threading.Event().wait(0.6)
        sock.sendall(b"\x81\x82\x00\x00\x00\x00hi")
        assert until(sock, b"hi").startswith(b"\x81\x02hi")


def test_a_connect_is_handed_over_whole(host: Any) -> None:
    targets: list[str] = []

    def take(target: str, transport: asyncio.Transport, another: Callable[[], asyncio.Protocol]) -> None:
        targets.append(target)
        transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        transport.close()

    raw = host(echo, on_connect=take).say(b"CONNECT my.example:443 HTTP/1.1\r\nHost: my.example:443\r\n\r\n")
    assert raw == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert targets == ["my.example:443"]


def test_a_client_that_leaves_at_once_leaves_nothing_behind(host: Any) -> None:
    running = host(stream)
    for _ in range(20):
        sock = running.connect()
        sock.sendall(GET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    assert running.say(GET).startswith(OK)
    for _ in range(100):
        if not running.server.server_state.connections:
            break
        threading.Event().wait(0.02)
    assert not running.server.server_state.connections


def test_the_date_is_told_and_the_servers_name_is_not(host: Any) -> None:
    headers = parted(host(echo).say(GET))[1]
    assert b"server" not in headers
    assert headers[b"date"].endswith(b"GMT")


# ---- the parts -------------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([b"host", b"content-length", b"transfer-encoding", b"x"]), max_size=8))
def test_a_sound_head_has_one_host_and_at_most_one_framing(names: list[bytes]) -> None:
    scope = {"headers": [(name, b"1") for name in names], "http_version": "1.1", "raw_path": b"/", "query_string": b""}
    sound = names.count(b"host") == 1 and names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
    assert (flaw(scope, Limits()) is None) is sound


@given(st.lists(st.binary(max_size=50)))
def test_what_http_1_0_gets_is_the_chunks_without_their_frames(pieces: list[bytes]) -> None:
    written: list[bytes] = []

    class Transport:
        get_extra_info = abort = None

        def write(self, data: bytes) -> None:
            written.append(data)

    outlet = Outlet(Transport(), 0)  # type: ignore[arg-type]
    outlet.old = True
    outlet.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    for piece in pieces:
        outlet.write(b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b"")
    outlet.write(b"0\r\n\r\n")
    assert b"".join(written) == b"HTTP/1.1 200 OK\r\n\r\n" + b"".join(pieces)
