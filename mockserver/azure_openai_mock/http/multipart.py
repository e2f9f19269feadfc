"""Forms as they arrive, piece by piece: a file's bytes go to a temporary file, in memory only as long as they are few."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from typing import IO, Any, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ..service.uploads import Form, Upload
from ..wire.refusal import Refusal

IN_MEMORY = 512 * 1024
"""Bytes of a file that are kept in memory before it moves to the disk."""
MOST_PARTS = 100
"""Of one form."""
LONGEST_FIELD = 256 * 1024
"""Bytes of a field that is no file."""
LONGEST_HEADERS = 16 * 1024
"""Bytes of the headers of a part."""


async def read(content_type: str, pieces: AsyncIterator[bytes]) -> Form:
    """The whole form. Raises the refusal of one that cannot be read, or that never ends; its temporary files are closed then."""
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not boundary or len(boundary) > 200:
        raise _wrong("the content-type names no boundary")
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, cast("Any", reader.callbacks()))
        async for piece in pieces:
            parser.write(piece)
        parser.finalize()
        if not reader.ended:
            raise _wrong("the form breaks off")
    except FormParserError as problem:
        reader.form.close()
        raise _wrong(str(problem)) from None
    except BaseException:
        reader.form.close()
        raise
    return reader.form


def _wrong(why: str) -> Refusal:
    return Refusal("invalid_form", hint=f"the body is no multipart/form-data: {why}")


class _Reader:
    """What the parser calls as it goes."""

    def __init__(self) -> None:
        self.form = Form()
        self.ended = False
        self._parts = 0
        self._headers: dict[str, str] = {}
        self._size = 0
        self._name = b""
        self._value = b""
        self._field = ""
        self._text: bytearray | None = None
        self._upload: Upload | None = None

    def callbacks(self) -> dict[str, Any]:
        """By the parser's names."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_part_end": self._close,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _wrong(f"more than {MOST_PARTS} parts")
        self._headers, self._size, self._text, self._upload = {}, 0, None, None

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bounded(end - start)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bounded(end - start)

    def _bounded(self, more: int) -> None:
        self._size += more
        if self._size > LONGEST_HEADERS:
            raise _wrong("a part's headers are too long")

    def _header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def _open(self) -> None:
        kind, options = parse_options_header(self._headers.get("content-disposition", "").encode())
        if kind != b"form-data" or b"name" not in options:
            raise _wrong("a part without a name")
        self._field = options[b"name"].decode("utf-8", "replace")
        if b"filename" not in options:
            self._text = bytearray()
            return
        spool = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the form closes it
        filename = options[b"filename"].decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
        previous = self.form.files.get(self._field)
        if previous is not None:
            previous.spool.close()
        self._upload = self.form.files[self._field] = Upload(filename, spool)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._upload is not None:
            self._upload.spool.write(data[start:end])
            self._upload.size += end - start
        elif self._text is not None:
            self._text += data[start:end]
            if len(self._text) > LONGEST_FIELD:
                raise _wrong("a field is too long")

    def _close(self) -> None:
        if self._text is not None:
            self.form.fields[self._field] = self._text.decode("utf-8", "replace")

    def _end(self) -> None:
        self.ended = True
