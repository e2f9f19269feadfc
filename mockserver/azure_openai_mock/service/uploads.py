"""A form as the front has read it: its fields, and files whose bytes lie in temporary files, not in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

PIECE = 256 * 1024
"""Bytes that are read, written and kept at a time."""


@dataclass(slots=True)
class Upload:
    """One file of a form."""

    filename: str
    spool: IO[bytes]
    size: int = 0

    def pieces(self) -> Iterator[bytes]:
        """Its bytes from the beginning."""
        self.spool.seek(0)
        while piece := self.spool.read(PIECE):
            yield piece


@dataclass(slots=True)
class Form:
    """A form: the last value of each field, the last file of each name. Close it when its exchange is over."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def nested(self, name: str) -> Mapping[str, str]:
        """The members of a field that is an object: `name[key]`, as clients flatten it."""
        begin = f"{name}["
        return {key[len(begin) : -1]: value for key, value in self.fields.items() if key.startswith(begin) and key.endswith("]")}

    def close(self) -> None:
        """Let the temporary files go."""
        for upload in self.files.values():
            upload.spool.close()
