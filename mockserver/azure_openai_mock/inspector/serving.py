"""The inspector's files, as they are served: read from disk when asked for, under a policy that lets nothing else in.

The pages speak with this server alone, run no script and use no style but these files', and cannot be framed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
"""Suffix -> content type: what is not here is not served."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
GUARDS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
"""Headers of every file. `no-cache` lets a browser keep it, and has it ask by ETag."""


@dataclass(frozen=True, slots=True)
class File:
    """One file: its bytes, their type and an ETag that changes with them."""

    data: bytes
    content_type: str
    etag: str


def find(name: str) -> File | None:
    """The file of that name, a path below the folder with `/` between; None where there is none. Nothing above the folder is reached."""
    segments = name.split("/")
    content_type = TYPES.get(Path(segments[-1]).suffix)
    if content_type is None or any(not segment.replace("_", "").replace(".", "").isalnum() or ".." in segment for segment in segments):
        return None
    path = STATIC.joinpath(*segments)
    if not path.is_file():
        return None
    data = path.read_bytes()
    return File(data, content_type, f'"{blake2b(data, digest_size=12).hexdigest()}"')
