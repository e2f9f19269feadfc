"""Which door opens: paths, api-versions and credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..exchange import Exchange
from .check import Check, each, short

NO_RESOURCE: Final = b'{"error":{"code":"404","message": "Resource not found"}}'
WRONG_KEY: Final = (
    b'{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid '
    b'key for an active subscription and use a correct regional API endpoint for your resource."}}'
)
_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d(-preview)?")


def _surface(exchange: Exchange) -> str:
    path = exchange.request.path
    return "v1" if path.startswith("/openai/v1/") else "dated" if path.startswith("/openai/") else ""


def _version(exchange: Exchange) -> str | None:
    return dict(exchange.request.query).get("api-version")


def _closed_to_dates(exchange: Exchange) -> Iterator[str]:
    version = _version(exchange) or ""
    if _surface(exchange) == "v1" and _DATED.fullmatch(version) and exchange.ok:
        yield f"v1 answers to the api-version {version}"


def _needs_a_date(exchange: Exchange) -> Iterator[str]:
    if _surface(exchange) != "dated" or "/openai/responses" not in exchange.request.path:
        return
    version = _version(exchange)
    if exchange.ok and (version is None or not _DATED.fullmatch(version) or version < "2025-03-01"):
        yield f"the older path answers to the api-version {version!r}"


def _previews(exchange: Exchange) -> Iterator[str]:
    if exchange.notes.get("profile") == "preview" and _surface(exchange) == "v1" and exchange.ok and _version(exchange) is None:
        yield "v1 answers without an api-version while it is a preview"


def _nowhere(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    error = answer.error if answer else None
    if answer and answer.status == 404 and error and error.get("code") == "404" and answer.plain != NO_RESOURCE:
        yield f"the body is {short(answer.plain)}"


def _anonymous(exchange: Exchange) -> Iterator[str]:
    request = exchange.request
    if not (request.header("api-key") or request.header("authorization")) and exchange.ok:
        yield "it was answered without credentials"


def _denied(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    error = answer.error if answer else None
    if answer is None or answer.status != 401 or error is None:
        return
    if error.get("code") == "401":
        if answer.plain != WRONG_KEY:
            yield f"the body is {short(answer.plain)}"
        if answer.reason and answer.reason != "PermissionDenied":
            yield f"the reason is {answer.reason!r}"
    elif error.get("code") not in ("PermissionDenied", "Unauthorized") and error.get("statusCode") != 401:
        yield f"the body is {short(answer.plain)}"


GATING: Final[Mapping[str, Check]] = {
    "v1 takes no dated api-version": each(_closed_to_dates),
    "the older path takes only dated api-versions since March 2025": each(_needs_a_date),
    "v1 as a preview takes nothing without its api-version": each(_previews),
    "what is nowhere is not found in the gateway's own bytes": each(_nowhere),
}

AUTH: Final[Mapping[str, Check]] = {
    "nobody is answered without credentials": each(_anonymous),
    "a wrong key is denied in the gateway's own bytes": each(_denied),
}
