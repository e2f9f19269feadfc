"""Forms are read the same however they are cut, and what is no form is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.http import multipart
from azure_openai_mock.service.uploads import Form
from azure_openai_mock.wire.refusal import Refusal

KIND = "multipart/form-data; boundary=cut"


def body(fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> bytes:
    parts = [f'content-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    parts += [
        f'content-disposition: form-data; name="{name}"; filename="{file}"\r\ncontent-type: text/plain\r\n\r\n'.encode() + data + b"\r\n"
        for name, (file, data) in files.items()
    ]
    return b"".join(b"--cut\r\n" + part for part in parts) + b"--cut--\r\n"


async def _read(pieces: Sequence[bytes], kind: str) -> Form:
    async def arriving() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return await multipart.read(kind, arriving())


def read(pieces: Sequence[bytes], kind: str = KIND) -> Form:
    return asyncio.run(_read(pieces, kind))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300).filter(lambda data: b"--cut" not in data), st.lists(st.integers(0, 600), max_size=8))
def test_a_form_is_read_the_same_however_it_is_cut(data: bytes, cuts: list[int]) -> None:
    whole = body({"purpose": "assistants", "expires_after[seconds]": "60"}, {"file": ("a.txt", data)})
    places = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
    form = read([whole[start:end] for start, end in pairwise(places)])
    assert form.fields["purpose"] == "assistants"
    assert form.nested("expires_after") == {"seconds": "60"}
    upload = form.files["file"]
    assert (upload.filename, upload.size, b"".join(upload.pieces())) == ("a.txt", len(data), data)
    form.close()


def test_a_large_file_goes_to_the_disk() -> None:
    data = bytes(multipart.IN_MEMORY + 1)
    form = read([body({}, {"file": ("a.bin", data)})])
    assert getattr(form.files["file"].spool, "_rolled", False)
    assert b"".join(form.files["file"].pieces()) == data
    form.close()
    assert form.files["file"].spool.closed


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", KIND),
        (b"no form", KIND),
        (body({"a": "b"}, {})[:-6], KIND),
        (body({"a": "b"}, {}), "multipart/form-data"),
        (b"--cut\r\ncontent-disposition: form-data\r\n\r\nx\r\n--cut--\r\n", KIND),
        (b"--cut\r\nx-long: " + b"x" * 20_000 + b"\r\n\r\nx\r\n--cut--\r\n", KIND),
        (body({"a": "x" * (multipart.LONGEST_FIELD + 1)}, {}), KIND),
        (body({str(number): "x" for number in range(multipart.MOST_PARTS + 1)}, {}), KIND),
    ],
    ids=["empty", "no form", "breaks off", "no boundary", "no name", "long headers", "long field", "many parts"],
)
def test_what_is_no_form_is_refused(raw: bytes, kind: str) -> None:
    with pytest.raises(Refusal) as caught:
        read([raw], kind)
    assert caught.value.key == "invalid_form"


def test_of_two_parts_of_one_name_the_last_counts() -> None:
    one, other = body({"a": "1"}, {"file": ("a", b"1")}), body({"a": "2"}, {"file": ("b", b"2")})
    form = read([one[: -len(b"--cut--\r\n")] + other])
    assert form.fields == {"a": "2"}
    assert form.files["file"].filename == "b"
    form.close()
