"""What one resource encrypts no other can read."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.engine.play import Mint
from azure_openai_mock.tools.seal import foreign, seal
from azure_openai_mock.world import Minter

NAMES = st.text(max_size=20)
SEEDS = st.binary(min_size=16, max_size=16)


def sealed(resource: str, seed: bytes = bytes(16), index: int = 1) -> str:
    return seal(Mint(Minter("0" * 16, seed, 1_754_000_000.0), index, 0.0, resource))


@given(NAMES, NAMES, SEEDS)
def test_it_is_foreign_to_every_other_resource_and_to_no_other(here: str, there: str, seed: bytes) -> None:
    assert not foreign(sealed(here, seed), here)
    assert foreign(sealed(here, seed), there) is (here != there)


@given(SEEDS)
def test_it_looks_as_recorded(seed: bytes) -> None:
    data = urlsafe_b64decode(sealed("here", seed))
    assert (data[0], int.from_bytes(data[1:9], "big"), len(data)) == (0x80, 1_754_000_000, 249)


@given(st.text(max_size=400) | st.binary(min_size=249, max_size=249).map(lambda data: urlsafe_b64encode(data).decode()))
def test_what_did_not_come_from_here_is_foreign_to_none(content: str) -> None:
    assert not foreign(content, "here")


@given(st.integers(0, 56), st.integers(1, 255))
def test_what_was_tampered_with_is_not_taken_for_this_resource_s_own(place: int, change: int) -> None:
    data = bytearray(urlsafe_b64decode(sealed("here")))
    data[place] ^= change
    content = urlsafe_b64encode(bytes(data)).decode()
    opaque, ours = (False, False), (True, True)
    assert (foreign(content, "here"), foreign(content, "there")) == (opaque if place < 41 else ours)


def test_each_item_has_its_own_and_it_is_the_same_each_time() -> None:
    assert sealed("here", index=1) != sealed("here", index=2)
    assert sealed("here") == sealed("here")
