"""Encrypted content: bytes that only the resource that made them can read.

Their outer form is as recorded: URL-safe base64 that begins with the version byte 0x80 and eight bytes of time. What follows looks
random. There is no secret in it and nothing to decrypt: a mark says that a server like this one made it, a second one for which resource.
Laws: what was sealed for a resource is not foreign to it and is foreign to every other; what did not come from here is foreign to none.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

from ..engine.play import Mint

VERSION = b"\x80"
NONCE, MARK, FILLING = 16, 16, 192
"""Bytes of what differs each time, of each mark, and of what makes it as long as recorded."""
_HEAD = len(VERSION) + 8 + NONCE
_LENGTH = _HEAD + 2 * MARK + FILLING
_LETTERS = -(-_LENGTH // 3) * 4
_OURS = b"azure-openai-mock"


def seal(mint: Mint) -> str:
    """Encrypted content of the mint's resource."""
    noise = mint.noise(NONCE + FILLING)
    head = VERSION + int(mint.minter.created_at).to_bytes(8, "big") + noise[:NONCE]
    return urlsafe_b64encode(head + _mark(head, _OURS) + _mark(head, mint.resource.encode()) + noise[NONCE:]).decode()


def foreign(content: str, resource: str) -> bool:
    """Whether a server like this one sealed it for another resource. What it cannot make out is opaque, and not foreign."""
    if len(content) != _LETTERS:
        return False
    try:
        data = urlsafe_b64decode(content)
    except ValueError:
        return False
    head, marks = data[:_HEAD], data[_HEAD : _HEAD + 2 * MARK]
    if len(data) != _LENGTH or marks[:MARK] != _mark(head, _OURS):
        return False
    return marks[MARK:] != _mark(head, resource.encode())


def _mark(head: bytes, name: bytes) -> bytes:
    key = blake2b(name, digest_size=32).digest()
    return blake2b(head, digest_size=MARK, key=key).digest()
