"""The local certificate authority: made once per user, its key readable by nobody else, good for Azure's host names and no others.

That it can certify nothing else stands in its own certificate (name constraints), so that trusting it gives nothing away.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from functools import cache, lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..private import kept
from ..world import moment_of, real_now
from .environment import JAVA_STORE
from .names import DOMAINS, certified
from .place import PRIVATE, PUBLIC, folder

NAME = "azure-openai-mock local authority"
DAY = 86_400.0
"""Seconds."""
AUTHORITY_DAYS = 3650
"""Days that the authority is valid."""
LEAF_DAYS = 300
"""Some systems refuse certificates that are good for more than 398 days."""


class Authority:
    """Signs certificates for the hosts that are answered here. `certificate` is the file that clients are told to trust.

    Beside it is the same for Java, which reads no PEM.
    """

    def __init__(self, folder: Path) -> None:
        pem = kept(folder / PRIVATE, _made)
        key = load_pem_private_key(pem, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        self.own = x509.load_pem_x509_certificate(pem)
        self.certificate = folder / PUBLIC
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._publish(self.own.public_bytes(Encoding.PEM))

    def _publish(self, pem: bytes) -> None:
        """Write the files to trust beside the key, the certificate last: where it is there, the other is there and the same."""
        store = self.certificate.with_suffix(JAVA_STORE)
        if store.is_file() and self.certificate.is_file() and self.certificate.read_bytes() == pem:
            return
        trusted = [pkcs12.PKCS12Certificate(self.own, NAME.encode())]
        _write(store, pkcs12.serialize_java_truststore(trusted, NoEncryption()))
        _write(self.certificate, pem)

    def chain_for(self, name: str) -> bytes:
        """A fresh certificate for the name with its key, as PEM."""
        public, now = self._leaf_key.public_key(), real_now()
        issuer_key = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(name[:64]))
            .issuer_name(self.own.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(moment_of(now - DAY))
            .not_valid_after(moment_of(now + LEAF_DAYS * DAY))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key), critical=False)
            .sign(self._key, SHA256())
        )
        return made.public_bytes(Encoding.PEM) + self._leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: other processes may be reading it."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    Path(draft).replace(path)


@cache
def authority() -> Authority:
    """This user's authority, made where there is none. Raises Exposed where others can read its key, OSError where it cannot be kept."""
    return Authority(folder())


@lru_cache(maxsize=256)
def context_for(name: str) -> ssl.SSLContext:
    """How a server that calls itself by this name speaks TLS. A client that names another in its handshake gets that one's, or none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.sni_callback = _by_name
    with tempfile.NamedTemporaryFile(delete=False) as file:  # the ssl module reads keys from files alone
        file.write(authority().chain_for(name))
    try:
        context.load_cert_chain(file.name)
    finally:
        Path(file.name).unlink()
    return context


def _by_name(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
    if name is None:
        return None
    if not certified(name):
        return int(ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
    connection.context = context_for(name.lower())
    return None


def _made() -> bytes:
    """A new key and the certificate that it signs for itself, as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), real_now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_named(NAME))
        .issuer_name(_named(NAME))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment_of(now - DAY))
        .not_valid_after(moment_of(now + AUTHORITY_DAYS * DAY))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(domain) for domain in DOMAINS], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
