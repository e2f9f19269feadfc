"""What text a file has, and how it is said that it has none."""

from __future__ import annotations

import io
import zipfile

import pytest

from azure_openai_mock.search.text import Unreadable, text_of

from .pdf import pdf


def packed(**members: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return held.getvalue()


def test_a_pdf_is_read_page_by_page() -> None:
    text = text_of("report.pdf", pdf("The pump stands in the cellar.", "The roof was mended in May."))
    assert text.index("pump stands in the cellar") < text.index("roof was mended")


def test_a_pdf_is_known_by_its_beginning_too() -> None:
    assert "cellar" in text_of("report", pdf("In the cellar."))


def test_pages_lose_their_tags_and_scripts() -> None:
    page = b"<html><head><style>p {}</style></head><body><p>Tea &amp; <b>cake</b></p><script>alert(1)</script><p>at four</p></body></html>"
    assert text_of("page.html", page) == "Tea & cake\nat four"


def test_packed_documents_are_unpacked() -> None:
    body = "<w:document><w:p><w:t>First &lt;line&gt;</w:t></w:p><w:p><w:t>Second</w:t></w:p></w:document>"
    assert text_of("a.docx", packed(word__document_xml=body)) == "First <line>\nSecond\n"
    slides = packed(**{f"ppt__slides__slide{number}_xml": f"<a:p><a:t>slide {number}</a:t></a:p>" for number in (1, 10, 2)})
    assert text_of("a.pptx", slides).split() == ["slide", "1", "slide", "2", "slide", "10"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_decoded(encoding: str) -> None:
    assert text_of("a.txt", "Zürich".encode(encoding)) == "Zürich"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.bin", b"\x00\x01\x02", "unsupported_file"),
        ("a.txt", b"\xff\x00\xff", "unsupported_file"),
        ("a.pdf", b"%PDF-1.4 broken", "invalid_file"),
        ("a.pdf", b"no pdf at all", "invalid_file"),
        ("a.docx", b"no archive", "invalid_file"),
        ("a.txt", b"   \n", "invalid_file"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        text_of(name, data)
    assert caught.value.code == code
