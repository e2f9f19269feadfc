"""How a request names its scope."""

from __future__ import annotations

from collections.abc import Mapping

from ..entra.token import looks_like_one, scope_of
from ..service.scope import DEFAULT, NAME_LENGTH

KEY = "mock-"
"""An API key, or an identity header, of the form `mock-NAME` names a scope."""


def scope_name(headers: Mapping[str, str]) -> str:
    """The scope that a request names: by `x-mock-scope` (it wins), by a key `mock-NAME`, by the token that was issued there, else the
    default one.
    """
    named = headers.get("x-mock-scope")
    if not named:
        key = headers.get("api-key")
        if key is None:
            scheme, _, credential = headers.get("authorization", "").partition(" ")
            key = credential.strip() if scheme.lower() == "bearer" else headers.get("x-identity-header", "")
            if looks_like_one(key):
                return (scope_of(key) or DEFAULT)[:NAME_LENGTH]
        named = key[len(KEY) :] if key.startswith(KEY) and len(key) > len(KEY) else DEFAULT
    return named[:NAME_LENGTH]
