"""A running server's control API, for the command line, the fixture and any other process. Standard library only."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class Failed(Exception):
    """The server said no, or nothing; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One scope of the server at `url`. Proxies in the environment are not used: the server is this person's own."""

    url: str
    scope: str | None = None
    admin_token: str | None = None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One control call: its JSON, None for an empty answer. Raises Failed."""
        __tracebackhide__ = True  # what is wrong stands in the test
        parts = urlsplit(self.url)
        headers = {"content-type": "application/json"}
        if self.scope:
            headers["x-mock-scope"] = self.scope
        if self.admin_token:
            headers["x-mock-admin-token"] = self.admin_token
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=30)
        try:
            connection.request(method, f"/_mock/{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            status, raw = answer.status, answer.read()
        except OSError as problem:
            raise Failed(f"no server answers at {self.url} ({problem}); start one with: azure-openai-mock serve") from None
        finally:
            connection.close()
        if status >= 400:
            raise Failed(_message(raw, status))
        return json.loads(raw) if raw else None


def _message(raw: bytes, status: int) -> str:
    try:
        return str(json.loads(raw)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {status}"
