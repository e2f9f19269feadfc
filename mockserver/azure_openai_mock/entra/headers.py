"""The headers of answers by Entra ID (observed): nothing of the service's."""

from __future__ import annotations

from ..wire.frames import Headers


def of_answer(request_id: str, client_request_id: str | None) -> Headers:
    """Those of any answer. `client_request_id` is echoed where the client gave one."""
    echoed = (("client-request-id", client_request_id[:100]),) if client_request_id else ()
    return (
        ("cache-control", "no-store, no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("x-content-type-options", "nosniff"),
        *echoed,
        ("x-ms-request-id", request_id),
    )
