"""Private files: made once, by one of many, readable by nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from azure_openai_mock.private import Exposed, kept, state_folder


def test_what_was_made_once_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key.pem"
    assert kept(path, lambda: b"first") == b"first"
    assert kept(path, lambda: b"second") == b"first"
    assert [each.name for each in path.parent.iterdir()] == ["key.pem"]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "key.pem"
    kept(path, lambda: b"secret")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_one_that_others_could_read_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    kept(path, lambda: b"secret")
    path.chmod(0o640)
    with pytest.raises(Exposed, match="remove it"):
        kept(path, lambda: b"another")


def test_processes_that_make_it_at_once_agree(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"

    code = "import sys, pathlib; from azure_openai_mock.private import kept; print(kept(pathlib.Path(sys.argv[1]), sys.argv[2].encode))"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", code, str(path)]
    children = [subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, env=env) for number in range(6)]
    assert len({child.communicate(timeout=30)[0] for child in children}) == 1


def test_threads_of_one_process_do_not_meet_in_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda number: kept(path, lambda: str(number).encode()), range(8)))
    assert len(found) == 1


def test_the_folder_is_the_one_that_the_user_chose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "azure-openai-mock"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == Path.home() / ".local" / "state" / "azure-openai-mock"
