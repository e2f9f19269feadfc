"""What an access token says, written and read. A token is a JWT as Entra issues it to an application (version 1.0).

Signatures are for those who check them: the service here judges a token by its audience and its expiry alone, so that a test may also
send one that it made itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from ..wire import json
from ..world import uuid_of

Identity: TypeAlias = Literal["managed", "application"]

AUDIENCES = ("https://cognitiveservices.azure.com", "https://ai.azure.com")
"""Audiences of tokens that the data plane takes, with or without a slash (documented)."""
LIFETIMES: Mapping[Identity, float] = {"managed": 86_400.0, "application": 3_600.0}
"""Seconds that a token lives (documented: a day for managed identities, about an hour for the rest)."""
SKEW = 300
"""Seconds that `iat` and `nbf` lie before the issue (observed)."""
SCOPE = "mock_scope"
"""The claim that is ours: the scope in which the token was issued, and to which requests that bear it belong."""


class Unreadable(ValueError):
    """What was sent as a token is no readable JWT."""


def looks_like_one(credential: str) -> bool:
    """Three dotted parts of which the first is a JSON object in base64: a JWT. Without a signature it is none that Entra could issue."""
    return credential.startswith("eyJ") and credential.count(".") == 2 and not credential.endswith(".")


@lru_cache(maxsize=64)
def claims_of(credential: str) -> Mapping[str, Any]:
    """What the token says, its signature unchecked. Raises Unreadable."""
    part = credential.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise Unreadable("the bearer token is not a readable JWT")
    return claims


def scope_of(credential: str) -> str | None:
    """The scope in which the token was issued; None for one that was issued elsewhere."""
    try:
        scope = claims_of(credential).get(SCOPE)
    except Unreadable:
        return None
    return scope if isinstance(scope, str) and scope else None


def stable_id(*names: str) -> str:
    """A UUID that is always the same for these names: of a tenant, an application or a principal that nobody registered."""
    return uuid_of(hashlib.blake2b("/".join(names).encode(), digest_size=16).digest())


TENANT = stable_id("tenant")
"""The tenant of whoever names none."""
ANY_TENANT = frozenset({"common", "organizations", "consumers"})
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def tenant_id(name: str) -> str:
    """The id of the tenant that a path names by its id, by a domain or not at all."""
    if name in ANY_TENANT:
        return TENANT
    return name if _ID.fullmatch(name) else stable_id("tenant", name)


@dataclass(frozen=True, slots=True)
class Principal:
    """To whom a token is issued. `name` tells managed identities apart; `client` is the application's id."""

    identity: Identity
    client: str
    tenant: str = TENANT
    name: str = ""

    @property
    def object_id(self) -> str:
        """The principal's own id in its tenant."""
        return stable_id("principal", self.tenant, self.client)


def claims(principal: Principal, audience: str, *, issued: float, expires: float, scope: str, draw: bytes) -> dict[str, Any]:
    """The claims of an access token for an application. `draw` makes its `uti` unlike any other's."""
    issuer = f"https://sts.windows.net/{principal.tenant}/"
    made: dict[str, Any] = {
        "aud": audience,
        "iss": issuer,
        "iat": int(issued) - SKEW,
        "nbf": int(issued) - SKEW,
        "exp": int(expires),
        "aio": base64.b64encode(hashlib.blake2b(draw, digest_size=32).digest()).decode(),
        "appid": principal.client,
        "appidacr": "2" if principal.identity == "managed" else "1",
        "idp": issuer,
        "idtyp": "app",
        "oid": principal.object_id,
        "sub": principal.object_id,
        "tid": principal.tenant,
        "uti": base64.urlsafe_b64encode(draw).decode().rstrip("="),
        "ver": "1.0",
    }
    if principal.identity == "managed":
        made["xms_mirid"] = _resource_id(principal)
    return {**made, SCOPE: scope}


def _resource_id(principal: Principal) -> str:
    group = f"/subscriptions/{stable_id('subscription')}/resourcegroups/mock/providers"
    if principal.name:
        return f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities/{principal.name}"
    return f"{group}/Microsoft.Web/sites/mock"
