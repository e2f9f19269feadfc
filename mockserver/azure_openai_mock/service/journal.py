"""What was asked and what was answered, newest last, bounded; secrets are dropped before anything is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import Any
from urllib.parse import unquote_plus

from ..behaviour.question import Question
from ..wire import json
from ..wire.types import Object
from ..world import real_now
from .recording import Recording

KEEP = 10_000
"""Entries that a scope's journal holds."""
BODY = 1024 * 1024
"""Bytes of a request body that an entry keeps; a longer one is told by its size."""
BYTES = 16 * 1024 * 1024
"""Bytes of bodies, asked and answered, that a scope's journal holds; those of the oldest entries go first."""
SMALL = 1024
"""Bytes of a request body that an entry keeps for as long as it is there itself: to let it go would cost more than it gives."""

GIST = 160
"""Characters of the newest user text that are told of a body."""
GIST_FROM = 64 * 1024
"""Bytes of a body up to which it is read once more when it is let go, for its gist to stay."""

_SECRET_HEADERS = frozenset(
    {"api-key", "authorization", "proxy-authorization", "cookie", "x-mock-admin-token", "x-ms-authorization-auxiliary", "x-identity-header"}
)
_SECRET_PARAMETERS = frozenset({"api-key", "subscription-key", "key", "code", "sig", "client_assertion"})
_SECRET_KEYS = frozenset({"authorization", "api_key", "apikey", "password", "secret", "token", "access_token", "client_secret"})
HIDDEN = "<hidden>"


def safe_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without credentials."""
    return {name: value for name, value in headers.items() if name not in _SECRET_HEADERS}


def safe_query(query: str) -> str:
    """The query string with the values of parameters hidden in which credentials travel: signatures, keys, tokens."""
    return "&".join(map(_safe_pair, query.split("&")))


def _safe_pair(pair: str) -> str:
    name, sign, _ = pair.partition("=")
    secret = unquote_plus(name).lower() in _SECRET_PARAMETERS | _SECRET_KEYS
    return f"{name}={HIDDEN}" if sign and secret else pair


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
    """One exchange. It is written when its head leaves (or when it is known that none will); its times and the rest of what left are added
    while that happens.
    """

    __slots__ = ("body", "fields", "light", "number", "recording", "revision", "weight")

    def __init__(self, body: bytes, fields: Object, recording: Recording | None = None) -> None:
        self.body: bytes | None = body
        self.fields = fields
        self.recording = recording
        self.number = self.revision = self.weight = 0
        self.light = False
        if len(body) > BODY:
            self._drop_body()

    @property
    def id(self) -> str:
        """The request's id, as the service's `apim-request-id` tells it to the client."""
        named: str = self.fields.get("id") or ""
        return named

    def shown(self, most: int = BODY) -> Object:
        """The entry as the control API gives it, with a body of `most` bytes at most."""
        if self.body is not None and len(self.body) > most:
            return {**self.fields, "body_bytes": len(self.body), "body": None}
        return {**self.fields, "body": self._value()}

    def _value(self) -> Any:
        if not self.body:
            return None
        if json.depth_exceeds(self.body):
            return {"too_deep_bytes": len(self.body)}
        try:
            return safe(json.loads(self.body))
        except ValueError:
            return {"not_json_bytes": len(self.body)}

    def weigh(self) -> int:
        """By how many bytes more it holds than when it was weighed last; what was lightened has no weight."""
        if self.light:
            return 0
        before, self.weight = self.weight, len(self.body or b"") + (self.recording.kept if self.recording is not None else 0)
        return self.weight - before

    def lighten(self) -> int:
        """Let the answer go, and the body unless it is small; sizes and the gist stay. By how many bytes it weighs less."""
        if self.body and len(self.body) > SMALL:
            self._drop_body()
        if self.recording is not None:
            self.recording.forget()
        before, self.weight, self.light = self.weight, 0, True
        return before

    def _drop_body(self) -> None:
        body = self.body or b""
        gist = gist_of(self._value()) if len(body) <= GIST_FROM else {}
        self.fields = {**self.fields, **gist, "body_bytes": len(body)}
        self.body = None


def gist_of(body: Any) -> Object:
    """What a body asks, in a line: `asked`, its newest user text, or `sent`, the type of its last item where there is no such text."""
    given = body.get("input", body.get("messages")) if isinstance(body, dict) else None
    text = Question(request={"input": given}).newest_user_text
    last = given[-1] if text is None and isinstance(given, list) and given and isinstance(given[-1], dict) else {}
    return {"asked": None if text is None else text[:GIST], "sent": last.get("type")}


class Journal:
    """The entries of one scope in one process: the newest `KEEP`, and of these the newest bodies up to `BYTES`.

    Every entry has a revision, newer than all before, when it is added and again when it is finished, so that a reader may ask for what
    is new. `mark` tells this journal from others that the scope had before a reset or a restart.
    """

    __slots__ = ("_entries", "_heavy", "_number", "_revised", "_revision", "_weight", "mark")

    def __init__(self) -> None:
        self._number = self._revision = 0
        self._begin()

    def _begin(self) -> None:
        self.mark = f"{int(real_now() * 1e6):x}"
        self._entries: deque[Entry] = deque()
        self._revised: dict[int, Entry] = {}
        self._heavy: deque[Entry] = deque()
        self._weight = 0

    def add(self, entry: Entry) -> None:
        """Keep it, and forget the oldest beyond `KEEP`."""
        self._number += 1
        entry.number = self._number
        self._entries.append(entry)
        self._heavy.append(entry)
        self._revise(entry)
        if len(self._entries) > KEEP:
            oldest = self._entries.popleft()
            del self._revised[oldest.number]
            if self._heavy and self._heavy[0] is oldest:
                self._weight -= self._heavy.popleft().weight

    def finish(self, entry: Entry) -> None:
        """Its answer has left."""
        if self._revised.pop(entry.number, None) is not None:
            self._revise(entry)

    def _revise(self, entry: Entry) -> None:
        self._revision += 1
        entry.revision = self._revision
        self._revised[entry.number] = entry
        self._weight += entry.weigh()
        while self._weight > BYTES and self._heavy:
            self._weight -= self._heavy.popleft().lighten()

    def shown(self) -> list[Object]:
        """All entries, oldest first."""
        return [entry.shown() for entry in self._entries]

    def of(self, operations: Collection[str]) -> list[Object]:
        """The entries of these operations, oldest first."""
        return [entry.shown() for entry in self._entries if entry.fields["operation"] in operations]

    def since(self, revision: int, limit: int) -> list[Entry]:
        """Up to `limit` entries that were added or finished after that revision, those first that were first."""
        newer = list(takewhile(lambda entry: entry.revision > revision, reversed(self._revised.values())))
        return newer[::-1][:limit]

    def find(self, ident: str) -> Entry | None:
        """The newest entry of that id."""
        return next((entry for entry in reversed(self._entries) if entry.id == ident), None)

    def clear(self) -> None:
        """Forget all."""
        self._begin()
