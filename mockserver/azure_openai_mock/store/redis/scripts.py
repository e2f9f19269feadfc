"""The steps that Redis takes as one: a Lua file each, in the folder `lua`, behind a prelude that all share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("lua")
PRELUDE = "prelude"


@dataclass(frozen=True, slots=True)
class Script:
    """A script, and the name under which the engine knows it once it was loaded: the digest of its text."""

    text: bytes
    sha: str


def _read(path: Path, prelude: bytes) -> Script:
    text = prelude + b"\n" + path.read_bytes()
    return Script(text, hashlib.sha1(text, usedforsecurity=False).hexdigest())


SCRIPTS: dict[str, Script] = {
    path.stem: _read(path, (FOLDER / f"{PRELUDE}.lua").read_bytes()) for path in sorted(FOLDER.glob("*.lua")) if path.stem != PRELUDE
}
