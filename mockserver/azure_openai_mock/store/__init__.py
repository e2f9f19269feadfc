"""Where the rows are kept: in memory or in a file. `open_store` picks by URL."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from ..private import state_folder
from .protocol import Store

STORES = {
    "memory": "memory:open_memory",
    "sqlite": "sqlite:open_sqlite",
}
"""Scheme to `module:function` in this package, imported when asked for."""


def open_store(url: str, *, shared: bool) -> Store:
    """The store of that URL, not yet opened: `memory`, `sqlite:///relative` or `sqlite:////absolute`.

    `shared` says that other processes write to it too. Raises ValueError with a sentence that a person can act on.
    """
    scheme = url.partition(":")[0]
    if scheme not in STORES:
        raise ValueError(f"{url!r} names no store: use memory or sqlite:///PATH")
    module, _, function = STORES[scheme].partition(":")
    return cast("Store", getattr(import_module(f".{module}", __name__), function)(url, shared=shared))


def default_url() -> str:
    """A file in the user's state directory, so that what is stored outlives a restart."""
    return f"sqlite:///{state_folder() / 'store.sqlite3'}"
