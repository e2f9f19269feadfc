"""What a recording's own traffic tells of where it is from: the provenance that nobody has to type."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from .. import clock
from ..cassette import Provenance, Source
from ..exchange import Exchange

AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".openai.azure.us", ".azure-api.net")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def source_of(upstream: str) -> tuple[Source, str]:
    """Whose traffic comes from there, and the profile that a mock says it plays: `("mock", "ga")`, `("azure", "")`, `("other", "")`."""
    host = urlsplit(upstream).hostname or ""
    if host.endswith(AZURE):
        return "azure", ""
    health = _health(upstream) if host in LOOPBACK else None
    return ("other", "") if health is None else ("mock", str(health.get("profile", "")))


def _health(upstream: str) -> dict[str, Any] | None:
    """What a mock on this machine says of itself; None where it is none."""
    url = urlsplit(upstream)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=2)
    try:
        connection.request("GET", "/_mock/health")
        answer = connection.getresponse()
        said = json.loads(answer.read()) if answer.status == 200 else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return said if isinstance(said, dict) and "profile" in said else None


def provenance(exchanges: Iterable[Exchange], given: Provenance) -> Provenance:
    """What was given, and what these exchanges tell besides; several values are listed in the order in which they came."""
    told = [list(dict.fromkeys(found)) for found in zip(*(_told(one) for one in exchanges), strict=True)]
    version, region, model, sdk = (", ".join(value for value in values if value) for values in told or [[]] * 4)
    return Provenance(
        source=given.source,
        profile=given.profile,
        api_version=given.api_version or version,
        region=given.region or region,
        model=given.model or model,
        sdk=given.sdk or sdk,
        date=given.date or clock.today(),
        case=given.case,
    )


def _told(exchange: Exchange) -> tuple[str, str, str, str]:
    """`(api-version, region, model, SDK)`, each empty where it is not told."""
    request, answer = exchange.request, exchange.answer
    dated = dict(request.query).get("api-version") or ""
    version = dated or ("v1" if "/v1/" in request.path else "")
    region = (answer.header("x-ms-region") or "") if answer else ""
    return version, region, next(_models(exchange), ""), sdk_of(exchange)


def _models(exchange: Exchange) -> Iterator[str]:
    bodies: list[Any] = [exchange.response, exchange.answer.json if exchange.answer else None]
    if exchange.answer is not None:
        bodies.extend(exchange.answer.events[:1])
    for body in bodies:
        if isinstance(body, dict):
            body = body.get("response", body)
            if isinstance(body, dict) and isinstance(body.get("model"), str) and body["model"]:
                yield body["model"]


def sdk_of(exchange: Exchange) -> str:
    """The client library and its version: `openai 3.54.0`, `openai-js 5.1.0`, `azsdk-net-AI.OpenAI 2.1.0`."""
    language, version = exchange.request.header("x-stainless-lang"), exchange.request.header("x-stainless-package-version")
    if language and version:
        return f"openai {version}" if language == "python" else f"openai-{language} {version}"
    found = re.match(r"([^/\s]+)/([\w.+-]+)", exchange.request.header("user-agent") or "")
    return f"{found[1]} {found[2]}" if found else ""
