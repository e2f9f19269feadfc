"""A store that lies now and then, as a cache beside the truth does: what it read once it tells again for a while."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from azure_openai_mock.app import App
from azure_openai_mock.serve import Server, bound, configured
from azure_openai_mock.settings import Settings
from azure_openai_mock.store.memory import MemoryStore
from azure_openai_mock.store.protocol import Row

AGAIN = 3
"""How often a row is told from memory before it is read anew."""


class StaleStore(MemoryStore):
    """Rows of responses may be as old as the read before last."""

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[str, tuple[int, Row | None]] = {}

    async def get(self, scope: str, kind: str, id: str) -> Row | None:
        if kind != "response":
            return await super().get(scope, kind, id)
        left, row = self._read.get(id, (0, None))
        if not left:
            left, row = AGAIN, await super().get(scope, kind, id)
        self._read[id] = left - 1, row
        return row


@contextmanager
def stale() -> Iterator[str]:
    """A server on such a store."""
    ready, urls = threading.Event(), []
    servers: list[Server] = []

    async def serve() -> None:
        listening = bound("127.0.0.1", 0)
        app = App(Settings(), StaleStore())
        await app.start()
        servers.append(Server(configured(app)))
        urls.append(f"http://127.0.0.1:{listening.getsockname()[1]}")
        ready.set()
        await servers[0].serve(sockets=[listening])
        await app.stop()
        listening.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield urls[0]
    finally:
        servers[0].stop()
        thread.join(10)
