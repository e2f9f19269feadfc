"""Where a contract is held to: a cassette, a mock or Azure, and what can be done there."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from . import clock

Kind: TypeAlias = Literal["cassette", "mock", "azure"]

NEEDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "rules": ("cassette", "mock"),  # the model must say given words
    "faults": ("cassette", "mock"),  # the service must fail in a given way
    "time travel": ("cassette", "mock"),
    "profiles": ("cassette", "mock"),  # the world of another month
    "socket": ("mock", "azure"),  # what only a live connection shows: a cut, a reset
    "timing": ("mock", "azure"),  # when bytes come: a cassette of vcrpy's does not know
    "journal": ("mock",),
    "seeding": ("cassette", "mock"),
    "keys": ("cassette", "mock", "azure"),  # a wrong key must be told from a right one
}
"""What a case may need, and where there is such a thing."""

_WHY: Final[Mapping[str, str]] = {
    "rules": "nobody can tell {kind} what its model shall say",
    "faults": "nobody can tell {kind} to fail",
    "time travel": "time cannot be moved on {kind}",
    "profiles": "{kind} is what it is today",
    "socket": "a {kind} has no connection that could break",
    "timing": "a {kind} does not know when bytes came",
    "journal": "a {kind} keeps no journal",
    "seeding": "nothing can be put into {kind} under a given id",
    "keys": "no key is known to be the right one of this {kind}",
}


@dataclass(frozen=True)
class Target:
    """One of the three. `base_url` is the resource's root, without `/openai`; `deployments` maps the catalogue's models to names there.

    `bearer` is a token of Entra ID, sent instead of the key. `open` says that it takes any key for a right one.
    """

    kind: Kind
    base_url: str = "http://cassette.invalid"
    api_key: str = "contract"
    bearer: str | None = None
    profile: str = ""
    admin_token: str = ""
    deployments: Mapping[str, str] = field(default_factory=dict)
    open: bool = False

    def missing(self, needs: frozenset[str]) -> list[str]:
        """Why a case with these needs cannot run here; empty where it can."""
        lacking = {need for need in needs if self.kind not in NEEDS[need]} | (needs & {"keys"} if self.open or self.bearer else set())
        return [_WHY[need].format(kind=self.kind) for need in sorted(lacking)]

    def deployment(self, model: str) -> str:
        """The name of that model's deployment here."""
        return self.deployments.get(model, model)


class ControlProblem(Exception):
    """The mock's control API refused, which is a fault of the case or of the mock, never a finding about the service."""


class Control:
    """The mock's control API for one scope. On a cassette it does nothing: the recording shows what came of it."""

    def __init__(self, target: Target, scope: str) -> None:
        self.target = target
        self.scope = scope

    @property
    def live(self) -> bool:
        """Whether there is a mock to talk to."""
        return self.target.kind == "mock"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call; the answer as JSON, None for 204. Raises ControlProblem."""
        url = urlsplit(self.target.base_url)
        connection = http.client.HTTPConnection(url.hostname or "127.0.0.1", url.port or 80, timeout=30)
        headers = {"x-mock-scope": self.scope, "content-type": "application/json"}
        if self.target.admin_token:
            headers["x-mock-admin-token"] = self.target.admin_token
        try:
            connection.request(method, f"/_mock{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            raw = answer.read()
        except OSError as problem:
            raise ControlProblem(f"{method} /_mock{path}: {problem}") from problem
        finally:
            connection.close()
        if answer.status >= 300:
            raise ControlProblem(f"{method} /_mock{path} answered {answer.status}: {raw[:300].decode('utf-8', 'replace')}")
        return json.loads(raw) if raw else None

    def _do(self, method: str, path: str, body: Any) -> Any:
        return self.call(method, path, body) if self.live else None

    def rule(self, **rule: Any) -> None:
        """Tell the model what to say, or the wire how to fail."""
        self._do("POST", "/rules", rule)

    def advance(self, span: str | float) -> None:
        """Let time pass: `30d`, `90s`, seconds."""
        self._do("POST", "/clock", {"advance": span})

    def freeze(self) -> None:
        """Stop the clock."""
        self._do("POST", "/clock", {"freeze": True})

    def settings(self, **settings: Any) -> None:
        """Settings of this scope: profile, region, gate, deployments, registered …"""
        self._do("PUT", "/settings", settings)

    def seed(self, response: Mapping[str, Any], items: list[Any] | None = None) -> None:
        """Put a response under its own id."""
        self._do("POST", "/responses", {"response": dict(response), "input": items or []})

    def reset(self) -> None:
        """Empty the scope."""
        self._do("POST", "/reset", {})

    def journal(self) -> list[dict[str, Any]]:
        """What the mock heard in this scope."""
        return list((self.call("GET", "/requests") or {}).get("data", []))


def is_open(target: Target) -> bool:
    """Whether a mock takes a key that nobody gave it. Raises ControlProblem where nobody answers."""
    url = urlsplit(target.base_url)
    connection = http.client.HTTPConnection(url.hostname or "127.0.0.1", url.port or 80, timeout=30)
    try:
        connection.request("GET", "/openai/v1/models", headers={"api-key": clock.fresh_name("nobody"), "x-mock-scope": "contract-probe"})
        return connection.getresponse().status == http.client.OK
    except OSError as problem:
        raise ControlProblem(f"{target.base_url}: {problem}") from problem
    finally:
        connection.close()


AUDIENCE: Final = "https://cognitiveservices.azure.com/.default"
"""What a token for the service is asked for (documented)."""


class AzureNotAllowed(Exception):
    """Azure was asked for without the explicit opt-in, or without credentials."""


def azure_from_environment(base_url: str = "", api_key: str = "", *, accepted: object = False) -> Target:
    """Azure, from `AZURE_OPENAI_ENDPOINT`, `AZURE_OPENAI_API_KEY` and `AZURE_OPENAI_DEPLOYMENTS` (`gpt-4o=mine,…`) where not given.

    Without a key whoever is signed in asks (azure-identity's `DefaultAzureCredential`), for about as long as a token lives, an hour.
    Raises AzureNotAllowed unless `accepted`, or `AZURE_CONTRACTS_ACCEPT_COSTS=1` stands in the environment: every call costs money.
    """
    if not (accepted or os.environ.get("AZURE_CONTRACTS_ACCEPT_COSTS") == "1"):
        raise AzureNotAllowed(
            "contracts against Azure send real requests that cost money; say so with --accept-costs or AZURE_CONTRACTS_ACCEPT_COSTS=1"
        )
    url = base_url or os.environ.get("AZURE_OPENAI_ENDPOINT", "")
    key = api_key or os.environ.get("AZURE_OPENAI_API_KEY", "")
    if not url:
        raise AzureNotAllowed("AZURE_OPENAI_ENDPOINT (or --base-url) must name a resource")
    bearer = None if key else _signed_in()
    pairs = [pair.split("=", 1) for pair in os.environ.get("AZURE_OPENAI_DEPLOYMENTS", "").split(",") if "=" in pair]
    deployments = {name.strip(): value.strip() for name, value in pairs}
    return Target("azure", root_of(url), key, bearer, profile="ga", deployments=deployments)


def _signed_in() -> str:
    """A token of whoever is signed in on this machine. Raises AzureNotAllowed."""
    try:
        from azure.core.exceptions import ClientAuthenticationError
        from azure.identity import DefaultAzureCredential
    except ModuleNotFoundError:
        raise AzureNotAllowed(
            "AZURE_OPENAI_API_KEY (or --api-key) must hold a key of the resource; to do without one: pip install 'azure-openai-mock[azure]'"
        ) from None
    try:
        return DefaultAzureCredential().get_token(AUDIENCE).token
    except ClientAuthenticationError as problem:
        said = str(problem).split("\n", 1)[0]
        raise AzureNotAllowed(f"there is no key in AZURE_OPENAI_API_KEY (or --api-key), and nobody is signed in: {said}") from None


def root_of(url: str) -> str:
    """A resource's root: whatever someone gave, without `/openai…` and without a slash at its end."""
    return url.split("/openai", 1)[0].rstrip("/")


class NoMock(Exception):
    """No mock could be started, with what it said."""


@contextmanager
def started_mock(*options: str, wait: float = 20.0) -> Iterator[Target]:
    """A mock of our own on a free port, as a process of its own, ended with the block. Raises NoMock.

    It is started by its command line alone, so that nothing of the server is imported here.
    """
    command = [sys.executable, "-m", "azure_openai_mock", "serve", "--port", "0", "--store", "memory", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield Target("mock", _ready(process, wait))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _ready(process: subprocess.Popen[str], wait: float) -> str:
    """The URL, once health answers. Whatever the mock prints later is read away, so that a full pipe never stops it."""
    import re
    import threading

    lines: list[str] = []

    def read() -> None:
        for line in process.stdout or ():
            if len(lines) < 200:
                lines.append(line)

    threading.Thread(target=read, daemon=True).start()
    end = clock.elapsed() + wait
    while clock.elapsed() < end:
        if process.poll() is not None:
            break
        found = re.search(r"http://[\w.\[\]:-]+:\d+", "".join(lines))
        if found and _healthy(found.group()):
            return found.group()
        clock.sleep(0.02)
    raise NoMock(f"no mock within {wait:.0f} s; it said: {''.join(lines)[-2000:] or 'nothing'}")


def _healthy(base_url: str) -> bool:
    url = urlsplit(base_url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=2)
    try:
        connection.request("GET", "/_mock/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
