"""Which names Entra ID and the identity endpoints of machines answer to, and where those are."""

from __future__ import annotations

PUBLIC = "login.microsoftonline.com"
AUTHORITIES = (PUBLIC, "login.microsoft.com", "login.windows.net", "sts.windows.net", "login.microsoftonline.us")
"""Authority hosts (documented)."""
METADATA = "169.254.169.254"
"""The address of a machine's instance metadata service (documented)."""

IDENTITY_PATH = "msi/token"
"""What our own `IDENTITY_ENDPOINT` names: on every platform it is another."""
METADATA_PATH = "metadata/identity/oauth2/token"


def authority_of(host: str) -> str:
    """The authority that a `Host` header named, as the start of URLs: itself where it is one, else where this server was reached."""
    name = host.partition(":")[0].lower()
    return f"https://{name}" if name in AUTHORITIES else f"http://{host}"
