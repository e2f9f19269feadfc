"""The one place where an answer becomes bytes and leaves: frames from answers and refusals, and frames into ASGI.

The common case (no fault) never makes frames: a whole body is two sends, and stream events that are due together leave together.
Both ways read the same `parts` of an answer, so they cannot disagree.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from ..azure import errors
from ..service.call import Answer, Raw, Streamed, Told, Whole
from ..store.protocol import StoreUnavailable
from ..wire import json, sse
from ..wire.frames import Chunk, Frames, Head, Headers, Reset
from ..wire.refusal import Refusal
from ..world import Clock

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = "application/json"
EVENTS = "text/event-stream; charset=utf-8"


class Wire(Protocol):
    """What the transport can do beyond ASGI (see `http/transport.py`)."""

    def reset(self) -> None:
        """End the connection with RST."""

    def cut(self) -> None:
        """End the connection with FIN, the body unfinished."""

    def reason(self, phrase: str) -> None:
        """The phrase on the status line that is about to be sent."""

    def write(self, data: bytes) -> None:
        """Body bytes beyond the promised length."""

    def hold(self) -> None:
        """Keep what is sent from here on ..."""

    def release(self) -> None:
        """... and send it now, in one piece: a head and its body cost one call to the system, not two."""


def head_of(answer: Answer, headers: Headers) -> tuple[Head, bytes | None]:
    """The head, and the body where it is known now."""
    if isinstance(answer, Told):
        return Head(200, (("content-type", EVENTS), *headers)), None
    if isinstance(answer, Streamed):
        return Head(200, (("content-length", str(answer.size)), ("content-type", answer.content_type), *headers)), None
    if isinstance(answer, Raw):
        body, kind = answer.data, answer.content_type
    else:
        body, kind = (json.compact if answer.dense else json.pretty)(answer.value), JSON
    return Head(200, (("content-length", str(len(body))), ("content-type", kind), *headers)), body


def refused(
    refusal: Refusal, headers: Callable[[errors.Rendered], Headers], *, hint_in_message: bool, request_id: str
) -> tuple[Head, bytes]:
    """The head and body of a refusal, its hint in `x-mock-hint`. `headers` gives those of whoever refused."""
    rendered = errors.render(refusal, hint_in_message=hint_in_message, request_id=request_id)
    own = {name for name, _ in rendered.headers}
    hint = (("x-mock-hint", one_line(refusal.hint)),) if refusal.hint else ()
    merged = (
        ("content-length", str(len(rendered.body))),
        *rendered.headers,
        *(pair for pair in headers(rendered) if pair[0] not in own),
        *hint,
    )
    return Head(rendered.status, merged, rendered.reason), rendered.body


def unavailable(problem: StoreUnavailable) -> Refusal:
    """What the service says while its store cannot answer."""
    return Refusal("store_unavailable", hint=str(problem))


def one_line(text: str) -> str:
    """The text as a header may carry it: printable ASCII on one line."""
    return "".join(sign if " " <= sign <= "~" else "?" for sign in text)


def bare(_: errors.Rendered) -> Headers:
    """No headers but the row's own."""
    return ()


async def frames_of(answer: Answer, headers: Headers, clock: Clock) -> Frames:
    """The answer as frames, each at its due time."""
    if isinstance(answer, Whole) and answer.due is not None:
        await clock.sleep_until(answer.due)
    head, body = head_of(answer, headers)
    yield head
    if body is not None:
        yield Chunk(body)
    elif isinstance(answer, Streamed):
        async for piece in answer.pieces():
            yield Chunk(piece)
    elif isinstance(answer, Told):
        log, number = answer.log, answer.after + 1
        while number < len(log.entries):
            due, event = log.entries[number]
            if log.started + due > clock.now():
                await clock.sleep_until(log.started + due)
                if answer.still is not None:
                    log = await answer.still()
                    continue
            yield Chunk(answer.spelling.frame(event), event)
            number += 1
        if answer.spelling.end:
            yield Chunk(answer.spelling.end, sse.END)


async def frames_of_refusal(head: Head, body: bytes) -> Frames:
    """A refusal as frames, so that faults apply to it as to any answer."""
    yield head
    yield Chunk(body)


def _start(head: Head) -> MutableMapping[str, Any]:
    return {
        "type": "http.response.start",
        "status": head.status,
        "headers": [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in head.headers],
    }


async def send_whole(send: Send, wire: Wire | None, head: Head, body: bytes) -> None:
    """A body that is known and due: head and body, nothing else."""
    if head.reason is not None and wire is not None:
        wire.reason(head.reason)
    release = _held(wire)
    try:
        await send(_start(head))
        await send({"type": "http.response.body", "body": body, "more_body": False})
    finally:
        release()


async def refuse_socket(send: Send, scope: MutableMapping[str, Any], head: Head, body: bytes) -> None:
    """Refuse a WebSocket with a whole answer where the server can, else by closing it."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    start = _start(head)
    await send({**start, "type": "websocket.http.response.start"})
    await send({"type": "websocket.http.response.body", "body": body, "more_body": False})


async def send_control(send: Send, wire: Wire | None, value: Any, *, created: bool = False, ready: bool = True) -> None:
    """A control answer: 200 or 201 with JSON, 503 from a server that is not `ready`, 204 for None."""
    if value is None:
        await send_whole(send, wire, Head(204, ()), b"")
        return
    body = json.pretty(value)
    status = 201 if created else 200 if ready else 503
    await send_whole(send, wire, Head(status, (("content-length", str(len(body))), ("content-type", JSON))), body)


async def send_told(send: Send, wire: Wire | None, head: Head, answer: Told, clock: Clock) -> None:
    """A stream without faults: what is due together leaves in one piece, the rest waits for its time."""
    release = _held(wire)
    try:
        await send(_start(head))
        log, number = answer.log, answer.after + 1
        while number < len(log.entries):
            elapsed = clock.now() - log.started
            batch = []
            while number < len(log.entries) and log.entries[number][0] <= elapsed:
                batch.append(answer.spelling.frame(log.entries[number][1]))
                number += 1
            if batch:
                if number == len(log.entries):
                    batch.append(answer.spelling.end)
                await send({"type": "http.response.body", "body": b"".join(batch), "more_body": number < len(log.entries)})
            if number < len(log.entries):
                release()
                await clock.sleep_until(log.started + log.entries[number][0])
                if answer.still is not None:
                    log = await answer.still()
                    if number >= len(log.entries):
                        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if answer.after + 1 >= len(answer.log.entries):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        release()


def _held(wire: Wire | None) -> Callable[[], None]:
    """Hold what is sent from here on; what is returned lets it go."""
    if wire is None:
        return _nothing
    wire.hold()
    return wire.release


def _nothing() -> None:
    """What lets go of nothing."""


async def send_frames(
    send: Send, wire: Wire | None, frames: Frames, *, began: Callable[[Head], Awaitable[None]], bare: bool = False
) -> None:
    """Frames as they come. `began` hears of the head before it leaves; `bare` leaves the body out (HEAD)."""
    left: int | None = None
    finished = started = False
    async for frame in frames:
        if isinstance(frame, Head):
            await began(frame)
            if frame.reason is not None and wire is not None:
                wire.reason(frame.reason)
            length = frame.header("content-length")
            left = int(length) if length is not None and length.isdecimal() else None
            await send(_start(frame))
            started = True
        elif isinstance(frame, Chunk):
            if bare:
                continue
            data, beyond = (frame.data, b"") if left is None else (frame.data[:left], frame.data[left:])
            if not finished:
                left = None if left is None else left - len(data)
                finished = left == 0
                await send({"type": "http.response.body", "body": data, "more_body": not finished})
            if beyond and wire is not None:
                wire.write(beyond)
        else:
            _break(wire, frame)
            return
    if not started or (left is not None and left > 0 and not bare):
        _break(wire, Reset(hard=False))
    elif not finished:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _break(wire: Wire | None, frame: Reset) -> None:
    if wire is None:
        raise ConnectionAbortedError("a fault ends the connection here; this server cannot do it more exactly")
    if frame.hard:
        wire.reset()
    else:
        wire.cut()


async def until_gone(receive: Receive, work: Awaitable[None]) -> None:
    """Do the work, but stop as soon as the client has gone: nothing waits on a clock for nobody."""
    task = asyncio.ensure_future(work)
    watcher = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({task, watcher}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watcher.cancel()
        if not task.done():
            task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled() or not watcher.done():
            raise


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
