"""A proxy that answers for Azure's names itself and refuses all others."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from azure_openai_mock.intercept.authority import authority
from azure_openai_mock.testing import MockServer

NAME = "my-resource.openai.azure.com"


@pytest.fixture(params=["httptools", "h11"])
def url(home: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    server = MockServer(profile="ga", http=request.param).start()
    yield server.url
    server.stop()


def through(url: str, name: str) -> http.client.HTTPSConnection:
    """A connection to the name through the mock as a proxy."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=authority().certificate)
    connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, context=context, timeout=10)
    connection.set_tunnel(name, 443)
    return connection


def create(connection: http.client.HTTPSConnection, **more: Any) -> dict[str, Any]:
    body = json.dumps({"model": "gpt-4o", "input": "hi", **more})
    connection.request("POST", "/openai/v1/responses", body, {"content-type": "application/json", "api-key": "k"})
    answer = connection.getresponse()
    assert answer.status == 200
    return dict(json.loads(answer.read()))


def said(url: str, data: bytes) -> bytes:
    """What the server says to these bytes before it closes."""
    parts = urlsplit(url)
    received = b""
    with socket.create_connection((str(parts.hostname), parts.port), timeout=5) as sock:
        sock.sendall(data)
        while piece := sock.recv(65536):
            received += piece
    return received


def test_two_turns_on_one_connection(url: str) -> None:
    connection = through(url, NAME)
    first = create(connection)
    assert create(connection, previous_response_id=first["id"])["previous_response_id"] == first["id"]
    connection.close()


def test_many_names_at_once(url: str) -> None:
    connections = [through(url, f"r{number}.openai.azure.com") for number in range(8)]
    assert all(create(connection)["status"] == "completed" for connection in connections)
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(
    "target",
    ["example.com:443", "my-resource.openai.azure.com:80", "[::1]:443", "169.254.169.254:443", "openai.azure.com.evil.example:443"],
)
def test_others_are_refused_by_name(url: str, target: str) -> None:
    head, _, body = said(url, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 Not a host of Azure OpenAI\r\n")
    assert target in json.loads(body)["error"]["message"]


@pytest.mark.parametrize("target", ["", "no-port", "a b:443", "\x1b[31m:443", ":443", "x" * 300 + ".openai.azure.com:443"])
def test_what_is_no_target_is_a_bad_request(url: str, target: str) -> None:
    assert said(url, f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).startswith(b"HTTP/1.1 400 ")


def test_a_client_that_does_not_trust_it_is_no_trouble_for_the_next(url: str) -> None:
    parts = urlsplit(url)
    distrustful = http.client.HTTPSConnection(str(parts.hostname), parts.port, context=ssl.create_default_context(), timeout=10)
    distrustful.set_tunnel(NAME, 443)
    with pytest.raises(ssl.SSLCertVerificationError):
        distrustful.connect()
    distrustful.sock.close()
    with socket.create_connection((str(parts.hostname), parts.port), timeout=5) as sock:
        sock.sendall(f"CONNECT {NAME}:443 HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
        assert sock.recv(100).startswith(b"HTTP/1.1 200 ")
        sock.sendall(b"this is no handshake\r\n")
    connection = through(url, NAME)
    create(connection)
    connection.close()


def test_a_key_that_others_could_read_is_told_to_whoever_connects(url: str, home: Path) -> None:
    private = authority().certificate.with_name("authority.pem")
    authority.cache_clear()
    private.chmod(0o644)
    assert said(url, f"CONNECT {NAME}:443 HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode()).startswith(b"HTTP/1.1 500 No certificate")


def test_a_plain_request_for_the_metadata_service_is_answered(url: str) -> None:
    request = b"GET http://169.254.169.254/metadata/identity/oauth2/token?resource=r HTTP/1.1\r\nHost: 169.254.169.254\r\n"
    answer = said(url, request + b"Metadata: true\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"access_token"' in answer


def test_so_is_one_through_a_tunnel(url: str) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    connection.set_tunnel("169.254.169.254", 80)
    for _ in range(2):
        connection.request("GET", "/metadata/identity/oauth2/token?resource=r", headers={"Metadata": "true"})
        assert "access_token" in json.loads(connection.getresponse().read())
    connection.close()


def test_a_plain_request_for_anybody_else_is_refused_by_name(url: str) -> None:
    answer = said(url, b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 421 ")
    assert b"'example.com' is not served here" in answer


def test_a_server_with_an_open_tunnel_ends_without_waiting_for_its_client(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = MockServer(profile="ga").start()
    connection = through(server.url, NAME)
    create(connection)
    server.stop()
    assert "exceeded" not in caplog.text
    connection.close()


def test_an_answer_that_breaks_off_breaks_off_under_tls_too(url: str) -> None:
    connection = through(url, NAME)
    headers = {"content-type": "application/json", "api-key": "k", "x-mock-fault": "reset;after=3"}
    connection.request("POST", "/openai/v1/responses", json.dumps({"model": "gpt-4o", "input": "hi", "stream": True}), headers)
    with pytest.raises((http.client.IncompleteRead, OSError)), connection.getresponse() as answer:
        answer.read()
    connection.close()
