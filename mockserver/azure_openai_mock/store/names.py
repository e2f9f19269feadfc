"""A store's URL as people may see it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit


def shown(url: str) -> str:
    """The URL without user, password and options; one that names no server has none of these."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        database = parse_qs(parts.query).get("db", ["0"])[0]
        return f"unix://{parts.path}?db={database}"
    if parts.scheme in ("redis", "rediss"):
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return url
