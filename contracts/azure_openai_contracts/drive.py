"""Who calls: raw HTTP, the installed `openai` client (sync and async), or a function of somebody's own. One face for all of them.

Every driver can be asked the same things (`responses.create`, …) and hands back a `Reply`: what was on the wire, and what the client made
of it. Nothing is raised for what the service says; a client's exception stands in `Reply.raised`.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Literal, Protocol, TypeAlias
from urllib.parse import quote, urlencode

from .clock import fresh_name
from .exchange import Answer, Exchange
from .forms import Upload, spelled
from .hear import AsyncListening, Ear, Listening, http
from .operations import ROUTES

Form: TypeAlias = Literal["v1", "plain", "dated"]
"""`plain`: `/openai/v1` as OpenAI's own client calls it; `v1`: with an api-version, as Azure's; `dated`: the older `/openai/responses`."""


@dataclass(frozen=True)
class Connection:
    """How to reach the service. `headers` go with every request; `bearer` is a token, sent instead of the key."""

    base_url: str
    api_key: str = "contract"
    bearer: str | None = None
    form: Form = "plain"
    api_version: str | None = "preview"
    headers: Mapping[str, str] = field(default_factory=dict)
    retries: int = 0
    timeout: float = 30.0

    @property
    def root(self) -> str:
        """What stands before `/responses`."""
        return f"{self.base_url}/openai" + ("" if self.form == "dated" else "/v1")

    def auth(self) -> dict[str, str]:
        """The header that carries the credentials."""
        if self.bearer is not None:
            return {"Authorization": f"Bearer {self.bearer}"}
        return {"Authorization": f"Bearer {self.api_key}"} if self.form == "plain" else {"api-key": self.api_key}

    def version(self) -> dict[str, str]:
        """The query that names the api-version."""
        return {"api-version": self.api_version} if self.form != "plain" and self.api_version else {}


@dataclass
class Reply:
    """What one call came to. A client that retries makes several exchanges of one call; the last one counts."""

    exchanges: list[Exchange]
    returned: Any = None
    raised: BaseException | None = None

    @property
    def exchange(self) -> Exchange:
        """The last exchange of this call. Raises AssertionError where nothing left the client."""
        assert self.exchanges, f"the client sent nothing; it raised {self.raised!r}"
        return self.exchanges[-1]

    @property
    def answer(self) -> Answer:
        """The answer. Raises AssertionError where there was none."""
        answer = self.exchange.answer
        assert answer is not None, f"{self.exchange}: the connection failed; the client raised {self.raised!r}"
        return answer

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body, or the Response that a stream ended with. Raises AssertionError where there is neither."""
        body = self.exchange.response if self.answer.is_stream else self.answer.json
        assert isinstance(body, dict), f"{self.exchange}: no JSON object in {self.answer.body[:200]!r}"
        return body

    @property
    def id(self) -> str:
        """The response's id. Raises AssertionError where the call was refused."""
        assert self.status == 200, f"{self.exchange}: {self.answer.body[:300]!r}"
        return str(self.body["id"])

    @property
    def text(self) -> str:
        """All output text, joined."""
        parts = [part for item in self.body.get("output", []) if item.get("type") == "message" for part in item.get("content", [])]
        return "".join(part.get("text", "") for part in parts)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of a stream."""
        return self.answer.events

    @property
    def error(self) -> dict[str, Any]:
        """The error object. Raises AssertionError where the call was not refused."""
        error = self.answer.error
        assert error is not None, f"{self.exchange}: not an error: {self.answer.body[:200]!r}"
        return error

    def header(self, name: str) -> str | None:
        """A header of the answer."""
        return self.answer.header(name)


def reply_of(heard: list[Exchange], returned: Any, raised: BaseException | None, *, take: int | None = None) -> Reply:
    """The reply to one call: what the client made of it belongs to the last exchange, which is marked where its stream was to be left."""
    if not heard:
        return Reply([], returned, raised)
    last = heard[-1].with_client(returned, raised)
    marked = replace(last, notes={**last.notes, "left": True}) if take is not None else last
    return Reply([*heard[:-1], marked], returned, raised)


@dataclass(frozen=True)
class Ask:
    """One call, by the API's own names: `responses.create` with a body, the others with an id and a query.

    `item` is the id of what lies in the resource of that `id`. With a `file` the body is a form. `take` reads so many events of a stream
    and then leaves.
    """

    operation: str
    id: str | None = None
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    take: int | None = None
    item: str | None = None
    file: Upload | None = None

    @property
    def streams(self) -> bool:
        """Whether a stream is asked for."""
        return (self.body or {}).get("stream") is True or self.query.get("stream") is True


_METHODS: Final[Mapping[str, str]] = {
    "responses.input_items": "responses.input_items.list",
    "responses.input_tokens": "responses.input_tokens.count",
}
"""Where the client's method has another name than the operation."""

_PARENTS: Final[Mapping[str, str]] = {
    "conversations": "conversation_id",
    "vector_stores": "vector_store_id",
    "containers": "container_id",
}
"""How the client calls the id of what something lies in."""


def http_of(ask: Ask, connection: Connection) -> tuple[str, str, bytes | None]:
    """The call as method, URL and body, spelled as the `openai` client spells it."""
    method, path = ROUTES[ask.operation]
    pairs: list[tuple[str, str]] = list(connection.version().items())
    for name, value in ask.query.items():
        if isinstance(value, (list, tuple)):
            pairs.extend((f"{name}[]", str(one)) for one in value)
        elif value is not None:
            pairs.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    where = path.format(id=quote(ask.id or "", safe=""), item=quote(ask.item or "", safe=""))
    url = connection.root + where + (f"?{urlencode(pairs)}" if pairs else "")
    return method, url, None if ask.body is None else json.dumps(ask.body, separators=(",", ":")).encode()


class Driver(Protocol):
    """Does calls. `ear` hears them; `close` ends connections."""

    ear: Ear

    def do(self, ask: Ask) -> Reply:
        """One call."""

    def close(self) -> None:
        """End it."""


class Raw:
    """Plain HTTP: what is asked for and nothing else. It never retries."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.ear = connection, Ear()
        self.client = http.Client(transport=Listening(self.ear), timeout=connection.timeout)

    def do(self, ask: Ask) -> Reply:
        """One call."""
        method, url, body = http_of(ask, self.connection)
        headers = {**self.connection.auth(), **self.connection.headers}
        if ask.file is not None:
            headers["content-type"], body = spelled(ask.body or {}, ask.file, fresh_name("form"))
        elif body is not None:
            headers["content-type"] = "application/json"
        return self.send(method, url, headers, body, take=ask.take)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, *, take: int | None = None) -> Reply:
        """Any request at all, byte for byte."""
        self.ear.take()
        raised: BaseException | None = None
        try:
            with self.client.stream(method, url, headers=dict(headers), content=body) as response:
                _read(response, take)
        except http.HTTPError as problem:
            raised = problem
        return reply_of(self.ear.take(), None, raised, take=take)

    def close(self) -> None:
        """End it."""
        self.client.close()


def _read(response: http.Response, take: int | None) -> None:
    seen = b""
    for data in response.iter_raw():
        seen += data
        if take is not None and seen.replace(b"\r\n", b"\n").count(b"\n\n") >= take:
            return


@lru_cache(maxsize=64)
def _known(method: Any) -> frozenset[str]:
    return frozenset(inspect.signature(method).parameters)


def _arguments(method: Any, ask: Ask) -> tuple[list[Any], dict[str, Any]]:
    """Positional and named arguments; what the client has no name for travels in `extra_body` or `extra_query`."""
    given, extra = dict(ask.body if ask.body is not None else ask.query), "extra_body" if ask.body is not None else "extra_query"
    names = _known(getattr(method, "__func__", method))
    named = {name: value for name, value in given.items() if name in names}
    rest = {name: value for name, value in given.items() if name not in names}
    if ask.file is not None:
        named["file"] = ask.file
    if ask.item is not None:
        named[_PARENTS[ask.operation.partition(".")[0]]] = ask.id
    ids = [one for one in (ask.item if ask.item is not None else ask.id,) if one is not None]
    return ids, {**named, **({extra: rest} if rest else {})}


def _method(client: Any, operation: str) -> Any:
    found = client
    for name in _METHODS.get(operation, operation).split("."):
        found = getattr(found, name)
    return found


class OpenAI:
    """The installed `openai` client, synchronous: `AzureOpenAI`, or `OpenAI` for the plain form."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.ear = connection, Ear()
        self.http = http.Client(transport=Listening(self.ear), timeout=connection.timeout)
        self.client: Any = client_of(connection, self.http, is_async=False)

    def do(self, ask: Ask) -> Reply:
        """One call."""
        import openai

        self.ear.take()
        returned: Any = None
        raised: BaseException | None = None
        try:
            method = _method(self.client, ask.operation)
            positional, named = _arguments(method, ask)
            returned = method(*positional, **named)
            if ask.streams:
                stream, returned = returned, []
                with stream:
                    for event in stream:
                        returned.append(event)
                        if ask.take is not None and len(returned) >= ask.take:
                            break
        except (openai.OpenAIError, http.HTTPError) as problem:
            raised = problem
        return reply_of(self.ear.take(), returned, raised, take=ask.take)

    def close(self) -> None:
        """End it."""
        self.http.close()


class AsyncOpenAI:
    """The installed `openai` client, asynchronous, on a loop of its own."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.ear = connection, Ear()
        self.runner = asyncio.Runner()
        self.http = http.AsyncClient(transport=AsyncListening(self.ear), timeout=connection.timeout)
        self.client: Any = client_of(connection, self.http, is_async=True)

    def do(self, ask: Ask) -> Reply:
        """One call."""
        return self.runner.run(self._do(ask))

    async def _do(self, ask: Ask) -> Reply:
        import openai

        self.ear.take()
        returned: Any = None
        raised: BaseException | None = None
        try:
            method = _method(self.client, ask.operation)
            positional, named = _arguments(method, ask)
            returned = method(*positional, **named)
            returned = await returned if inspect.isawaitable(returned) else returned
            if ask.streams:
                stream, returned = returned, []
                async with stream:
                    async for event in stream:
                        returned.append(event)
                        if ask.take is not None and len(returned) >= ask.take:
                            break
        except (openai.OpenAIError, http.HTTPError) as problem:
            raised = problem
        return reply_of(self.ear.take(), returned, raised, take=ask.take)

    def close(self) -> None:
        """End it."""
        self.runner.run(self.http.aclose())
        self.runner.close()


def client_of(connection: Connection, http: Any, *, is_async: bool) -> Any:
    """The `openai` client that a team would build for this connection."""
    import openai

    common: dict[str, Any] = {
        "http_client": http,
        "max_retries": connection.retries,
        "timeout": connection.timeout,
        "default_headers": dict(connection.headers),
    }
    if connection.form == "plain":
        plain = openai.AsyncOpenAI if is_async else openai.OpenAI
        return plain(base_url=f"{connection.root}/", api_key=connection.bearer or connection.api_key, **common)
    azure: Any = openai.AsyncAzureOpenAI if is_async else openai.AzureOpenAI
    where = {"azure_endpoint": connection.base_url} if connection.form == "dated" else {"base_url": f"{connection.root}/"}
    key = {"azure_ad_token": connection.bearer} if connection.bearer is not None else {"api_key": connection.api_key}
    return azure(**where, **key, api_version=connection.api_version, **common)


UserFunction: TypeAlias = Callable[[Connection, Ask], Any]
"""Somebody's own way to call: does what is asked, of that base URL and with those headers, by whatever client it likes."""


class User:
    """Somebody's own function. What it sends is heard where it goes: in vcrpy's cassette, or by a relay in front of the socket."""

    def __init__(self, connection: Connection, function: UserFunction) -> None:
        from .relay import Relay

        self.ear = Ear()
        self.relay = Relay(connection.base_url, self.ear)
        self.connection = replace(connection, base_url=self.relay.start())
        self.function = function

    def do(self, ask: Ask) -> Reply:
        """One call."""
        self.ear.take()
        returned: Any = None
        raised: BaseException | None = None
        try:
            returned = self.function(self.connection, ask)
        except Exception as problem:  # noqa: BLE001 - whatever a stranger's code raises is what it made of the answer
            raised = problem
        self.relay.settle()
        return reply_of(self.ear.take(), returned, raised, take=ask.take)

    def close(self) -> None:
        """End it."""
        self.relay.stop()


DRIVERS: Final[Mapping[str, Callable[[Connection], Driver]]] = {"openai": OpenAI, "openai-async": AsyncOpenAI, "raw": Raw}
"""Who can be asked to call, by name. `module:function` names a function of somebody's own."""


def driver_of(name: str) -> Callable[[Connection], Driver]:
    """The driver of that name, or the one around `module:function`. Raises LookupError with what there is."""
    if name in DRIVERS:
        return DRIVERS[name]
    module, _, attribute = name.partition(":")
    if not attribute:
        raise LookupError(f"no driver {name!r}: there are {', '.join(DRIVERS)}, and MODULE:FUNCTION for a function of your own")
    try:
        function: UserFunction = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as problem:
        raise LookupError(f"no function {name!r}: {problem}") from problem
    return lambda connection: User(connection, function)
