"""Where the catalogue and its cassettes are: beside the sources, or where an installation put them."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import Final

SHARE: Final = "share/azure-openai-mock"


def _root() -> Path:
    """The folder that holds `contracts/` and `cassettes/`."""
    sources = Path(__file__).resolve().parents[2]
    if (sources / "contracts" / "test_chaining.py").exists():
        return sources
    return Path(sysconfig.get_path("data")) / SHARE


def contracts() -> Path:
    """The folder of the contracts."""
    return _root() / "contracts"


def cassettes(source: str = "mock") -> Path:
    """The folder of the cassettes from there: `mock`, `azure` or `documented`."""
    return _root() / "cassettes" / source
