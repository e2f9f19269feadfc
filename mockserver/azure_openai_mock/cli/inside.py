"""The service in this process: a request's bytes in, status and body out. No socket, nothing stored."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from ..app import build
from ..settings import Settings
from ..wire import json
from ..wire.types import Object


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its status, its body, and the hint that stands beside a refusal."""

    status: int
    body: Any
    hint: str | None


class Inside:
    """One service of a profile, used from synchronous code. Close it when done."""

    def __init__(self, profile: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._app = build(Settings(store="memory", profile=profile, profile_chosen=True))
        self._loop.run_until_complete(self._app.start())

    def close(self) -> None:
        """End it."""
        self._loop.run_until_complete(self._app.stop())
        self._loop.close()

    def post(self, path: str, body: Object) -> Said:
        """What it says to a POST of that JSON; `path` may have a query."""
        return self._loop.run_until_complete(self._post(path, json.compact(body)))

    async def _post(self, path: str, raw: bytes) -> Said:
        heard: list[MutableMapping[str, Any]] = []
        route, _, query = path.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"api-key", b"check"), (b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": route,
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 1),
        }

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            heard.append(message)

        await self._app(scope, receive, send)
        told = json.loads(b"".join(message.get("body", b"") for message in heard))
        hint = dict(heard[0]["headers"]).get(b"x-mock-hint")
        return Said(heard[0]["status"], told, hint.decode() if hint else None)
