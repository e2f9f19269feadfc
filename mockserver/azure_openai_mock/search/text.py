"""The text of a file, by its name and its bytes. Nothing in a file is run, and nothing that it names is fetched."""

from __future__ import annotations

import html
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

LARGEST = 64 * 1024 * 1024
"""Bytes that a file, unpacked, may have to be read."""
MOST_PAGES = 5_000
"""Pages of a PDF that are read."""


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


SILENT = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "template", "noscript", "title")}
"""Elements whose text is none of the page's."""
INLINE = frozenset({"a", "b", "i", "em", "strong", "span", "code", "small", "sub", "sup", "u", "mark", "abbr"})
"""Elements that end no line."""
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*)")


def _html(data: bytes) -> str:
    lines = "".join(_said(_plain(data))).split("\n")
    return "\n".join(" ".join(html.unescape(line).split()) for line in lines if line.strip())


def _said(page: str) -> Iterator[str]:
    """The words between the tags, a line break for every block. One pass from sign to sign, however broken the page is."""
    at = 0
    while (tag := page.find("<", at)) >= 0:
        yield page[at:tag]
        comment = page.startswith("<!--", tag)
        end = page.find("-->" if comment else ">", tag)
        if end < 0:
            return
        at = end + (3 if comment else 1)
        name = _NAME.match(page, tag + 1)
        word = name[1].lower() if name else ""
        if word in SILENT and page[tag + 1] != "/":
            close = SILENT[word].search(page, at)
            if close is None:
                return
            at = close.start()
        if word not in INLINE:
            yield "\n"
    yield page[at:]


_PARAGRAPH = re.compile(r"</(?:w:p|a:p|text:p)>")
_TAG = re.compile(r"<[^<>]*>")


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


def simple(filename: str, data: bytes) -> bool:
    """Whether the file is its text, so that reading it costs nothing."""
    return PurePosixPath(filename.lower()).suffix not in READERS and not data.startswith(b"%PDF-")


READERS: Mapping[str, Callable[[bytes], str]] = {
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
    ".docx": _office(r"word/document\.xml"),
    ".pptx": _office(r"ppt/slides/slide\d+\.xml"),
}
"""Kinds of file that are more than their text. Everything else is read as text."""
