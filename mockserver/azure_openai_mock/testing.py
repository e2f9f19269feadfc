"""The mock in a test: a server of one's own, and a handle on one scope of it.

    with MockServer(profile="ga") as mock:
        mock.say("Hello.", when={"input__contains": "hi"})
        client = mock.client()

The same handle is the pytest fixture `azure_openai`. A server runs in a thread of this process, or with `process=True` in one of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from .extras import needs
from .remote import Remote
from .verification import Expectation, Requests, Unmatched, conditions

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from openai import AsyncOpenAI, OpenAI

    from .apart import Child, Joined
    from .behaviour.chaos import Schedule
    from .settings import Settings

START, STOP = 60.0, 15.0
"""Seconds that a server may take to be ready, on a machine that has much else to do, and to end."""
DATED = "2025-04-01-preview"
"""The version for clients that are given an endpoint: they ask under `/openai`, which takes dated ones alone, in every profile."""
_COUNT = itertools.count(1)


def schedules(**options: Any) -> SearchStrategy[Schedule]:
    """What goes wrong when, as a Hypothesis strategy: `calls`, `kinds`, `most`. Play one by `mock.change(chaos=schedule.document())`.

    Raises ModuleNotFoundError where Hypothesis is not installed.
    """
    try:
        from .behaviour.schedules import schedules as drawn
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"schedules() {needs('hypothesis')}", name="hypothesis") from None
    return drawn(**options)


class Clock:
    """The scope's clock."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    @property
    def now(self) -> float:
        """Unix seconds."""
        return float(self._remote.ask("GET", "clock")["now"])

    def advance(self, by: str | float, *, tokens: bool = False) -> None:
        """Move it by `30d`, `90s` or seconds; what expires is gone. With `tokens`, so are tokens that were issued before."""
        self._remote.ask("POST", "clock", {"advance": by, "tokens": tokens})

    def set(self, to: str | float) -> None:
        """Make it that instant: Unix seconds or ISO 8601."""
        self._remote.ask("POST", "clock", {"set": to})

    def freeze(self) -> None:
        """Stop it where it is."""
        self._remote.ask("POST", "clock", {"freeze": True})

    def thaw(self) -> None:
        """Let it run on."""
        self._remote.ask("POST", "clock", {"freeze": False})


class Rules:
    """The scope's rules."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def add(self, *rules: Mapping[str, Any]) -> list[str]:
        """Add rules, each newer than all before; their ids."""
        __tracebackhide__ = True
        return [entry["id"] for entry in self._remote.ask("POST", "rules", list(rules))["rules"]]

    def clear(self) -> None:
        """Take all away."""
        self._remote.ask("DELETE", "rules")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield from self._remote.ask("GET", "rules")["rules"]

    def unused(self) -> list[dict[str, Any]]:
        """Rules that nothing used, each with the request that came closest and what it lacked."""
        return list(self._remote.ask("GET", "unused")["data"])


class Mock:
    """One scope of a running server: everything that a test needs of it."""

    def __init__(self, url: str, scope: str) -> None:
        self.url = url
        self.scope = scope
        self.key = f"mock-{scope}"
        self.base_url = f"{url}/openai/v1/"
        self._remote = Remote(url, scope)
        self.clock = Clock(self._remote)
        self.rules = Rules(self._remote)
        self._closing: list[Any] = []
        self._expected: list[Expectation] = []

    @property
    def env(self) -> dict[str, str]:
        """Environment variables that point the usual clients here."""
        return environment(self.url, self.key)

    def intercept(self) -> AbstractContextManager[None]:
        """Lead what this process asks of Azure's host names, by httpx, requests or aiohttp, to this scope, and make the mock its managed
        identity: code with a hard-coded endpoint and `DefaultAzureCredential` runs as it is. Use it with `with`.
        """
        from .intercept.here import intercepting

        return intercepting(self.url, self.scope)

    def child_environment(self) -> dict[str, str]:
        """The environment for another process, in whatever language, that is to run unchanged: this one without credentials and proxies of
        the user's own, the mock as the proxy for Azure's host names and as the machine's identity. Tokens lead to this scope; what comes
        with a key is in the default one.
        """
        from .intercept import environment as surroundings
        from .intercept.place import certificate

        identity = surroundings.identity(self.url, self.scope)
        return surroundings.child(os.environ, identity, surroundings.intercepted(self.url, certificate(), os.environ))

    def client(self, **options: Any) -> OpenAI:
        """An `OpenAI` client of this scope. With the profile preview it sends `api-version=preview`."""
        from openai import OpenAI

        client = OpenAI(**self._options(options))
        self._closing.append(client)
        return client

    def async_client(self, **options: Any) -> AsyncOpenAI:
        """The same, asynchronous; close it with `async with`."""
        from openai import AsyncOpenAI

        return AsyncOpenAI(**self._options(options))

    def _options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        query = {} if self.settings()["profile"] == "ga" else {"api-version": "preview"}
        return {"base_url": self.base_url, "api_key": self.key, "default_query": query, "max_retries": 0, **options}

    def say(self, *said: Any, **rule: Any) -> str:
        """A rule that says this: texts or output items; `when=`, `outcome=`, `pace=`, `times=` … as in any rule. Its id.

        Without words the model chooses its own: `say(outcome={"structured": "smallest"})`.
        """
        __tracebackhide__ = True
        if not said:
            return self.rules.add(rule)[0]
        return self.rules.add({"say": said[0] if len(said) == 1 and not isinstance(said[0], Mapping) else list(said), **rule})[0]

    def fault(self, what: str, *, times: int = 1, when: Mapping[str, Any] | None = None, **settings: Any) -> str:
        """A rule that makes answers fail: an error's key, or a fault's name with its settings (`for_`, as Python has the word). Its id."""
        __tracebackhide__ = True
        given = {name.rstrip("_"): value for name, value in settings.items()}
        rule: dict[str, Any] = {"fault": [{what: given or True}], "times": times}
        return self.rules.add({**rule, "when": dict(when)} if when else rule)[0]

    @property
    def requests(self) -> Requests:
        """The journal as it is now."""
        return Requests(self._remote.ask("GET", "requests")["data"])

    def har(self) -> dict[str, Any]:
        """The journal as a HAR document, for developer tools."""
        from .har import document

        return document(self.requests, self.url)

    def expect(self, paths: Mapping[str, Any] | None = None, /, *, times: int | None = None, **wanted: Any) -> None:
        """Expect requests like this, with conditions as in `requests.where(…)`: exactly `times` of them, or at least one. The fixture
        verifies it at the end of the test, `verify()` elsewhere.
        """
        self._expected.append(Expectation(conditions(paths, wanted), times))

    def verify(self, *, rules: bool = True) -> None:
        """Raises Unmatched where an expectation is not met or, with `rules`, where a rule was never used, and says what came closest."""
        requests = self.requests if self._expected else Requests([])
        problems = [problem for each in self._expected if (problem := each.problem(requests)) is not None]
        problems += [_unused(entry) for entry in self.rules.unused()] if rules else []
        if problems:
            raise Unmatched("\n".join(problems))

    def profile(self, name: str, **settings: Any) -> None:
        """Choose the profile, and perhaps other settings with it."""
        __tracebackhide__ = True
        self.change(profile=name, **settings)

    def settings(self) -> dict[str, Any]:
        """The settings in force."""
        return dict(self._remote.ask("GET", "settings"))

    def change(self, **settings: Any) -> None:
        """Change settings: profile, region, gate, deployments, registered, latency, limits, chaos."""
        __tracebackhide__ = True
        self._remote.ask("PUT", "settings", settings)

    def seed(self, response: Mapping[str, Any], input: Any = ()) -> str:
        """Keep a response under its id, as if it had been created; the id."""
        return str(self._remote.ask("POST", "responses", {"response": dict(response), "input": input or []})["id"])

    def snapshot(self, name: str = "snapshot") -> str:
        """Keep what the scope holds (responses, conversations, files, settings, clock, rules) under a name; the name."""
        return str(self._remote.ask("POST", "snapshot", {"name": name})["name"])

    def restore(self, name: str = "snapshot") -> None:
        """Make the scope as it was at the snapshot. The journal goes on."""
        self._remote.ask("POST", "restore", {"name": name})

    def fork(self, at: str | None = None) -> Mock:
        """A handle on another scope that holds what led to the response `at`, and it; without `at`, everything."""
        target = unused_name()
        self._remote.ask("POST", "fork", {"scope": target, **({"at": at} if at is not None else {})})
        return Mock(self.url, target)

    def reset(self) -> None:
        """Empty the scope, as at start."""
        self._remote.ask("POST", "reset", {})

    def close(self) -> None:
        """Close the clients that were given out."""
        for client in self._closing:
            client.close()
        self._closing.clear()


def _unused(entry: Mapping[str, Any]) -> str:
    """What is said of a rule that nothing used."""
    rule, closest = entry["rule"], entry.get("closest")
    told = f"rule {rule.get('name') or rule['id']} was never used: {rule}"
    if closest is None:
        return f"{told}\n  no request came that it could have matched"
    lacks = "; ".join(f"{failed['condition']} wants {failed['expected']!r}, found {failed['found']!r}" for failed in closest["failed"])
    return f"{told}\n  closest: request {closest['request']} ({closest['path']}), but {lacks or 'a newer rule answered it'}"


def environment(url: str, key: str) -> dict[str, str]:
    """Environment variables that point the usual clients at a server."""
    return {
        "AZURE_OPENAI_ENDPOINT": url,
        "AZURE_OPENAI_API_KEY": key,
        "AZURE_OPENAI_BASE_URL": f"{url}/openai/v1/",
        "OPENAI_API_VERSION": DATED,
        "AZURE_OPENAI_API_VERSION": DATED,
        "OPENAI_BASE_URL": f"{url}/openai/v1/",
        "OPENAI_API_KEY": key,
    }


class MockServer:
    """A server for tests on a free port, keeping nothing. Enter it, with `with` or `async with`, for a handle on a scope.

    The options are those of the command line: `profile="ga"`, `region=…`, `rules=…`, `seed=…`; files of settings and the environment are
    not read. `settings` are settings that were read already, where they should be.
    """

    def __init__(self, *, process: bool = False, settings: Settings | None = None, **options: Any) -> None:
        self._process = process
        self._settings = settings
        self._options = options
        self._running: _Thread | Child | Joined | None = None
        self._mock: Mock | None = None

    @classmethod
    def joining(cls, folder: str, settings: Settings) -> MockServer:
        """The server that the processes of a run share, which the first of them starts. It ends with the run, not by `stop()`."""
        from .apart import Joined

        made = cls()
        made._running = Joined(folder, settings)
        return made

    @property
    def url(self) -> str:
        """Where it listens. Raises RuntimeError while it does not run."""
        if self._running is None:
            raise RuntimeError("the server is not running: enter it, or call start()")
        return self._running.url

    def start(self) -> MockServer:
        """Start it and wait until it is ready. Raises RuntimeError, and ValueError for an option that cannot be."""
        if self._running is None:
            from .apart import Child, for_tests
            from .settings import settings_from

            wanted = self._settings or settings_from(self._options)
            wanted = for_tests(wanted, store=self._options.get("store", "memory"))
            self._running = Child(wanted) if self._process else _Thread(wanted)
        return self

    def stop(self) -> None:
        """End it."""
        if self._mock is not None:
            self._mock.close()
        if self._running is not None:
            self._running.stop(STOP)
            self._running = None

    def scope(self, name: str | None = None) -> Mock:
        """A handle on the scope of that name, or on one that nobody has used."""
        return Mock(self.url, name or unused_name())

    def __enter__(self) -> Mock:
        self.start()
        self._mock = self.scope("default")
        return self._mock

    def __exit__(self, kind: type[BaseException] | None, problem: object, trace: object) -> None:
        """Verify what was expected, unless something went wrong already, and end the server."""
        try:
            if kind is None and self._mock is not None:
                self._mock.verify(rules=False)
        finally:
            self.stop()

    async def __aenter__(self) -> Mock:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(self, kind: type[BaseException] | None, problem: object, trace: object) -> None:
        await asyncio.to_thread(self.__exit__, kind, problem, trace)


def unused_name() -> str:
    """A scope's name that nobody on this machine has used."""
    return f"test-{os.getpid()}-{next(_COUNT)}"


class _Thread:
    """A server in a thread of this process."""

    def __init__(self, settings: Settings) -> None:
        self.url = ""
        self._ready = threading.Event()
        self._problem: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, args=(settings,), name="azure-openai-mock", daemon=True)
        self._thread.start()
        self._ready.wait(START)
        if self._problem is not None or not self.url:
            raise RuntimeError(f"the server did not start: {self._problem or 'it took too long'}")

    def _run(self, settings: Settings) -> None:
        try:
            asyncio.run(self._serve(settings))
        except BaseException as problem:  # noqa: BLE001 - told to the thread that waits
            self._problem = problem
        finally:
            self._ready.set()

    async def _serve(self, settings: Settings) -> None:
        from .serve import hosted

        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with hosted(settings) as url:
            self.url = url
            self._ready.set()
            await self._over.wait()

    def stop(self, patience: float) -> None:
        if self._loop is not None and self._over is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(patience)
