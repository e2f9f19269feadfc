"""The authority: made once, kept from others, and good for Azure's names alone."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from azure_openai_mock.intercept.authority import authority, context_for
from azure_openai_mock.intercept.place import FOLDER, PRIVATE, PUBLIC
from azure_openai_mock.private import Exposed

NAME = "my-resource.openai.azure.com"


def shake(server: ssl.SSLContext, trusted: Path, name: str) -> dict[str, object]:
    """One handshake; the server's certificate as the client accepted it."""
    ours, theirs = socket.socketpair()
    client = ssl.create_default_context(cafile=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT

    def serve() -> None:
        try:
            with server.wrap_socket(theirs, server_side=True) as secured:
                secured.recv(1)
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname=name) as secured:
            return dict(secured.getpeercert() or {})
    finally:
        ours.close()
        thread.join(5)


def test_a_client_that_trusts_it_accepts_azures_names(home: Path) -> None:
    for name in (NAME, "x.services.ai.azure.com", "x.cognitiveservices.azure.com", "login.microsoftonline.com"):
        assert shake(context_for(name), authority().certificate, name)["subjectAltName"] == (("DNS", name),)


def test_the_certificate_is_that_of_the_name_in_the_handshake(home: Path) -> None:
    found = shake(context_for("a.openai.azure.com"), authority().certificate, "b.openai.azure.com")
    assert found["subjectAltName"] == (("DNS", "b.openai.azure.com"),)


def test_no_other_name_is_answered(home: Path) -> None:
    with pytest.raises(ssl.SSLError):
        shake(context_for(NAME), authority().certificate, "example.com")


def test_trusting_it_gives_nothing_else_away(home: Path) -> None:
    """Even somebody who has the key can certify no other name."""
    context = context_for("example.com")
    context.sni_callback = None
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake(context, authority().certificate, "example.com")


def test_its_key_is_readable_by_nobody_else(home: Path) -> None:
    authority()
    assert (home / FOLDER / PRIVATE).stat().st_mode & 0o777 == 0o600
    assert (home / FOLDER).stat().st_mode & 0o777 == 0o700
    assert b"PRIVATE KEY" not in (home / FOLDER / PUBLIC).read_bytes()


def test_one_whose_key_others_could_read_signs_nothing(home: Path) -> None:
    authority()
    authority.cache_clear()
    (home / FOLDER / PRIVATE).chmod(0o644)
    with pytest.raises(Exposed):
        authority()


def test_the_file_for_java_trusts_the_same_and_is_made_once(home: Path) -> None:
    store = authority().certificate.with_suffix(".p12")
    [trusted] = pkcs12.load_pkcs12(store.read_bytes(), None).additional_certs
    assert trusted.certificate == authority().own
    before = store.stat().st_mtime_ns
    authority.cache_clear()
    authority()
    assert store.stat().st_mtime_ns == before


def test_it_is_made_once(home: Path) -> None:
    before = authority().certificate.read_bytes()
    authority.cache_clear()
    authority().certificate.unlink()
    authority.cache_clear()
    assert authority().certificate.read_bytes() == before


def test_the_file_to_trust_holds_what_signs(home: Path) -> None:
    assert x509.load_pem_x509_certificate(authority().certificate.read_bytes()) == authority().own
