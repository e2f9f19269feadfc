"""What belongs to this user alone: the folder that outlives a run, and files in it that nobody else can read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077
"""Permissions of everybody but the owner."""


class Exposed(Exception):
    """A private file that others can read; the message says what to do."""


def state_folder() -> Path:
    """Where this user's programs keep what must outlive a run. Raises RuntimeError where there is no home."""
    given = os.environ.get("XDG_STATE_HOME", "")
    state = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state"
    return state / "azure-openai-mock"


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The private file at `path`, made by `make` where there is none; of several processes that make it at once, one wins for all.

    Raises Exposed for one that others can read, OSError where it can be neither read nor made.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, it never takes the place of what another process has just made
    finally:
        Path(draft).unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if os.name == "posix" and (status.st_mode & OTHERS or status.st_uid != os.getuid()):
            raise Exposed(f"{path} can be read by others, so it is not trusted; remove it, and a new one will be made")
        return file.read()
