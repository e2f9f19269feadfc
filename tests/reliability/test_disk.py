"""A disk that is full or fails: what cannot be kept is refused in the service's shape, what was kept is read, and it heals."""

from __future__ import annotations

import contextlib
import errno
import http.client
import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.process import Started, running, start

PATH = "/openai/v1/responses"
ATTEMPTS = 400
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process's files, which only Linux can")


def asked(server: Started, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON."""
    with contextlib.closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)) as connection:
        sent = {"api-key": "k", "content-type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        raw = answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(raw) if raw else None


def created(server: Started, **more: Any) -> tuple[int, dict[str, str], Any]:
    return asked(server, "POST", PATH, {"model": "gpt-4o", "input": "keep me " * 500, **more})


def holds_on(server: Started, kept: list[str]) -> None:
    """In trouble: writing is refused, however it is asked for, and reading goes on."""
    for more in ({}, {"stream": True}, {"background": True}, {"previous_response_id": kept[0]}):
        status, headers, body = created(server, **more)
        assert status == 503, body
        assert headers["content-type"].startswith("application/json")
        assert isinstance(body["error"]["message"], str)
        assert body["error"]["code"]
        assert "Traceback" not in json.dumps(body)
    for ident in kept:
        status, _, body = asked(server, "GET", f"{PATH}/{ident}")
        assert (status, body["id"]) == (200, ident)
        assert asked(server, "GET", f"{PATH}/{ident}/input_items")[0] == 200
    assert asked(server, "GET", "/openai/v1/models")[0] == 200
    assert asked(server, "DELETE", f"{PATH}/{kept[0]}")[0] == 503
    assert asked(server, "GET", f"{PATH}/{kept[0]}")[0] == 200, "what could not be deleted is still there"


def heals(server: Started, kept: list[str]) -> None:
    """After the trouble: writing goes on, and what was acknowledged is all there."""
    for _ in range(3):
        status, _, body = created(server, previous_response_id=kept[-1])
        assert status == 200, body
        kept.append(body["id"])
    for ident in kept:
        assert asked(server, "GET", f"{PATH}/{ident}")[0] == 200


def until_refused(server: Started) -> list[str]:
    """Create until that is refused; the ids of what was acknowledged."""
    kept = []
    for _ in range(ATTEMPTS):
        status, _, body = created(server)
        if status != 200:
            assert status == 503, body
            return kept
        kept.append(body["id"])
    raise AssertionError("nothing was refused")


def test_a_disk_that_fails_is_a_503_reads_go_on_and_it_heals(tmp_path: Path) -> None:
    """Writing beyond a limit of the process is an I/O error to SQLite (EFBIG)."""
    with running("--store", f"sqlite:///{tmp_path / 'store.sqlite3'}", "--profile", "ga") as server:
        kept = [created(server)[2]["id"] for _ in range(3)]
        limit, most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, most))
        holds_on(server, kept)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, most))
        heals(server, kept)


def can_mount() -> bool:
    """Whether this machine lets a process mount a file system that only it sees."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    return tried.returncode == 0


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """While it lasts, not a byte more fits on the folder's disk."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
        with pytest.raises(OSError, match=r".*") as caught:
            file.write(bytes(4096))
        assert caught.value.errno == errno.ENOSPC
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.skipif(sys.platform.startswith("linux") and not can_mount(), reason="this machine lets nobody mount a small disk of his own")
def test_a_full_disk_is_a_503_reads_go_on_and_it_heals(tmp_path: Path) -> None:
    """A disk of 4 MiB, which only the server's process sees; the test reaches it through that process."""
    small = (*NAMESPACE, "sh", "-c", f'mount -t tmpfs -o size=4m none {tmp_path} && exec "$0" "$@"')
    with running("--store", f"sqlite:///{tmp_path / 'store.sqlite3'}", "--profile", "ga", under=small) as server:
        kept = [created(server)[2]["id"] for _ in range(3)]
        with filled(Path(f"/proc/{server.process.pid}/root") / tmp_path.relative_to("/")):
            kept += until_refused(server)
            holds_on(server, kept)
        heals(server, kept)


def test_a_store_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    """A folder where nothing can be made, as on a read-only disk."""
    (tmp_path / "file").write_text("")
    with pytest.raises(AssertionError, match="cannot be opened") as said:
        start("--store", f"sqlite:///{tmp_path / 'file' / 'store.sqlite3'}", "--quiet")
    assert "--store" in str(said.value)
    assert "Traceback" not in str(said.value)
