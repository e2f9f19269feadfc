"""Serving: sockets, one process or several, signals, and what people are told about them."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import uvicorn

from . import screen
from .app import App, build
from .http.transport import Limits, protocol, websocket
from .process import Unservable, stopped_by_signals
from .requestlog import configure
from .settings import Settings
from .store.protocol import StoreUnavailable
from .world import monotonic, real_sleep

GRACE = 3
"""Seconds that open requests have to end after the server was told to stop."""
KEEP_ALIVE = 65
"""Seconds that an idle connection is kept: longer than clients keep theirs, so that none meets a connection that is just being closed."""


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Unservable for a port that is taken or an address that is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as problem:
        listening.close()
        raise Unservable(
            f"cannot listen on {host}:{port} ({problem.strerror}); choose another --port, or --port 0 for a free one"
        ) from None
    listening.set_inheritable(True)
    return listening


class Server(uvicorn.Server):
    """uvicorn's server, which is stopped by its caller and leaves signals to it."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the caller's: see `stopped_by_signals`."""
        yield

    def stop(self, number: int = 0, frame: Any = None) -> None:
        """End when open requests have ended, or after `GRACE`; told twice, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def configured(app: App) -> uvicorn.Config:
    """How uvicorn runs the application. Nothing that a client sends changes whose address it has: forwarding headers are not read."""
    limits = Limits()
    return uvicorn.Config(
        app,
        http=protocol(app.settings.http, limits=limits, on_connect=_connect),
        h11_max_incomplete_event_size=limits.head_bytes,
        ws=cast("Any", websocket),  # a function serves where uvicorn expects a class
        ws_max_size=app.settings.max_body,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEEP_ALIVE,
        backlog=2048,
    )


def _connect(target: str, transport: asyncio.Transport, another: Callable[[], asyncio.Protocol]) -> None:
    """Answer in place of the host that a client wants; imported when the first one asks."""
    from .intercept.connect import take_over

    take_over(target, transport, another)


async def run(app: App, listening: socket.socket, *, first: bool) -> int:
    """Serve until a signal; how many requests were served. Raises Unservable."""
    server = Server(configured(app))
    with stopped_by_signals(server.stop):
        try:
            await app.start()
        except (StoreUnavailable, LookupError, ValueError, OSError) as problem:
            raise Unservable(str(problem)) from None
        try:
            if first:
                await screen.opening(app, listening.getsockname()[1])
            _settle()
            await server.serve(sockets=[listening])
        finally:
            await app.stop()
    return app.front.served


def _settle() -> None:
    """What is loaded stays: the collector need not look at it again, and need not look so often at what lives for one request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@asynccontextmanager
async def hosted(settings: Settings) -> AsyncGenerator[str, None]:
    """A server in this event loop, for tests: its URL while it runs. It leaves signals, logging and the screen alone."""
    listening = bound(settings.host, settings.port)
    app = build(settings)
    await app.start()
    server = Server(configured(app))
    task = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():
            await real_sleep(0.001)
        yield f"http://{settings.host}:{listening.getsockname()[1]}"
    finally:
        server.stop()
        await task
        await app.stop()
        listening.close()


def serve(settings: Settings) -> int:
    """Serve until told to stop; the exit status. Raises Unservable."""
    configure(settings.log_format, quiet=settings.quiet)
    listening = bound(settings.host, settings.port)
    app = built(settings)
    began = monotonic()
    if settings.workers > 1:
        from .workers import run_workers

        count = run_workers(settings.workers, lambda first: loop().run(run(built(settings), listening, first=first)))
    else:
        count = loop().run(run(app, listening, first=True))
    if not settings.quiet:
        screen.closing(count, monotonic() - began)
    return 0


def built(settings: Settings) -> App:
    """The application. Raises Unservable."""
    try:
        return build(settings)
    except (ValueError, LookupError, OSError) as problem:
        raise Unservable(str(problem)) from None


def loop() -> asyncio.Runner:
    """What runs the event loop: uvloop's where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
