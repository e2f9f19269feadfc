"""WebSocket mode: `response.create` frames on one connection, one in flight, the same events as text frames.

The connection remembers its last response that was not stored, so that the next turn can name it; a turn that fails forgets it. An error
is a frame and the socket stays usable. After sixty minutes on the scope's clock the connection is over. Sources: service documentation
(the frames, the memory, the limit); the shape of an error frame is the model provider's (observed).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from ..azure import errors
from ..service.call import Call, Told
from ..service.loose import Loose
from ..service.responses import Responses
from ..store.protocol import StoreUnavailable
from ..wire import json
from ..wire.refusal import Refusal
from ..wire.types import Object
from .respond import unavailable

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

LIMIT = 3600.0
"""Seconds that a connection may live (documented)."""
MOST_WAITING = 100
"""Frames that may wait for the turn in flight; beyond them the client is not read."""
OVER = 1000
"""The close code of a connection whose time is over."""


class Socket:
    """One accepted connection. `calls` makes a Call of a frame's parameters."""

    def __init__(self, responses: Responses, calls: Callable[[Object], Call], receive: Receive, send: Send) -> None:
        self._memory = Loose(responses.store)
        self._responses = Responses(self._memory, loose=self._memory.hold)
        self._calls = calls
        self._receive = receive
        self._send = send

    async def serve(self) -> None:
        """Answer frames, one after the other, until the client leaves or the connection's time is over, in the middle of an answer too."""
        waiting: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(MOST_WAITING)
        over = asyncio.ensure_future(self._calls({}).scope.world.clock.sleep(LIMIT))
        doing = {asyncio.create_task(self._read(waiting)), asyncio.create_task(self._answer(waiting))}
        try:
            done, _ = await asyncio.wait({*doing, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*doing, over):
                task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)
        if over in done:
            await self._refuse(Refusal("websocket_expired"))
            await self._send({"type": "websocket.close", "code": OVER})
            return
        for task in done:
            task.result()

    async def _read(self, waiting: asyncio.Queue[Mapping[str, Any]]) -> None:
        """Keep frames for when the turn before them has ended; returns when the client leaves."""
        while (message := await self._receive())["type"] != "websocket.disconnect":
            await waiting.put(message)

    async def _answer(self, waiting: asyncio.Queue[Mapping[str, Any]]) -> None:
        while True:
            await self._frame(await waiting.get())

    async def _frame(self, message: Mapping[str, Any]) -> None:
        text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
        try:
            await self._turn(_parameters(text))
        except Refusal as refusal:
            self._memory.forget()
            await self._refuse(refusal)
        except StoreUnavailable as problem:
            await self._refuse(unavailable(problem))

    async def _turn(self, given: Object) -> None:
        call = self._calls(given)
        plan = await self._responses.create(call)
        answer = await plan.run()
        assert isinstance(answer, Told)
        clock = call.scope.world.clock
        for due, event in answer.log.entries:
            await clock.sleep_until(answer.log.started + due)
            await self._send({"type": "websocket.send", "text": json.compact(event).decode()})
        if answer.log.response["status"] == "failed":
            self._memory.forget()

    async def _refuse(self, refusal: Refusal) -> None:
        rendered = errors.render(refusal)
        body = json.loads(rendered.body) if rendered.body else {}
        error = body.get("error", body)
        await self._send(
            {"type": "websocket.send", "text": json.compact({"type": "error", "status": rendered.status, "error": error}).decode()}
        )


def _parameters(text: str) -> Object:
    """The request of a `response.create` frame, streaming. Raises a Refusal."""
    data = text.encode()
    if json.depth_exceeds(data):
        raise Refusal("json_too_deep")
    try:
        frame = json.loads(data)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(frame, dict):
        raise Refusal("invalid_json")
    if frame.get("type") != "response.create":
        raise Refusal("invalid_value", param="type", got=str(frame.get("type")), supported=("response.create",))
    inner = frame.get("response")
    request = inner if isinstance(inner, dict) else {name: value for name, value in frame.items() if name != "type"}
    return {**{name: value for name, value in request.items() if name not in ("stream", "background")}, "stream": True}
