"""The text of a file, by its name and its bytes. Nothing in a file is run, and nothing that it names is fetched."""

from __future__ import annotations

import html
import io
import logging
import re
import zipfile
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import PurePosixPath

LARGEST = 64 * 1024 * 1024
"""Bytes that a file, unpacked, may have to be read."""
MOST_PAGES = 5_000


class Unreadable(Exception):
    """There is no text to be had. `code` is the API's own word for why, the message a sentence for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def text_of(filename: str, data: bytes) -> str:
    """The file's text. Raises Unreadable for a kind that is not read, a file that is not what its name says, or one without text."""
    suffix = PurePosixPath(filename.lower()).suffix
    reader = READERS.get(suffix)
    if reader is None and data.startswith(b"%PDF-"):
        reader = _pdf
    if reader is None:
        reader = _plain
    text = reader(data)
    if not text.strip():
        raise Unreadable("invalid_file", "The file has no text.")
    return text


def _plain(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("unsupported_file", "The file is of a kind that is not read, or its text is not UTF-8, UTF-16 or ASCII.") from None
    if "\0" in text:
        raise Unreadable("unsupported_file", "The file is of a kind that is not read.")
    return text


def _pdf(data: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        pages = PdfReader(io.BytesIO(data)).pages
        return "\n\n".join(pages[number].extract_text() for number in range(min(len(pages), MOST_PAGES)))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as problem:
        raise Unreadable("invalid_file", f"The file could not be parsed as PDF: {type(problem).__name__}.") from None


class _Words(HTMLParser):
    """The text of a page, without scripts and styles, a line for each block."""

    _SILENT = frozenset({"script", "style", "template", "noscript"})
    _INLINE = frozenset({"a", "b", "i", "em", "strong", "span", "code", "small", "sub", "sup", "u", "mark", "abbr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line."""
        self._silent += tag in self._SILENT
        if tag not in self._INLINE:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """What was silent is over."""
        self._silent -= tag in self._SILENT and self._silent > 0
        if tag not in self._INLINE:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._silent:
            self.said.append(data)


def _html(data: bytes) -> str:
    page = _Words()
    page.feed(_plain(data))
    page.close()
    return re.sub(r"\s*\n\s*", "\n", "".join(page.said)).strip()


_PARAGRAPH = re.compile(r"</(?:w:p|a:p|text:p)>")
_TAG = re.compile(r"<[^>]*>")


def _office(*wanted: str) -> Callable[[bytes], str]:
    """A reader of packed XML: the text of the members whose names match, a line for each paragraph."""
    patterns = [re.compile(name) for name in wanted]

    def read(data: bytes) -> str:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                names = [name for pattern in patterns for name in sorted(packed.namelist(), key=_counted) if pattern.fullmatch(name)]
                left = LARGEST
                parts = []
                for name in names:
                    with packed.open(name) as member:
                        part = member.read(left)
                    left -= len(part)
                    parts.append(part.decode("utf-8", "replace"))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as problem:
            raise Unreadable("invalid_file", f"The file could not be unpacked: {type(problem).__name__}.") from None
        return "\n\n".join(html.unescape(_TAG.sub("", _PARAGRAPH.sub("\n", part))) for part in parts)

    return read


def _counted(name: str) -> tuple[int, str]:
    """Slides in the order of their numbers."""
    return len(name), name


READERS: Mapping[str, Callable[[bytes], str]] = {
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
    ".docx": _office(r"word/document\.xml"),
    ".pptx": _office(r"ppt/slides/slide\d+\.xml"),
}
"""Kinds of file that are more than their text. Everything else is read as text."""
