"""A deliberately wrong server: the mock behind a wrapper that spoils its requests or its answers in one named way."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from azure_openai_mock.app import build
from azure_openai_mock.serve import Server, bound, configured
from azure_openai_mock.settings import Settings

Message = MutableMapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request on its way to the mock. Header names are in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def without(self, *names: str) -> Asked:
        """The same without these parts of the query."""
        return replace(self, query=tuple(pair for pair in self.query if pair[0] not in names))

    def edited(self, **changes: Any) -> Asked:
        """The same with other members in its JSON body; None takes one away."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return self
        kept = {name: one for name, one in {**value, **changes}.items() if name not in changes or changes[name] is not None}
        return replace(self, body=json.dumps(kept).encode())


@dataclass(frozen=True)
class Told:
    """An answer on its way to the client."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def is_stream(self) -> bool:
        """Whether it is events."""
        return dict(self.headers).get("content-type", "").startswith("text/event-stream")

    def edited(self, edit: Callable[[Any], Any]) -> Told:
        """The same with its JSON body edited in place; a stream is left alone."""
        if self.is_stream or not self.body:
            return self
        value = json.loads(self.body)
        edit(value)
        return replace(self, body=json.dumps(value).encode())

    def events(self, edit: Callable[[list[Any]], Any]) -> Told:
        """The same with the list of its events edited in place; a plain body is left alone."""
        if not self.is_stream:
            return self
        events = [json.loads(line.removeprefix("data: ")) for line in self.body.decode().splitlines() if line.startswith("data: ")]
        edit(events)
        return replace(self, body="".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events).encode())


@dataclass(frozen=True)
class Wrongness:
    """One way to be wrong: what happens to a request, what to its answer, or what is answered without asking anybody."""

    asks: Callable[[Asked], Asked] = lambda asked: asked
    tells: Callable[[Asked, Told], Told] = lambda _, told: told
    instead: Callable[[Asked], Told | None] = lambda _: None


def _undeleted(asked: Asked) -> Told | None:
    if asked.method != "DELETE":
        return None
    body = {"id": asked.path.rpartition("/")[2], "object": "response.deleted", "deleted": True}
    headers = (
        ("content-type", "application/json"),
        ("apim-request-id", "00000000-0000-4000-8000-000000000000"),
        ("x-ms-region", "East US"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=1"),
    )
    return Told(200, headers, json.dumps(body).encode())


def _created(told: Told, edit: Callable[[dict[str, Any]], Any]) -> Told:
    return told.edited(lambda body: edit(body) if body.get("object") == "response" else None)


def _prose(body: dict[str, Any]) -> None:
    for item in body["output"]:
        for part in item.get("content", []):
            part["text"] = "Certainly! Here is what you asked for."


def _silent(body: dict[str, Any]) -> None:
    for choice in body.get("choices", []):
        choice["message"]["content"] = None


def _short(body: dict[str, Any]) -> None:
    for one in body["data"] if body.get("object") == "list" else []:
        if isinstance(one.get("embedding"), list):
            del one["embedding"][1:]


def _heavy(body: dict[str, Any]) -> None:
    if body.get("object") == "file":
        body["bytes"] += 1


def _lost(events: list[Any]) -> None:
    del events[4]


def _renumbered(events: list[Any]) -> None:
    for event in events:
        event["sequence_number"] += 1


def _done_in_the_middle(told: Told) -> Told:
    head, blank, rest = told.body.partition(b"\n\n")
    return replace(told, body=head + blank + b"data: [DONE]\n\n" + rest) if told.is_stream else told


def _framework(told: Told) -> Told:
    wrong = {"detail": [{"loc": ["body"], "msg": "field required"}]}
    return replace(told, body=json.dumps(wrong).encode()) if told.status >= 400 else told


RIGHT = "right"

WRONG: Mapping[str, Wrongness] = {
    RIGHT: Wrongness(),
    "loses an event": Wrongness(tells=lambda _, told: told.events(_lost)),
    "numbers events from one": Wrongness(tells=lambda _, told: told.events(_renumbered)),
    "never ends a stream": Wrongness(tells=lambda _, told: told.events(list.pop)),
    "says that it is done in the middle": Wrongness(tells=lambda _, told: _done_in_the_middle(told)),
    "does not count": Wrongness(tells=lambda _, told: _created(told, lambda body: body.update(usage=None))),
    "makes up ids": Wrongness(tells=lambda _, told: _created(told, lambda body: body.update(id="chatcmpl-1"))),
    "forgets the parent": Wrongness(tells=lambda _, told: _created(told, lambda body: body.update(previous_response_id=None))),
    "keeps something else": Wrongness(
        tells=lambda asked, told: _created(told, lambda body: body["output"].clear()) if asked.method == "GET" else told
    ),
    "stores everything": Wrongness(
        asks=lambda asked: asked.edited(store=True), tells=lambda _, told: _created(told, lambda body: body.update(store=False))
    ),
    "does not delete": Wrongness(instead=_undeleted),
    "knows no limit": Wrongness(asks=lambda asked: asked.without("limit")),
    "repeats the first page": Wrongness(asks=lambda asked: asked.without("after")),
    "resumes from the start": Wrongness(asks=lambda asked: asked.without("starting_after")),
    "does everything at once": Wrongness(asks=lambda asked: asked.edited(background=None)),
    "answers a schema with prose": Wrongness(tells=lambda _, told: _created(told, _prose)),
    "says nothing in a chat": Wrongness(tells=lambda _, told: told.edited(_silent)),
    "embeds short": Wrongness(tells=lambda _, told: told.edited(_short)),
    "mistakes the size of a file": Wrongness(tells=lambda _, told: told.edited(_heavy)),
    "takes any api-version": Wrongness(asks=lambda asked: asked.without("api-version")),
    "serves everybody": Wrongness(asks=lambda asked: replace(asked, headers=(*asked.headers, ("api-key", "contract")))),
    "refuses like a framework": Wrongness(tells=lambda _, told: _framework(told)),
    "tells nobody who it is": Wrongness(
        tells=lambda _, told: replace(
            told, headers=tuple(pair for pair in told.headers if pair[0] in ("content-type", "transfer-encoding"))
        )
    ),
}
"""Every way in which the server can be wrong, by name."""


class Wrapped:
    """The application, wrong in the way that `how` names. Control calls pass as they are."""

    def __init__(self, app: Any) -> None:
        self.app, self.settings, self.how = app, app.settings, RIGHT

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        """The ASGI interface."""
        if scope["type"] != "http" or scope["path"].startswith("/_mock"):
            await self.app(scope, receive, send)
            return
        wrong = WRONG[self.how]
        asked = await _read(scope, receive)
        told = wrong.instead(asked) or await self._answer(scope, wrong.asks(asked))
        told = wrong.tells(asked, told)
        headers = [(name, value) for name, value in told.headers if name not in ("content-length", "transfer-encoding")]
        headers.append(("content-length", str(len(told.body))))
        start = {"type": "http.response.start", "status": told.status, "headers": [(n.encode(), v.encode()) for n, v in headers]}
        await send(start)
        await send({"type": "http.response.body", "body": told.body})

    async def _answer(self, scope: Message, asked: Asked) -> Told:
        sent: list[Message] = []
        given = iter([{"type": "http.request", "body": asked.body, "more_body": False}])
        never = asyncio.Event()

        async def receive() -> Message:
            for message in given:
                return message
            await never.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        inner = {
            **scope,
            "query_string": urlencode(asked.query).encode(),
            "headers": [
                *((name.encode(), value.encode()) for name, value in asked.headers if name != "content-length"),
                (b"content-length", str(len(asked.body)).encode()),
            ],
        }
        await self.app(inner, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        return Told(start["status"], tuple((n.decode().lower(), v.decode()) for n, v in start["headers"]), body)


async def _read(scope: Message, receive: Callable[[], Awaitable[Message]]) -> Asked:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    query = tuple(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    headers = tuple((name.decode().lower(), value.decode()) for name, value in scope["headers"])
    return Asked(scope["method"], scope["path"], query, headers, body)


@contextmanager
def wrong_server() -> Iterator[tuple[Wrapped, str]]:
    """The server, right until it is told otherwise, in a thread; and its URL."""
    ready, over = threading.Event(), threading.Event()
    made: list[tuple[Wrapped, str]] = []

    async def serve() -> None:
        settings = Settings(port=0, store="memory", api_keys=("contract",), quiet=True)
        listening = bound(settings.host, settings.port)
        app = build(settings)
        await app.start()
        wrapped = Wrapped(app)
        server = Server(configured(wrapped))  # type: ignore[arg-type]  # all that it reads of it is `settings`
        task = asyncio.ensure_future(server.serve(sockets=[listening]))  # the socket takes connections already
        made.append((wrapped, f"http://127.0.0.1:{listening.getsockname()[1]}"))
        ready.set()
        await asyncio.to_thread(over.wait)
        server.stop()
        await task
        await app.stop()
        listening.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(20), "the server did not start"
    try:
        yield made[0]
    finally:
        over.set()
        thread.join(10)
