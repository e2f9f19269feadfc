"""What was asked and what was answered, newest last, bounded; secrets are dropped before anything is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from ..wire import json
from ..wire.types import Object

KEEP = 1000
"""Entries that a scope's journal holds."""
BODY = 64 * 1024
"""Bytes of a request body that an entry keeps; a longer one is told by its size."""

_SECRET_HEADERS = frozenset(
    {"api-key", "authorization", "proxy-authorization", "cookie", "x-mock-admin-token", "x-ms-authorization-auxiliary", "x-identity-header"}
)
_SECRET_KEYS = frozenset({"authorization", "api_key", "apikey", "password", "secret", "token", "access_token", "client_secret"})
HIDDEN = "<hidden>"


def safe_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without credentials."""
    return {name: value for name, value in headers.items() if name not in _SECRET_HEADERS}


def safe(value: Any) -> Any:
    """The JSON value with the values of credential keys hidden (an `mcp` tool's `authorization`, its `headers`)."""
    if isinstance(value, dict):
        return {key: _safe_under(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [safe(inner) for inner in value]
    return value


def _safe_under(key: str, inner: Any) -> Any:
    if key.lower() in _SECRET_KEYS and isinstance(inner, str):
        return HIDDEN
    if key == "headers" and isinstance(inner, dict):
        return dict.fromkeys(inner, HIDDEN)
    return safe(inner)


class Entry:
    """One exchange. It is written when its head leaves (or when it is known that none will) and its times are added at the end."""

    __slots__ = ("body", "fields")

    def __init__(self, body: bytes, fields: Object) -> None:
        self.body = body if len(body) <= BODY else None
        self.fields = fields if self.body is not None else {**fields, "body_bytes": len(body)}

    def shown(self) -> Object:
        """The entry as the control API gives it."""
        body: Any = None
        if self.body and json.depth_exceeds(self.body):
            body = {"too_deep_bytes": len(self.body)}
        elif self.body:
            try:
                body = safe(json.loads(self.body))
            except ValueError:
                body = {"not_json_bytes": len(self.body)}
        return {**self.fields, "body": body}


class Journal:
    """The entries of one scope in one process."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEEP)

    def add(self, entry: Entry) -> None:
        """Keep it, and forget the oldest beyond `KEEP`."""
        self._entries.append(entry)

    def shown(self) -> list[Object]:
        """All entries, oldest first."""
        return [entry.shown() for entry in self._entries]

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
