"""Which names this server answers to."""

from __future__ import annotations

from ..azure.hosts import AZURE
from ..entra.hosts import AUTHORITIES, METADATA

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})


def name_of(host: str) -> str:
    """The name without port and brackets, lower-case."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") <= 1 else host


def allowed(host: str, added: tuple[str, ...] = ()) -> bool:
    """Whether the `Host` header names this server: loopback, a name of Azure's or Entra ID's, or one that the user added (`*` allows
    all).
    """
    name = name_of(host)
    if name in LOOPBACK or name.endswith(".localhost") or (name.startswith("127.") and name.replace(".", "").isdecimal()):
        return True
    if name.endswith(AZURE) and not name.startswith("."):
        return True
    if name in AUTHORITIES or name == METADATA:
        return True
    return any(entry == "*" or name == entry.lower() or (entry.startswith("*.") and name.endswith(entry[1:].lower())) for entry in added)
