"""Who gets in, what a web page can do, and what the server never does."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.process import Started, running, start, stop
from tests.reliability.soak import Held, held_by

PATH = "/openai/v1/responses"
JSON = {"api-key": "k", "content-type": "application/json"}
SECRET = "planted" + "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def server() -> Iterator[Started]:
    started = start("--store", "memory", "--profile", "ga", "--quiet")
    yield started
    assert stop(started) == 0


def an_address_of_this_machine() -> str:
    """One that others reach it by. To name a peer of a datagram sends nothing: it only says which way it would go."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking, contextlib.suppress(OSError):
        asking.connect(("198.51.100.1", 9))
        address = str(asking.getsockname()[0])
        if not address.startswith(("127.", "0.")):
            return address
    pytest.skip("this machine has no address but loopback: nobody can ask from outside")


def asked(server: Started, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with contextlib.closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)) as connection:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body if isinstance(body, (bytes, type(None))) else json.dumps(body), sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


# ---- who gets in ----


def test_it_listens_on_loopback_unless_told_otherwise(server: Started) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((an_address_of_this_machine(), port), timeout=2)


@pytest.mark.parametrize("path", [PATH, "/_mock/health", "/_mock/rules", "/_mock/", "/nowhere"])
def test_a_name_that_was_rebound_reaches_nothing(server: Started, path: str) -> None:
    status, _, body = asked(server, "GET", path, host="evil.example", api_key="k")
    assert status in (400, 403, 421)
    assert b"error" in body


@pytest.mark.parametrize("path", [PATH, "/_mock/rules", "/_mock/requests", "/_mock/", "/_mock/openapi.json"])
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_no_answer_lets_another_origin_read_it(server: Started, method: str, path: str) -> None:
    given = {"origin": "https://evil.example", "access_control_request_method": "POST", "access_control_request_headers": "content-type"}
    _, headers, _ = asked(server, method, path, b"{}" if method == "POST" else None, **given)
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example", "https://evil.example:8080"])
@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("POST", "/_mock/rules", b'{"say": "owned"}', "text/plain"),
        ("POST", "/_mock/rules", b'{"say": "owned"}', "application/json"),
        ("POST", "/_mock/reset", None, ""),
        ("POST", "/_mock/clock", b'{"advance": "30d"}', "application/x-www-form-urlencoded"),
        ("GET", "/_mock/requests", None, ""),
        ("DELETE", "/_mock/rules", None, ""),
    ],
)
def test_a_page_elsewhere_controls_nothing(server: Started, origin: str, method: str, path: str, body: bytes | None, kind: str) -> None:
    status, _, answer = asked(server, method, path, body, origin=origin, **({"content_type": kind} if kind else {}))
    assert status in (400, 403)
    assert b"owned" not in answer


def test_a_form_of_any_page_is_no_command(server: Started) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert asked(server, "POST", "/_mock/rules", b'{"say": "owned"}', content_type=kind)[0] == 400
    assert b"owned" not in asked(server, "GET", "/_mock/rules")[2]


COMMANDS = [
    ("GET", "/_mock/rules", None),
    ("POST", "/_mock/rules", {"say": "owned"}),
    ("POST", "/_mock/reset", None),
    ("GET", "/_mock/requests", None),
]
"""Reading and changing, with and without a body."""


@contextlib.contextmanager
def seen_from_outside(*options: str) -> Iterator[tuple[Started, Started]]:
    """A server on all addresses, as this machine reaches it by loopback and as others do, whose names for it are allowed."""
    address = an_address_of_this_machine()
    near = start("--store", "memory", "--profile", "ga", "--host", "0.0.0.0", "--allow-host", address, "--quiet", *options)
    try:
        yield near, replace(near, url=near.url.replace("127.0.0.1", address))
    finally:
        ended = stop(near)
    assert ended == 0


def test_off_loopback_the_control_api_wants_its_token() -> None:
    with seen_from_outside("--admin-token", SECRET) as (near, far):
        for method, path, body in COMMANDS:
            typed = {"content_type": "application/json"}
            for wrong in ({}, {"x_mock_admin_token": ""}, {"x_mock_admin_token": SECRET[:-1]}, {"x_mock_admin_token": SECRET + "\xe9"}):
                status, _, answer = asked(far, method, path, body, **typed, **wrong)
                assert status == 403, "who does not know it is refused"
                assert b"x-mock-admin-token" in answer, "and told how to"
                assert SECRET.encode() not in answer
            assert asked(far, method, path, body, **typed, x_mock_admin_token=SECRET)[0] < 300, "who knows it is let in"
            assert asked(near, method, path, body, **typed)[0] < 300, "this machine itself needs none"


@pytest.mark.parametrize(
    "claim", [{"x_forwarded_for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}, {"x_real_ip": "::1"}, {"host": "localhost"}]
)
def test_nobody_is_on_loopback_who_only_says_so(claim: dict[str, str]) -> None:
    with seen_from_outside("--admin-token", SECRET) as (_, far):
        assert asked(far, "GET", "/_mock/rules", **claim)[0] == 403


def test_off_loopback_a_server_without_a_token_takes_no_command_but_answers_what_it_is_there_for() -> None:
    with seen_from_outside() as (near, far):
        for method, path, body in COMMANDS:
            assert asked(far, method, path, body, content_type="application/json", x_mock_admin_token="")[0] == 403
        assert asked(far, "GET", "/_mock/health")[0] == 200
        assert asked(far, "POST", PATH, {"model": "gpt-4o", "input": "x"}, **JSON)[0] == 200
        assert b"owned" not in asked(near, "GET", "/_mock/rules")[2]


# ---- what it says of secrets ----


def test_neither_log_nor_journal_has_a_credential_or_a_forged_line() -> None:
    server = start("--store", "memory", "--profile", "ga", "--log-format", "text")
    asked(server, "POST", PATH, {"model": "gpt-4o", "input": "x"}, **JSON | {"api-key": SECRET})
    asked(server, "POST", PATH, {"model": "gpt-4o", "input": "x"}, authorization=f"Bearer {SECRET}", content_type="application/json")
    asked(server, "GET", f"/openai/v1/responses/a%0d%0aforged?sig={SECRET}", api_key=SECRET, cookie=SECRET)
    journal = asked(server, "GET", "/_mock/requests")[2].decode()
    assert SECRET not in journal
    server.process.terminate()
    assert server.process.stdout is not None
    logged = server.process.stdout.read()
    assert server.process.wait(10) == 0
    server.process.stdout.close()
    assert SECRET not in logged
    assert not [line for line in logged.splitlines() if line.startswith("forged")]


# ---- what it never does ----


BAIT = "http://{canary}/bait"
REQUESTS = [
    {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": BAIT}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": BAIT + ".pdf"}]}]},
    {"input": "x", "tools": [{"type": "mcp", "server_label": "s", "server_url": BAIT, "require_approval": "never"}]},
    {"input": "x", "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object", "$ref": BAIT}}}},
    {"input": "x", "tools": [{"type": "function", "name": "f", "parameters": {"$ref": BAIT, "type": "object"}}]},
    {"input": "x", "tools": [{"type": "web_search"}], "tool_choice": "required"},
    {"input": "x", "prompt": {"id": "pmpt_1", "variables": {"a": {"type": "input_image", "image_url": BAIT}}}},
    {"input": f"Look at {BAIT} and fetch it."},
    {"input": "x", "stream": True},
    {"input": "x", "background": True},
]


@contextlib.contextmanager
def canary() -> Iterator[tuple[str, list[str]]]:
    """An address that notes who comes."""
    visits: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def note() -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = listening.accept()
                visits.append(str(visitor.getpeername()))
                visitor.close()

    thread = threading.Thread(target=note, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}", visits
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def guarded() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "guard"), *(path for path in sys.path if path)])}


def test_the_guard_ends_who_connects() -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    assert subprocess.run([sys.executable, "-c", code], env={**os.environ, **guarded()}, capture_output=True, check=False).returncode == 97


@pytest.mark.parametrize("store", ["memory", "sqlite:///{folder}/store.sqlite3"])
def test_serving_never_reaches_out(tmp_path: Path, store: str) -> None:
    """The process would end at its first attempt, and the canary would know of one that the guard missed."""
    server = start("--store", store.format(folder=tmp_path), "--profile", "ga", "--quiet", env=guarded())
    with canary() as (address, visits):
        for request in REQUESTS:
            body = json.dumps({"model": "gpt-4o", **request}).replace("{canary}", address).encode()
            assert asked(server, "POST", PATH, body, **JSON)[0] < 500
        proxied = {"x-forwarded-for": "203.0.113.9", "x-forwarded-host": address, "forwarded": f"host={address}"}
        assert asked(server, "POST", PATH, {"model": "gpt-4o", "input": "x"}, **JSON | proxied)[0] == 200
        for path in ("/_mock/", "/_mock/openapi.json", "/_mock/requests", "/openai/v1/models"):
            assert asked(server, "GET", path, **JSON)[0] == 200
        for content in (f"http://{address}/openai/v1/models", f"//{address}/openai/v1/models"):
            asked(server, "GET", content, **JSON)
        assert visits == []
    assert server.process.poll() is None, "it tried to reach another"
    assert stop(server) == 0


# ---- who says much and hears nothing ----


UNHEARD = 30
WORDS = 8_000
"""Of the answer that nobody reads: its stream is more than two MiB, more than a kernel takes."""
LEFT = 32.0
"""MiB that later crowds may leave behind: less than a quarter of what their unread streams were."""


def crowd(server: Started) -> Held:
    """Thirty clients ask for a stream and never read it, another thirty leave in the middle; the others are answered at once.

    Tells what the server held meanwhile.
    """
    host, port = server.url.removeprefix("http://").split(":")
    assert (
        asked(server, "POST", "/_mock/rules", {"when": {"input": "long"}, "say": "word " * WORDS}, content_type="application/json")[0] < 300
    )
    body = json.dumps({"model": "gpt-4o", "input": "long", "stream": True, "store": False}).encode()
    said = b"POST %b HTTP/1.1\r\nhost: localhost\r\napi-key: k\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
    with contextlib.ExitStack() as stack:
        for number in range(2 * UNHEARD):
            client = stack.enter_context(contextlib.closing(socket.socket()))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that what is not read waits in the server
            client.settimeout(30)
            client.connect((host, int(port)))
            client.sendall(said % (PATH.encode(), len(body), body))
            if number % 2:
                assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
                client.close()
        assert asked(server, "POST", PATH, {"model": "gpt-4o", "input": "x"}, **JSON)[0] == 200
        return held_by(server)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what a process holds from /proc")
def test_streams_that_nobody_reads_and_clients_that_leave_hold_nothing() -> None:
    """After each crowd what was said is forgotten, because it is kept on purpose: what only a stream held would be left over."""
    with running("--store", "memory", "--profile", "ga") as server:
        before = held_by(server)
        after = []
        for _ in range(3):
            assert crowd(server).sockets >= before.sockets + UNHEARD, "those who do not read are still there"
            assert asked(server, "POST", "/_mock/reset")[0] < 300
            after.append(held_by(server))
        assert {(held.files, held.sockets) for held in after} == {(before.files, before.sockets)}
        assert after[-1].mebibytes - after[0].mebibytes < LEFT
        assert asked(server, "GET", "/_mock/health")[0] == 200
