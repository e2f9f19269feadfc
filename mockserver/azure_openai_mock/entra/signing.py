"""The key that signs tokens: this user's own, so that every worker and the next start know it, and its public half as a JWKS.

The one file here that needs `cryptography`; it is imported when the first token is asked for.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ..extras import needs
from ..private import Exposed, kept, state_folder
from ..wire import json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

FILE = "tokens.pem"
BITS = 2048
"""Of an RSA key."""


class Unsigned(Exception):
    """No token can be signed; the message says what is missing."""


class Signer:
    """Signs claims as RS256."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key
        numbers = key.public_key().public_numbers()
        self._modulus, self._exponent = _whole(numbers.n), _whole(numbers.e)
        self.kid = _url64(hashlib.sha256(self._modulus.encode()).digest())[:27]
        """As long as the thumbprints that Entra uses for the purpose."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The token."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        head = {"typ": "JWT", "alg": "RS256", "x5t": self.kid, "kid": self.kid}
        said = f"{_url64(json.compact(head))}.{_url64(json.compact(claims))}"
        return f"{said}.{_url64(self._key.sign(said.encode(), PKCS1v15(), SHA256()))}"

    def jwks(self) -> dict[str, Any]:
        """The public key, as clients that check signatures read it."""
        names = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "x5t": self.kid}
        return {"keys": [{**names, "n": self._modulus, "e": self._exponent}]}


@cache
def signer() -> Signer:
    """This user's signer; where nothing can be kept, one for this process. Raises Unsigned."""
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise Unsigned(f"signing tokens {needs('cryptography')}") from None
    try:
        pem = kept(state_folder() / FILE, _made)
    except Exposed as problem:
        raise Unsigned(str(problem)) from None
    except (OSError, RuntimeError):  # a home that cannot be written, or none
        pem = _made()
    key = load_pem_private_key(pem, None)
    if not isinstance(key, RSAPrivateKey):
        raise Unsigned(f"{state_folder() / FILE} holds no RSA key; remove it, and a new one will be made")
    return Signer(key)


def _made() -> bytes:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _whole(number: int) -> str:
    return _url64(number.to_bytes((number.bit_length() + 7) // 8, "big"))
