"""Where the rows are kept: in memory, in a file, or in a Redis. `open_store` picks by URL."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from ..private import state_folder
from .protocol import Store

STORES = {
    "memory": "memory:open_memory",
    "sqlite": "sqlite:open_sqlite",
    "redis": "redis:open_redis",
    "rediss": "redis:open_redis",
    "unix": "redis:open_redis",
}
"""Scheme to `module:function` in this package, imported when asked for."""


def open_store(url: str, *, shared: bool) -> Store:
    """The store of that URL, not yet opened: `memory`, `sqlite:///relative`, `sqlite:////absolute`, `redis://host:port/db` and its kin.

    `shared` says that other processes write to it too. Raises ValueError with a sentence that a person can act on; it does not repeat
    what may be a credential.
    """
    scheme = url.partition(":")[0]
    if scheme not in STORES:
        raise ValueError(f"{scheme!r} names no store: use memory, sqlite:///PATH or redis://HOST:PORT/DB")
    module, _, function = STORES[scheme].partition(":")
    return cast("Store", getattr(import_module(f".{module}", __name__), function)(url, shared=shared))


def default_url() -> str:
    """A file in the user's state directory, so that what is stored outlives a restart."""
    return f"sqlite:///{state_folder() / 'store.sqlite3'}"
