"""What a program finds in its environment so that it meets the mock, and what of its user's it must not find."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ..entra.hosts import IDENTITY_PATH

LOOPBACK = "localhost,127.0.0.1,::1"
NODE = Path(__file__).parent / "node" / "environment_proxy.cjs"
"""Loaded by Node.js before the program: releases that do not read `NODE_USE_ENV_PROXY` learn it from there."""

JAVA_STORE = ".p12"
"""The ending of the file that the Java machine trusts, beside the certificate: it reads no PEM."""

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY", "WS_PROXY", "WSS_PROXY")
"""In capitals; each is also read in small letters."""
IDENTITY = (
    "AZURE_TENANT_ID",
    "AZURE_USERNAME",
    "AZURE_PASSWORD",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_REGIONAL_AUTHORITY_NAME",
    "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
    "AZURE_TOKEN_CREDENTIALS",
    "AZURE_OPENAI_AD_TOKEN",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
)
IDENTITY_PREFIX = "AZURE_CLIENT_"


def hidden(environ: Mapping[str, str]) -> list[str]:
    """The names in it that would lead a program to real credentials, or away from the mock."""
    return [name for name in environ if name in IDENTITY or name.startswith(IDENTITY_PREFIX) or name.upper() in PROXIES]


def identity(url: str, scope: str) -> dict[str, str]:
    """The mock as the machine's managed identity. Naming the credential keeps the library from trying the network first."""
    return {
        "IDENTITY_ENDPOINT": f"{url}/{IDENTITY_PATH}",
        "IDENTITY_HEADER": f"mock-{scope}",
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
    }


def intercepted(url: str, certificate: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The mock as the proxy for everything but this machine, and its authority as the one that is trusted; each ecosystem's own names."""
    proxies = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": LOOPBACK}
    trusted = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    return {
        **proxies,
        **{name.lower(): value for name, value in proxies.items()},
        **dict.fromkeys(trusted, str(certificate)),
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": _also(environ.get("NODE_OPTIONS", ""), f'--require "{NODE}"'),
        "JAVA_TOOL_OPTIONS": _also(environ.get("JAVA_TOOL_OPTIONS", ""), _java(url, certificate.with_suffix(JAVA_STORE))),
    }


def _java(url: str, store: Path) -> str:
    """The properties in which the Java machine looks for a proxy and for whom it trusts; loopback goes past the proxy by itself."""
    parts = urlsplit(url)
    place = {"proxyHost": parts.hostname, "proxyPort": parts.port}
    proxies = {f"{scheme}.{name}": value for scheme in ("http", "https") for name, value in place.items()}
    trusted = {"javax.net.ssl.trustStore": store, "javax.net.ssl.trustStoreType": "PKCS12"}
    return " ".join(f'"-D{name}={value}"' for name, value in {**proxies, **trusted}.items())


def _also(options: str, option: str) -> str:
    return options if option in options else f"{options} {option}".lstrip()


def child(environ: Mapping[str, str], *added: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: this one without what is hidden, and what is added."""
    gone = set(hidden(environ))
    kept = {name: value for name, value in environ.items() if name not in gone}
    return {**kept, **{name: value for variables in added for name, value in variables.items()}}
