"""What stands before several servers: each new connection goes to the next of them, byte for byte, a reset as a reset."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress

ABORT = struct.pack("ii", 1, 0)
"""A linger of nothing: closing is a reset."""


class Balancer:
    """Listens on a port of its own, at `url`, in a thread."""

    def __init__(self, behind: Sequence[str]) -> None:
        self._behind = itertools.cycle([url.rpartition(":")[2] for url in behind])
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """End it, and every connection with it."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as running:
            running.run(self._serve())

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0, backlog=1000)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", int(next(self._behind)))
            try:
                await asyncio.gather(_carry(reader, back), _carry(there, writer))
            finally:
                back.close()
        except OSError:
            _abort(writer)
        finally:
            writer.close()
            self._open.discard(task)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that comes, until its end or a reset. What comes for one who has gone is let pass: it may have answered already."""
    try:
        while piece := await reader.read(65536):
            with suppress(OSError):
                writer.write(piece)
                await writer.drain()
        with suppress(OSError):
            writer.write_eof()
    except OSError:
        _abort(writer)


def _abort(writer: asyncio.StreamWriter) -> None:
    own: socket.socket = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    writer.transport.abort()
