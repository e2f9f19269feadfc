"""The store for many machines: a Redis that several servers share. `open_redis` makes one of a URL."""

from __future__ import annotations

from importlib.util import find_spec

from ...extras import needs
from ..protocol import Store


def open_redis(url: str, *, shared: bool) -> Store:
    """The store for `redis://host:port/db`, `rediss://…` or `unix:///path?db=n`. Others may always write to it too.

    Raises ValueError with a sentence that a person can act on, without the credentials that the URL may hold.
    """
    if find_spec("redis") is None:
        raise ValueError(f"--store redis://… {needs('redis')}")
    from .store import RedisStore

    return RedisStore(url)
