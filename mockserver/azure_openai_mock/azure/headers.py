"""The headers that go with an answer: names, order and forms as recorded, by the profile's era.

Content type and length belong to the body, the date to the server: they are not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from ..wire.frames import Headers
from . import tables
from .errors import Rendered
from .models import Deployment
from .profiles import Profile, Region

Kind: TypeAlias = Literal["create", "stream", "stored"]

DAY: Final = 86_400
"""Seconds."""
LONGEST: Final = 256
"""Characters of a client's own value in a header."""
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")
_ODD: Final = re.compile(r"[^ -~]")


@dataclass(frozen=True, slots=True)
class Limits:
    """A deployment's quota as this answer leaves it. `reset` in whole seconds until there is more, `renewal` the window in seconds."""

    limit_requests: int
    remaining_requests: int
    limit_tokens: int
    remaining_tokens: int
    reset_requests: int = 0
    reset_tokens: int = 0
    renewal: int = 60


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    text: str
    field: str | None


def answer(
    profile: Profile,
    region: Region,
    deployment: Deployment | None,
    *,
    streaming: bool,
    request_id: str,
    apim_request_id: str,
    client_request_id: str | None = None,
    limits: Limits | None = None,
    processing_ms: int = 20,
) -> Headers:
    """The headers of an answer by the service; `deployment` is None where no model answered. Both ids are UUIDs.

    `limits` None is the usual quota, untouched but for this request.
    """
    kind: Kind = "stored" if deployment is None else "stream" if streaming else "create"
    values: dict[str, object] = {
        "region": region.display,
        "request_id": request_id,
        "apim_request_id": apim_request_id,
        "processing_ms": processing_ms,
    }
    if client_request_id:
        values["client_request_id"] = _safe(client_request_id)
    if deployment is not None:
        quota = limits or usual_quota()
        values |= {
            "deployment": _safe(deployment.name),
            "served": deployment.served,
            "streaming": streaming,
            "retention_days": profile.retention // DAY,
            "limit_requests": quota.limit_requests,
            "remaining_requests": quota.remaining_requests,
            "reset_requests": quota.reset_requests,
            "limit_tokens": quota.limit_tokens,
            "remaining_tokens": quota.remaining_tokens,
            "reset_tokens": quota.reset_tokens,
            "renewal": quota.renewal,
        }
    return _filled(_rows(profile.headers, kind), values)


def gateway(*, apim_request_id: str, request_id: str = "", unauthorized: bool = False) -> Headers:
    """The few headers of a refusal by the gateway; an `unauthorized` one has fewer still."""
    values: dict[str, object] = {"apim_request_id": apim_request_id}
    if request_id:
        values["request_id"] = request_id
    return _filled(_rows("gateway", "unauthorized" if unauthorized else "other"), values)


def refusal(
    rendered: Rendered,
    profile: Profile,
    region: Region,
    deployment: Deployment | None = None,
    *,
    request_id: str,
    apim_request_id: str,
    client_request_id: str | None = None,
    limits: Limits | None = None,
) -> Headers:
    """The headers of a refusal by whoever refused: the gateway, or the service, whose refusals look like its answers."""
    if rendered.layer == "gateway":
        return gateway(apim_request_id=apim_request_id, request_id=request_id, unauthorized=rendered.reason is not None)
    return answer(
        profile,
        region,
        deployment,
        streaming=False,
        request_id=request_id,
        apim_request_id=apim_request_id,
        client_request_id=client_request_id,
        limits=limits,
    )


def _filled(rows: tuple[_Row, ...], values: Mapping[str, object]) -> Headers:
    return tuple(
        [(row.name, row.text if row.field is None else str(values[row.field])) for row in rows if row.field is None or row.field in values]
    )


def _safe(value: str) -> str:
    """A client's value as a header may say it: one line of printable ASCII."""
    return _ODD.sub("?", value[:LONGEST])


@cache
def usual_quota() -> Limits:
    """What a deployment has where no limits are set, as one request leaves it."""
    row = tables.load("headers")["quota"]
    requests, tokens = int(row["requests"]), int(row["tokens"])
    return Limits(requests, requests - 1, tokens, tokens, renewal=int(row["renewal"]))


@cache
def _rows(era: str, kind: str) -> tuple[_Row, ...]:
    """The rows of one kind. A template is one field or none: that keeps filling them a lookup."""
    table = tables.load("headers")
    given: Mapping[str, str] = table["gateway"][kind] if era == "gateway" else table["eras"][era][kind]
    rows = []
    for name, text in given.items():
        found = _FIELD.fullmatch(text)
        rows.append(_Row(name, text, found[1] if found else None))
    return tuple(rows)


def eras() -> tuple[str, ...]:
    """The eras that a profile may name."""
    return tuple(tables.load("headers")["eras"])
