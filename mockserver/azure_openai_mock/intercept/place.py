"""Where the authority lies, and what a person is told about it. Nothing is made by asking."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..extras import needs
from ..private import Exposed, kept, state_folder
from .environment import NODE

FOLDER = "authority"
"""The folder in the user's state folder that holds all of it: removing it removes the authority."""
PRIVATE = "authority.pem"
PUBLIC = "ca.pem"


def folder() -> Path:
    """Where this user's authority is, or will be. Raises RuntimeError where there is no home."""
    return state_folder() / FOLDER


class Unavailable(Exception):
    """There is no authority to be had; the message says why, and what to do."""


@contextmanager
def needed() -> Generator[None, None, None]:
    """Around whatever uses the authority: what keeps it from being there is told as Unavailable."""
    try:
        yield
    except ImportError:
        raise Unavailable(f"making certificates {needs('cryptography')}") from None
    except (Exposed, OSError, RuntimeError) as problem:
        raise Unavailable(str(problem)) from None


def certificate() -> Path:
    """The file that clients are told to trust, made where there is none. Raises Unavailable."""
    with needed():
        from .authority import authority

        return authority().certificate


def told() -> tuple[list[tuple[str, str]], bool]:
    """`(subject, what there is to say)` for a person who asks what is in force, and whether all is well."""
    try:
        place = folder()
    except RuntimeError as problem:
        return [("authority", f"cannot be kept: {problem}")], True
    said, well = [("authority", f"none yet; exec --intercept makes it in {place}")], True
    if (place / PRIVATE).exists():
        said = [("authority", f"{place / PUBLIC}, for Azure's host names only"), ("", f"to remove it: rm -r {place}")]
        try:
            kept(place / PRIVATE, bytes)
        except (Exposed, OSError) as problem:
            said, well = [("authority", str(problem))], False
    return [*said, ("node", _node())], well


def _node() -> str:
    program = shutil.which("node")
    if program is None:
        return "absent"
    try:
        asked = subprocess.run(
            [program, "-p", "process.version + ' ' + require(process.argv[1]).reads", str(NODE)],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "cannot be asked for its version"
    version, _, reads = asked.stdout.strip().partition(" ")
    return f"{version}, which {'reads NODE_USE_ENV_PROXY' if reads == 'true' else 'learns to use a proxy from exec --intercept'}"
