"""Interception in this process: for as long as it lasts, Azure's host names lead to a scope of the mock, and the environment to its
identity.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from urllib.parse import urlsplit

from .arriving import Greeting, greet
from .environment import hidden, identity
from .libraries import LIBRARIES, Route, RouteTo
from .names import answered

_routes: list[Route] = []
"""The newest is in force."""


def route_to(host: str) -> Route | None:
    """Where requests for the host go now, None for to itself."""
    return _routes[-1] if _routes and answered(host) else None


@contextmanager
def intercepting(url: str, scope: str) -> Generator[None, None, None]:
    """Lead everything that this process asks of Azure to that scope of the server at `url`. May be nested: the innermost is in force."""
    _lead()
    parts = urlsplit(url)
    route = Route(parts.hostname or "127.0.0.1", parts.port or 80, (("x-mock-scope", scope),))
    _routes.append(route)
    before = dict(os.environ)
    for name in hidden(before):
        del os.environ[name]
    added = identity(url, scope)
    os.environ.update(added)
    try:
        yield
    finally:
        _routes.remove(route)
        for name in added:
            os.environ.pop(name, None)
        os.environ.update({name: before[name] for name in hidden(before)})


@cache
def _lead() -> None:
    """Change the libraries, once; those that are not imported yet when they are."""
    for name, lead in LIBRARIES.items():
        greet(name, _leading(lead))


def _leading(lead: Callable[[ModuleType, RouteTo], None]) -> Greeting:
    return lambda module: lead(module, route_to)
