"""WebSocket mode: `response.create` frames on one connection, one in flight, the same events as text frames.

A turn is an exchange like any other, answered through the same faults and noted in the same journal; what would leave as a stream leaves
as frames. The connection remembers its last response that was not stored, so that the next turn can name it; a turn that fails forgets
it. `generate: false` warms up: a response without output that the next turn can name. An error is a frame and the socket stays usable.
After sixty minutes on the scope's clock the connection is over. Sources: service documentation (the frames, the memory, the warm-up, the
limit and the shape of an error frame).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, MutableMapping
from typing import Any, Protocol

from ..azure import errors
from ..azure.shapes import kind_of
from ..service.call import Call, Operation, Plan
from ..service.loose import Loose
from ..service.responses import Responses
from ..wire import json
from ..wire.refusal import Refusal
from ..wire.types import Object
from ..world import Clock
from .respond import EVENTS, Receive, Send, Wire

LIMIT = 3600.0
"""Seconds that a connection may live (documented)."""
MOST_WAITING = 100
"""Frames that may wait for the turn in flight; beyond them the client is not read."""
OVER = 1000
"""The close code of a connection whose time is over."""
BROKEN = 1011
"""The close code of a connection that a fault ends."""
FAILED = ('{"type":"response.failed"', '{"type":"error"')
"""How an event begins after which the turn has failed."""


class Exchange(Protocol):
    """Answers one turn: what `operation` gives for the request leaves by `send`, and breaks by `wire`."""

    def __call__(self, request: Object, operation: Operation, send: Send, wire: Wire) -> Awaitable[None]: ...


class Socket:
    """One accepted connection."""

    def __init__(self, responses: Responses, exchange: Exchange, clock: Clock, receive: Receive, send: Send) -> None:
        self._memory = Loose(responses.store)
        self._responses = Responses(self._memory, loose=self._memory.hold)
        self._exchange = exchange
        self._clock = clock
        self._receive = receive
        self._send = send

    async def serve(self) -> None:
        """Answer frames, one after the other, until the client leaves or the connection's time is over, in the middle of an answer too."""
        waiting: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(MOST_WAITING)
        over = asyncio.ensure_future(self._clock.sleep(LIMIT))
        doing = {asyncio.create_task(self._read(waiting)), asyncio.create_task(self._answer(waiting))}
        try:
            done, _ = await asyncio.wait({*doing, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*doing, over):
                task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)
        if over in done:
            expired = errors.render(Refusal("websocket_expired"))
            await Reply(self._send).error(expired.status, expired.body)
            await self._send({"type": "websocket.close", "code": OVER})
            return
        for task in done:
            task.result()

    async def _read(self, waiting: asyncio.Queue[Mapping[str, Any]]) -> None:
        """Keep frames for when the turn before them has ended; returns when the client leaves."""
        while (message := await self._receive())["type"] != "websocket.disconnect":
            await waiting.put(message)

    async def _answer(self, waiting: asyncio.Queue[Mapping[str, Any]]) -> None:
        """Answer what waits; returns when a fault has ended the connection."""
        while True:
            reply = Reply(self._send)
            await self._turn(await waiting.get(), reply)
            if reply.failed:
                self._memory.forget()
            if reply.broken:
                await self._send({"type": "websocket.close", "code": BROKEN})
                return

    async def _turn(self, message: Mapping[str, Any], reply: Reply) -> None:
        text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
        try:
            request, generate = _parameters(text)
        except Refusal as refusal:
            await self._exchange({}, _refusing(refusal), reply.send, reply)
            return

        async def create(call: Call) -> Plan:
            return await self._responses.create(call, generate=generate)

        await self._exchange(request, create, reply.send, reply)


class Reply:
    """The frames of one answer, made of what would leave for it as HTTP; for its faults, the wire."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._status = 0
        self._streams = False
        self._left = b""
        self.failed = self.broken = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Each event as a text frame as soon as it is whole, what is left at the end as it is; a refusal as one frame."""
        if message["type"] == "http.response.start":
            self._status, self._streams = message["status"], (b"content-type", EVENTS.encode()) in message["headers"]
            return
        self._left += message.get("body", b"")
        if not self._streams:
            if not message.get("more_body"):
                await self.error(self._status, self._left)
            return
        *events, self._left = self._left.split(b"\n\n")
        if self._left and not message.get("more_body"):
            events, self._left = [*events, self._left], b""
        for event in events:
            await self._say(event.partition(b"data: ")[2] or event)

    async def error(self, status: int, body: bytes) -> None:
        """A refusal as a frame."""
        try:
            told = json.loads(body) if body else {}
        except ValueError:
            told = {"message": body.decode("utf-8", "replace")}
        error = told.get("error", told) if isinstance(told, dict) else told
        self.failed = True
        await self._say(json.compact({"type": "error", "status": status, "error": error}))

    async def _say(self, event: bytes) -> None:
        text = event.decode("utf-8", "replace")
        self.failed = self.failed or text.startswith(FAILED)
        await self._send({"type": "websocket.send", "text": text})

    def reset(self) -> None:
        """A fault ends the connection."""
        self.failed = self.broken = True

    cut = reset

    def reason(self, phrase: str) -> None:
        """Frames have no status line."""

    def write(self, data: bytes) -> None:
        """Nor a promised length to exceed."""

    def hold(self) -> None:
        """Frames leave one by one."""

    def release(self) -> None:
        """As `hold`."""


def _refusing(refusal: Refusal) -> Operation:
    async def refuse(_: Call) -> Plan:
        raise refusal

    return refuse


def _parameters(text: str) -> tuple[Object, bool]:
    """The request of a `response.create` frame, streaming, and whether it wants an answer. Raises a Refusal."""
    data = text.encode()
    if json.depth_exceeds(data):
        raise Refusal("json_too_deep")
    try:
        frame = json.loads(data)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(frame, dict):
        raise Refusal("invalid_json")
    if "type" not in frame:
        raise Refusal("missing_required_parameter", param="type")
    if frame["type"] != "response.create":
        raise Refusal("invalid_value", param="type", got=str(frame["type"]), supported=("response.create",))
    inner = frame.get("response")
    request = inner if isinstance(inner, dict) else {name: value for name, value in frame.items() if name != "type"}
    generate = request.get("generate")
    if generate is not None and not isinstance(generate, bool):
        raise Refusal("invalid_type", param="generate", expected="a boolean", got=kind_of(generate))
    given = {name: value for name, value in request.items() if name not in ("stream", "background", "generate")}
    return {**given, "stream": True}, generate is not False
