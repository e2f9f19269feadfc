"""Forms with a file in them: how an upload is spelled, and what of one was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Upload: TypeAlias = tuple[str, bytes, str]
"""A file on its way: its name, its bytes, its content type."""

_BOUNDARY: Final = re.compile(r'multipart/form-data;.*boundary="?([^";]+)"?')
_NAME: Final = re.compile(r'\bname="([^"]*)"')
_FILENAME: Final = re.compile(r'\bfilename="([^"]*)"')


@dataclass(frozen=True)
class Part:
    """One part of a form. `filename` is None for what is no file."""

    name: str
    data: bytes
    filename: str | None = None


def parts_of(content_type: str | None, body: bytes) -> list[Part]:
    """The parts of a form in their order; none for a body that is no form."""
    found = _BOUNDARY.match(content_type or "")
    if found is None:
        return []
    pieces = body.split(b"--" + found[1].encode())[1:-1]
    return [_part(piece.removeprefix(b"\r\n").removesuffix(b"\r\n")) for piece in pieces]


def _part(piece: bytes) -> Part:
    head, _, data = piece.partition(b"\r\n\r\n")
    said = head.decode("utf-8", "replace")
    name, file = _NAME.search(said), _FILENAME.search(said)
    return Part(name[1] if name else "", data, file[1] if file else None)


def spelled(fields: Mapping[str, Any], file: Upload, boundary: str) -> tuple[str, bytes]:
    """The content type and the body of a form with these fields and the file; a field that holds an object becomes one for each member."""
    name, data, kind = file
    heads = [(f'form-data; name="{field}"', str(value).encode(), "") for field, value in _flat(fields)]
    heads.append((f'form-data; name="file"; filename="{name}"', data, f"\r\nContent-Type: {kind}"))
    pieces = [f"--{boundary}\r\nContent-Disposition: {head}{also}\r\n\r\n".encode() + value + b"\r\n" for head, value, also in heads]
    return f"multipart/form-data; boundary={boundary}", b"".join([*pieces, f"--{boundary}--\r\n".encode()])


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}[{inner}]", one) for inner, one in value.items())
        else:
            yield name, value
