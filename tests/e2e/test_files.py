"""Files through the real client, over a socket."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from .conftest import Mock, start, stop

DAY = 86_400


def client_of(mock: Mock, **options: Any) -> OpenAI:
    return mock.client(default_query={"api-version": "preview"}, _strict_response_validation=True, **options)


def put(client: OpenAI, name: str, data: bytes, **options: Any) -> Any:
    return client.files.create(file=(name, data), **{"purpose": "assistants", **options})


def test_a_file_is_uploaded_shown_read_and_deleted(mock: Mock) -> None:
    client = client_of(mock)
    data = b"one\r\ntwo\x00three--boundary\r\n"
    file = put(client, "notes.txt", data)
    assert (file.bytes, file.filename, file.purpose, file.status) == (len(data), "notes.txt", "assistants", "processed")
    assert file.id.startswith("assistant-")
    assert client.files.retrieve(file.id) == file
    content = client.files.content(file.id)
    assert content.read() == data
    assert content.response.headers["content-type"].startswith("text/plain")
    deleted = client.files.delete(file.id)
    assert (deleted.id, deleted.deleted, deleted.object) == (file.id, True, "file")
    for gone in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError, match="No such File object"):
            gone(file.id)


def test_files_are_listed_newest_first_by_purpose_and_in_pages(mock: Mock) -> None:
    client = client_of(mock)
    ids = [put(client, f"{number}.txt", b"x").id for number in range(5)]
    line = put(client, "batch.jsonl", b"{}", purpose="batch").id
    assert [file.id for file in client.files.list()] == [line, *reversed(ids)]
    assert [file.id for file in client.files.list(purpose="assistants", order="asc", limit=2)] == ids
    page = client.files.list(limit=2, after=ids[3])
    assert [file.id for file in page.data] == [ids[2], ids[1]]
    assert page.has_more is True


def test_a_file_expires_on_the_scopes_clock(mock: Mock) -> None:
    client = client_of(mock)
    file = put(client, "a.txt", b"short lived", expires_after={"anchor": "created_at", "seconds": 14 * DAY})
    assert file.expires_at == file.created_at + 14 * DAY
    kept = put(client, "b.txt", b"kept")
    mock.advance(14 * DAY - 60)
    assert client.files.content(file.id).read() == b"short lived"
    mock.advance(60)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)
    assert [one.id for one in client.files.list()] == [kept.id]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"purpose": "user_data"}, "Invalid value for purpose"),
        ({"purpose": "vision"}, "Invalid value for purpose"),
        ({"purpose": "nonsense"}, "Invalid value for purpose"),
        ({"expires_after": {"anchor": "created_at", "seconds": 60}}, "Expected a value >= 3600"),
        ({"expires_after": {"anchor": "created_at", "seconds": DAY}, "purpose": "batch"}, "Expected a value >= 1209600"),
        ({"expires_after": {"anchor": "created_at", "seconds": 10**9}}, "Expected a value <= 2592000"),
        ({"expires_after": {"anchor": "last_active_at", "seconds": 14 * DAY}}, "Supported values are: 'created_at'"),
    ],
)
def test_purposes_and_lifetimes_are_the_services(mock: Mock, options: Any, message: str) -> None:
    with pytest.raises(openai.BadRequestError, match=message):
        put(client_of(mock), "a.txt", b"x", **options)


def test_an_empty_file_is_refused(mock: Mock) -> None:
    with pytest.raises(openai.BadRequestError, match="File is empty"):
        put(client_of(mock), "a.txt", b"")


FORM = {"content-type": "multipart/form-data; boundary=cut"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {}),
        (b"--cut\r\nno form at all", FORM),
        (b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nnever ends', FORM),
        (b"anything", {"content-type": "multipart/form-data"}),
        (b'--cut\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nassistants\r\n--cut--\r\n', FORM),
    ],
    ids=["json", "garbage", "breaks off", "no boundary", "no file"],
)
def test_what_is_no_upload_is_refused(mock: Mock, body: bytes, headers: dict[str, str]) -> None:
    status, _, raw = mock.raw("POST", "/openai/v1/files?api-version=preview", body, headers)
    assert status == 400
    assert b'"error"' in raw


def test_paths_in_names_are_left_out(mock: Mock) -> None:
    body = (
        b'--cut\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
        b'--cut\r\ncontent-disposition: form-data; name="file"; filename="../../etc/hosts"\r\n\r\nhello\r\n--cut--\r\n'
    )
    status, _, raw = mock.raw("POST", "/openai/v1/files?api-version=preview", body, FORM)
    assert status == 200
    assert b'"filename": "hosts"' in raw


def test_rules_and_faults_hit_uploads(mock: Mock) -> None:
    client = client_of(mock)
    mock.rule(when={"operation": "files.create"}, fault=[{"refuse": "rate_limited"}], times=1)
    with pytest.raises(openai.RateLimitError):
        put(client, "a.txt", b"x")
    assert list(client.files.list()) == []
    mock.rule(when={"operation": "files.*"}, fault=[{"cut": {"after_bytes": 3}}], times=1)
    with pytest.raises(openai.APIConnectionError):
        client.files.list()
    put(client, "a.txt", b"x")
    entry = mock.journal()[-1]
    assert entry["operation"] == "files.create"
    assert entry["body"]["file"] == {"filename": "a.txt", "bytes": 1}


def test_scopes_do_not_see_each_others_files(mock: Mock) -> None:
    file = put(client_of(mock), "a.txt", b"mine")
    other = client_of(mock, default_headers={"x-mock-scope": f"{mock.scope}-other"})
    mock.control("PUT", "/settings", {"profile": "preview"})
    with pytest.raises(openai.NotFoundError):
        other.files.retrieve(file.id)


class Endless(io.RawIOBase):
    """So many bytes that nobody keeps."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self.left)
        piece = (self.left.to_bytes(8, "big") * (size // 8 + 1))[:size]
        buffer[:size] = piece
        self.digest.update(piece)
        self.left -= size
        return size


def form_of(body: Endless) -> Iterator[bytes]:
    yield b'--cut\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
    yield b'--cut\r\ncontent-disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
    while piece := body.read(1 << 16):
        yield piece
    yield b"\r\n--cut--\r\n"


def most_memory(process: int) -> int:
    """Bytes that a process has had in memory at most."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_hundred_mebibytes_are_uploaded_and_read_without_being_held_in_memory(tmp_path: Path) -> None:
    import httpx2

    server = start("--store", f"sqlite:///{tmp_path / 'large.sqlite3'}", "--quiet", "--profile", "ga")
    try:
        size = 100 * 1024 * 1024
        with httpx2.Client(base_url=server.url, headers={"api-key": "k"}, timeout=120) as client:
            small = {"file": ("a.txt", b"warm", "text/plain")}
            client.post("/openai/v1/files", data={"purpose": "assistants"}, files=small).raise_for_status()
            before = most_memory(server.process.pid)
            body = Endless(size)
            sent = client.post("/openai/v1/files", content=form_of(body), headers=FORM)
            assert sent.status_code == 200, sent.text
            assert sent.json()["bytes"] == size
            digest = hashlib.sha256()
            with client.stream("GET", f"/openai/v1/files/{sent.json()['id']}/content") as content:
                assert content.headers["content-length"] == str(size)
                for piece in content.iter_bytes():
                    digest.update(piece)
            assert digest.digest() == body.digest.digest()
        grown = most_memory(server.process.pid) - before
        assert grown < 40 * 1024 * 1024, f"grew by {grown >> 20} MiB"
    finally:
        assert stop(server) == 0


def test_a_file_that_was_acknowledged_survives_a_sudden_death(tmp_path: Path) -> None:
    options = ("--store", f"sqlite:///{tmp_path / 'kept.sqlite3'}", "--quiet", "--profile", "ga")
    data = os.urandom(600_000)
    server = start(*options)
    mock = Mock(server.url, "default")
    file = put(mock.client(), "kept.bin", data)
    store = mock.client().vector_stores.create(name="kept")
    server.process.kill()
    server.process.wait(10)
    stop(server)
    mock.close()
    server = start(*options)
    try:
        mock = Mock(server.url, "default")
        assert mock.client().files.content(file.id).read() == data
        assert mock.client().vector_stores.retrieve(store.id).name == "kept"
        mock.close()
    finally:
        assert stop(server) == 0


def test_workers_share_files_and_what_is_searched(tmp_path: Path) -> None:
    server = start("--store", f"sqlite:///{tmp_path / 'shared.sqlite3'}", "--workers", "2", "--quiet", "--profile", "ga")
    try:
        mock = Mock(server.url, f"w{os.getpid()}")
        pairs = [(mock.client(), mock.client()) for _ in range(3)]
        for number, (one, other) in enumerate(pairs):
            file = put(one, "a.txt", f"The password of gate {number} is swordfish.".encode())
            assert other.files.content(file.id).read().startswith(b"The password")
            store = other.vector_stores.create(name="s", file_ids=[file.id])
            assert one.vector_stores.search(store.id, query="password of the gate").data[0].file_id == file.id
            other.files.delete(file.id)
            assert one.vector_stores.search(store.id, query="password of the gate").data == []
        mock.close()
    finally:
        assert stop(server) == 0
