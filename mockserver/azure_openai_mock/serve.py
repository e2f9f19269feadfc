"""Serving: sockets, processes, signals, and what people are told about them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, cast

import uvicorn

from . import screen
from .app import App, build
from .http.transport import protocol, websocket
from .requestlog import configure
from .settings import Settings
from .store.protocol import StoreUnavailable
from .world import monotonic, real_sleep

GRACE = 3
"""Seconds that open requests have to end after the server was told to stop."""


class Unservable(Exception):
    """The server cannot start; the message is one sentence for a person."""


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Unservable for a port that is taken or an address that is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        raise Unservable(
            f"cannot listen on {host}:{port} ({problem.strerror}); choose another --port, or --port 0 for a free one"
        ) from None
    listening.listen(2048)
    listening.set_inheritable(True)
    return listening


class Server(uvicorn.Server):
    """uvicorn's server, which ends with status 0 when it is told to end."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGINT and SIGTERM stop it; a second one stops it at once."""
        before = {each: signal.signal(each, self._stop) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _stop(self, number: int, frame: Any) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def configured(app: App) -> uvicorn.Config:
    """How uvicorn runs the application."""
    return uvicorn.Config(
        app,
        http=protocol(),
        ws=cast("Any", websocket),  # a function serves where uvicorn expects a class
        loop="uvloop" if _has_uvloop() else "asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        backlog=2048,
    )


def _has_uvloop() -> bool:
    from importlib.util import find_spec

    return find_spec("uvloop") is not None


async def _run(app: App, listening: socket.socket, *, first: bool) -> int:
    try:
        await app.start()
    except (StoreUnavailable, LookupError, ValueError) as problem:
        raise Unservable(str(problem)) from None
    try:
        if first:
            await screen.opening(app, listening.getsockname()[1])
        server = Server(configured(app))
        await server.serve(sockets=[listening])
    finally:
        await app.stop()
    return app.front.served


@asynccontextmanager
async def hosted(settings: Settings) -> AsyncGenerator[str, None]:
    """A server in this event loop, for tests: its URL while it runs. It leaves signals, logging and the screen alone."""
    listening = bound(settings.host, settings.port)
    app = build(settings)
    await app.start()
    server = Hosted(configured(app))
    task = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():
            await real_sleep(0.001)
        yield f"http://{settings.host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        await app.stop()
        listening.close()


class Hosted(uvicorn.Server):
    """uvicorn's server in somebody else's process."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the host's."""
        yield


def serve(settings: Settings) -> int:
    """Serve until told to stop; the exit status. Raises Unservable."""
    configure(settings.log_format, quiet=settings.quiet)
    listening = bound(settings.host, settings.port)
    if settings.workers > 1:
        return _many(settings, listening)
    began = monotonic()
    app = _built(settings)
    count = _loop().run(_run(app, listening, first=True))
    if not settings.quiet:
        screen.closing(count, monotonic() - began)
    return 0


def _built(settings: Settings) -> App:
    try:
        return build(settings)
    except (ValueError, OSError) as problem:
        raise Unservable(str(problem)) from None


def _loop() -> asyncio.Runner:
    if _has_uvloop():
        import uvloop

        return asyncio.Runner(loop_factory=uvloop.new_event_loop)
    return asyncio.Runner()


def _many(settings: Settings, listening: socket.socket) -> int:
    """Several processes on one socket and one store. One that dies is replaced; the end of this one ends them all."""
    _built(settings)
    children: dict[int, int] = {}
    stopping = False

    def stop(number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            os.kill(child, signal.SIGTERM)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    for index in range(settings.workers):
        children[_child(settings, listening, first=index == 0)] = index
    while children:
        try:
            child, status = os.wait()
        except ChildProcessError:
            break
        index = children.pop(child, -1)
        if not stopping and index >= 0:
            if os.waitstatus_to_exitcode(status) == UNSERVABLE:
                stop(signal.SIGTERM, None)
                continue
            children[_child(settings, listening, first=False)] = index
    return 0 if stopping else 1


UNSERVABLE = 2


def _child(settings: Settings, listening: socket.socket, *, first: bool) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        _loop().run(_run(build(replace(settings, quiet=settings.quiet)), listening, first=first))
        status = 0
    except Unservable as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        status = UNSERVABLE
    finally:
        sys.stdout.flush()
        os._exit(status)
