"""The journal as HAR 1.2, which browsers' developer tools and many others read. Credentials are not in it: the journal has none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from . import __version__
from .world import moment_of

UNKNOWN = -1
"""HAR's word for a size or a time that nobody measured."""


def document(entries: Iterable[dict[str, Any]], url: str) -> dict[str, Any]:
    """The HAR document of what a server at `url` was asked. What it answered is told by status, id and tokens; bodies are not kept."""
    creator = {"name": "azure-openai-mock", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry(entry, url) for entry in entries]}}


def _entry(entry: dict[str, Any], url: str) -> dict[str, Any]:
    waited = entry.get("ms") or 0
    return {
        "startedDateTime": _instant(entry["at"]),
        "time": waited,
        "request": _request(entry, url),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": waited, "receive": 0},
        "_mock": {name: entry.get(name) for name in ("operation", "model", "turn", "tokens", "rules", "faults", "hints")},
    }


def _request(entry: dict[str, Any], url: str) -> dict[str, Any]:
    query = entry.get("query") or ""
    asked: dict[str, Any] = {
        "method": entry["method"],
        "url": f"{url}{entry['path']}{'?' if query else ''}{query}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(entry.get("headers", {}).items()),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": UNKNOWN,
        "bodySize": entry.get("body_bytes", UNKNOWN),
    }
    if entry.get("body") is not None:
        mime = entry.get("headers", {}).get("content-type", "")
        asked["postData"] = {"mimeType": mime, "text": json.dumps(entry["body"], ensure_ascii=False)}
    return asked


def _response(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": entry["status"] or 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "content": {"size": UNKNOWN, "mimeType": "", **({"comment": entry["response_id"]} if entry.get("response_id") else {})},
        "redirectURL": "",
        "headersSize": UNKNOWN,
        "bodySize": UNKNOWN,
    }


def _pairs(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


def _instant(at: float) -> str:
    return moment_of(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
