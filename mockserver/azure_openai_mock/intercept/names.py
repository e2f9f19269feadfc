"""Which hosts are answered in place of the real ones."""

from __future__ import annotations

from ..azure.hosts import AZURE
from ..entra.hosts import AUTHORITIES, METADATA

DOMAINS = (*(ending.removeprefix(".") for ending in AZURE), *AUTHORITIES)
"""What a certificate may be made for: names under these, and these themselves."""


def certified(host: str) -> bool:
    """Whether a client that wants this host by TLS is answered here."""
    host = host.lower()
    return host.endswith(AZURE) or host in AUTHORITIES


def answered(host: str) -> bool:
    """Whether a client that wants this host is answered here, by TLS or without."""
    return certified(host) or host == METADATA
