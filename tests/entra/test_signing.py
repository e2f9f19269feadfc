"""The key that signs, against an independent library that checks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from azure_openai_mock.entra.signing import FILE, Unsigned, signer


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    signer.cache_clear()
    yield tmp_path / "azure-openai-mock"
    signer.cache_clear()


def test_a_signature_is_checked_with_the_published_key(home: Path) -> None:
    token = signer().sign({"aud": "a", "n": 1})
    [key] = jwt.PyJWKSet.from_dict(signer().jwks()).keys
    assert jwt.get_unverified_header(token)["kid"] == key.key_id
    assert jwt.decode(token, key, algorithms=["RS256"], audience="a") == {"aud": "a", "n": 1}


def test_a_changed_token_is_found_out(home: Path) -> None:
    head, _, signature = signer().sign({"aud": "a"}).split(".")
    other = signer().sign({"aud": "b"}).split(".")[1]
    [key] = jwt.PyJWKSet.from_dict(signer().jwks()).keys
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{other}.{signature}", key, algorithms=["RS256"], audience="b")


def test_the_next_start_signs_with_the_same_key(home: Path) -> None:
    before = signer().jwks()
    signer.cache_clear()
    assert signer().jwks() == before
    assert (home / FILE).stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_could_read_signs_nothing(home: Path) -> None:
    signer()
    signer.cache_clear()
    (home / FILE).chmod(0o644)
    with pytest.raises(Unsigned, match="remove it"):
        signer()


def test_where_nothing_can_be_kept_tokens_are_signed_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    signer.cache_clear()
    assert signer().sign({}).count(".") == 2
    signer.cache_clear()
