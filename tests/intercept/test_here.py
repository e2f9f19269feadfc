"""In this process: every HTTP library is led to the mock for Azure's names, and to nobody else's."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3
from azure.identity import ClientSecretCredential, get_bearer_token_provider
from azure.identity.aio import DefaultAzureCredential as AsyncDefaultAzureCredential
from azure.identity.aio import get_bearer_token_provider as async_token_provider
from openai import APIConnectionError, AsyncAzureOpenAI, AzureOpenAI

from azure_openai_mock.testing import Mock, MockServer

URL = "https://my-resource.openai.azure.com/openai/v1/responses"
SCOPE = "https://cognitiveservices.azure.com/.default"
BODY = {"model": "gpt-4o", "input": "hi"}
KEY = {"api-key": "k"}
APPLICATION = Path(__file__).parents[1] / "e2e" / "applications" / "chat.py"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    running = MockServer(profile="ga").start()
    yield running
    running.stop()


@pytest.fixture
def mock(server: MockServer) -> Iterator[Mock]:
    """A scope into which this process is led."""
    made = server.scope()
    made.say("from the mock")
    with made.intercept():
        yield made
    made.close()


def by_httpx(url: str) -> Any:
    with httpx.Client() as client:
        return client.post(url, json=BODY, headers=KEY).raise_for_status().json()


def by_httpx2(url: str) -> Any:
    with httpx2.Client() as client:
        return client.post(url, json=BODY, headers=KEY).raise_for_status().json()


def by_async_httpx(url: str) -> Any:
    async def work() -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json=BODY, headers=KEY)).raise_for_status().json()

    return asyncio.run(work())


def by_async_httpx2(url: str) -> Any:
    async def work() -> Any:
        async with httpx2.AsyncClient() as client:
            return (await client.post(url, json=BODY, headers=KEY)).raise_for_status().json()

    return asyncio.run(work())


def by_requests(url: str) -> Any:
    answer = requests.post(url, json=BODY, headers=KEY, timeout=10)
    answer.raise_for_status()
    assert answer.url == url, "the client is told where it went, not where it was led"
    return answer.json()


def by_urllib3(url: str) -> Any:
    with urllib3.PoolManager() as pool:
        answer = pool.request("POST", url, json=BODY, headers=KEY)
        assert answer.status < 400
        return answer.json()


def by_urllib(url: str) -> Any:
    asked = urllib.request.Request(url, json.dumps(BODY).encode(), {**KEY, "content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.url == url
        return json.loads(answer.read())


def by_aiohttp(url: str) -> Any:
    async def work() -> Any:
        async with aiohttp.ClientSession() as session, session.post(url, json=BODY, headers=KEY) as answer:
            answer.raise_for_status()
            assert str(answer.url) == url
            return await answer.json()

    return asyncio.run(work())


LIBRARIES: list[Callable[[str], Any]] = [
    by_httpx,
    by_httpx2,
    by_async_httpx,
    by_async_httpx2,
    by_requests,
    by_urllib3,
    by_urllib,
    by_aiohttp,
]
each_library = pytest.mark.parametrize("post", LIBRARIES, ids=lambda post: post.__name__)


def said(response: Any) -> str:
    return str(response["output"][0]["content"][0]["text"])


@each_library
def test_a_library_is_led_to_the_scope(mock: Mock, post: Callable[[str], Any]) -> None:
    assert said(post(URL)) == "from the mock"
    [entry] = mock.requests
    assert entry["headers"]["host"] == "my-resource.openai.azure.com"


@pytest.mark.parametrize("host", ["x.services.ai.azure.com", "X.CognitiveServices.Azure.com"])
@each_library
def test_so_are_the_siblings_of_the_host(mock: Mock, post: Callable[[str], Any], host: str) -> None:
    assert said(post_anywhere(post, host)) == "from the mock"


def post_anywhere(post: Callable[[str], Any], host: str) -> Any:
    return post(f"https://{host.lower()}/openai/v1/responses")


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """Another server on this machine, and what it was asked."""
    listening = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            with sock:
                heard.append(sock.recv(65536))
                sock.sendall(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\nconnection: close\r\n\r\n"me"')

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/x", heard
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


@each_library
def test_others_are_left_alone(mock: Mock, elsewhere: tuple[str, list[bytes]], post: Callable[[str], Any]) -> None:
    url, heard = elsewhere
    assert post(url) == "me"
    assert b"x-mock-scope" not in heard[0].lower()
    assert list(mock.requests) == []
    mock.rules.clear()


@each_library
def test_afterwards_the_name_is_nobodys(server: MockServer, post: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with server.scope().intercept():
        post(URL)

    def unknown(*asked: Any, **more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "no such name in this test")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises((OSError, httpx.ConnectError, httpx2.ConnectError, urllib3.exceptions.HTTPError)):
        post(URL)


def test_the_innermost_is_in_force(server: MockServer) -> None:
    outer, inner = server.scope(), server.scope()
    outer.say("outer")
    inner.say("inner")
    with outer.intercept():
        with inner.intercept():
            assert said(by_httpx(URL)) == "inner"
        assert said(by_httpx(URL)) == "outer"


def test_a_client_made_before_and_for_a_proxy_is_led_here_as_well(server: MockServer) -> None:
    with httpx.Client(proxy="http://192.0.2.1:3128") as client, server.scope().intercept():
        assert client.post(URL, json=BODY, headers=KEY).status_code == 200
        assert client.post(URL, json=BODY, headers=KEY).status_code == 200


def application() -> ModuleType:
    """The same twenty lines that run under `exec --intercept`."""
    spec = importlib.util.spec_from_file_location("chat", APPLICATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_application_runs_unchanged_in_process(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    mock.profile("dated-2025-03")
    chat = application()
    assert chat.chat() == "completed from the mock"
    assert [entry["status"] for entry in mock.requests] == [200, 200, 200]
    chat.client.close()
    chat.credential.close()


def test_an_asynchronous_application_too(mock: Mock) -> None:
    async def work() -> str:
        async with AsyncDefaultAzureCredential() as credential:
            client = AsyncAzureOpenAI(
                base_url="https://my-resource.openai.azure.com/openai/v1/",
                azure_ad_token_provider=async_token_provider(credential, SCOPE),
                api_version="preview",
            )
            async with client:
                return (await client.responses.create(model="gpt-4o", input="hi")).output_text

    assert asyncio.run(work()) == "from the mock"


def test_a_client_secret_is_taken_by_the_hard_coded_authority(mock: Mock) -> None:
    with ClientSecretCredential("my-tenant.example", "my-app", "a secret") as credential:
        client = AzureOpenAI(
            base_url="https://my-resource.openai.azure.com/openai/v1/",
            azure_ad_token_provider=get_bearer_token_provider(credential, SCOPE),
            api_version="preview",
        )
        assert client.responses.create(model="gpt-4o", input="hi").output_text == "from the mock"
        client.close()


def test_the_metadata_service_has_its_own_address(mock: Mock) -> None:
    url = "http://169.254.169.254/metadata/identity/oauth2/token?resource=r"
    assert requests.get(url, headers={"Metadata": "true"}, timeout=10).json()["token_type"] == "Bearer"
    mock.rules.clear()


def test_a_stream_breaks_off_as_it_would(mock: Mock) -> None:
    mock.fault("cut", after=3)
    client = AzureOpenAI(base_url="https://r.openai.azure.com/openai/v1/", api_key="k", api_version="preview", max_retries=0)
    with pytest.raises(APIConnectionError):
        list(client.responses.create(model="gpt-4o", input="hi", stream=True))
    client.close()


def test_a_program_beside_the_test_runs_unchanged_in_its_scope(server: MockServer) -> None:
    mock = server.scope()
    mock.profile("dated-2025-03")
    mock.say("from the scope of its token")
    done = subprocess.run([sys.executable, APPLICATION], env=mock.child_environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "completed from the scope of its token\n"), done.stderr
    assert mock.requests.where(operation="responses.create").count == 2


def test_the_users_environment_is_hidden_and_comes_back(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    polluted = {"AZURE_CLIENT_ID": "mine", "AZURE_TENANT_ID": "mine", "HTTPS_PROXY": "http://192.0.2.1:1", "no_proxy": "*"}
    for name, value in polluted.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "dev")
    with server.scope().intercept():
        assert not polluted.keys() & os.environ.keys()
        assert os.environ["AZURE_TOKEN_CREDENTIALS"] == "ManagedIdentityCredential"
        assert os.environ["IDENTITY_ENDPOINT"] == f"{server.url}/msi/token"
    assert polluted.items() <= os.environ.items()
    assert os.environ["AZURE_TOKEN_CREDENTIALS"] == "dev"
    assert "IDENTITY_ENDPOINT" not in os.environ
