"""Which path is which operation, as data. A path that is not here is 404 in Azure's bytes."""

from __future__ import annotations

from collections.abc import Mapping

from ..azure import versions
from ..entra.hosts import IDENTITY_PATH, METADATA_PATH
from ..service.call import Surface

V1 = "/openai/v1/"
CLASSIC = "/openai/"
DEPLOYMENTS = "/openai/deployments/"

ROUTES: Mapping[str, str] = {
    "POST responses": "responses.create",
    "GET responses/*": "responses.retrieve",
    "DELETE responses/*": "responses.delete",
    "POST responses/*/cancel": "responses.cancel",
    "GET responses/*/input_items": "responses.input_items",
    "POST responses/compact": "responses.compact",
    "POST responses/input_tokens": "responses.input_tokens",
    "POST conversations": "conversations.create",
    "GET conversations/*": "conversations.retrieve",
    "POST conversations/*": "conversations.update",
    "DELETE conversations/*": "conversations.delete",
    "GET conversations/*/items": "conversations.items.list",
    "POST conversations/*/items": "conversations.items.create",
    "GET conversations/*/items/*": "conversations.items.retrieve",
    "DELETE conversations/*/items/*": "conversations.items.delete",
    "GET models": "models.list",
    "GET models/*": "models.retrieve",
    "POST chat/completions": "chat.completions.create",
    "GET chat/completions": "chat.completions.list",
    "GET chat/completions/*": "chat.completions.retrieve",
    "POST chat/completions/*": "chat.completions.update",
    "DELETE chat/completions/*": "chat.completions.delete",
    "GET chat/completions/*/messages": "chat.completions.messages.list",
    "POST embeddings": "embeddings.create",
    "GET files": "files.list",
    "POST files": "files.create",
    "GET files/*": "files.retrieve",
    "DELETE files/*": "files.delete",
    "GET files/*/content": "files.content",
    "GET vector_stores": "vector_stores.list",
    "POST vector_stores": "vector_stores.create",
    "GET vector_stores/*": "vector_stores.retrieve",
    "POST vector_stores/*": "vector_stores.update",
    "DELETE vector_stores/*": "vector_stores.delete",
    "POST vector_stores/*/search": "vector_stores.search",
    "GET vector_stores/*/files": "vector_stores.files.list",
    "POST vector_stores/*/files": "vector_stores.files.create",
    "GET vector_stores/*/files/*": "vector_stores.files.retrieve",
    "POST vector_stores/*/files/*": "vector_stores.files.update",
    "DELETE vector_stores/*/files/*": "vector_stores.files.delete",
    "GET vector_stores/*/files/*/content": "vector_stores.files.content",
    "POST vector_stores/*/file_batches": "vector_stores.file_batches.create",
    "GET vector_stores/*/file_batches/*": "vector_stores.file_batches.retrieve",
    "POST vector_stores/*/file_batches/*/cancel": "vector_stores.file_batches.cancel",
    "GET vector_stores/*/file_batches/*/files": "vector_stores.file_batches.list_files",
    "GET containers": "containers.list",
    "POST containers": "containers.create",
    "GET containers/*": "containers.retrieve",
    "DELETE containers/*": "containers.delete",
    "GET containers/*/files": "containers.files.list",
    "POST containers/*/files": "containers.files.create",
    "GET containers/*/files/*": "containers.files.retrieve",
    "DELETE containers/*/files/*": "containers.files.delete",
    "GET containers/*/files/*/content": "containers.files.content.retrieve",
}
"""`METHOD path` under the surface's prefix, `*` for one segment -> operation. Names follow the SDK's own.

The older form `/openai/…?api-version=<date>` has the same routes (assumed for what came after it), but for those of which the table of
versions says otherwise; on `/openai/deployments/NAME/…` are those of which it says so."""

ENTRA: Mapping[str, str] = {
    f"GET {IDENTITY_PATH}": "entra.token",
    f"GET {METADATA_PATH}": "entra.token",
    "POST */oauth2/v2.0/token": "entra.token",
    "POST */oauth2/token": "entra.token",
    "GET */v2.0/.well-known/openid-configuration": "entra.openid",
    "GET */.well-known/openid-configuration": "entra.openid",
    "GET */discovery/v2.0/keys": "entra.keys",
    "GET */discovery/keys": "entra.keys",
    "GET common/discovery/instance": "entra.instance",
}
"""Paths of Entra ID and of machines' identity endpoints, from the root, `*` for a tenant (documented)."""

SINCE: Mapping[str, str] = {
    "conversations": "2025-09",
    "responses.compact": "2026-04",
    "responses.input_tokens": "2026-01",
}
"""Operation, or the word that begins several -> the month from which the service has it; older profiles answer 404.

Sources: OpenAPI description and documentation for the first, observed for the second; the third is assumed (no Azure source is known)."""

UPLOADS = frozenset({"files.create", "containers.files.create"})
"""Operations that take a form."""

ID_OF = {
    "responses": "response_id",
    "models": "model",
    "completions": "completion_id",
    "conversations": "conversation_id",
    "items": "item_id",
    "files": "file_id",
    "vector_stores": "vector_store_id",
    "file_batches": "batch_id",
    "containers": "container_id",
}
"""Segment -> the name of the parameter that follows it."""
TWOFOLD = "chat/completions"
"""The one name of a collection that is two segments."""

LONGEST_ID = 512
"""Characters of a segment of a path; what is longer is no path of ours."""


class NoRoute(Exception):
    """No operation has this method and path; `surface` is the one that its prefix names."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.surface = surface


def served(operation: str, month: str) -> bool:
    """Whether the service of that month has the operation."""
    since = SINCE.get(operation) or SINCE.get(operation.partition(".")[0])
    return since is None or month >= since


SOCKETS_SINCE = "2026-04"
"""The month from which the service takes WebSockets on its responses path (documented)."""


def socket_served(path: str, month: str) -> bool:
    """Whether a WebSocket may be opened there."""
    return path == f"{V1}responses" and month >= SOCKETS_SINCE


def match(method: str, path: str) -> tuple[str, Surface, dict[str, str]]:
    """`(operation, surface, path parameters)`. Raises NoRoute. Paths are case-sensitive and a trailing slash is another path."""
    surface: Surface
    if path.startswith(V1):
        surface, tail = "v1", path[len(V1) :]
    elif path.startswith(DEPLOYMENTS):
        return _deployed(method, path[len(DEPLOYMENTS) :])
    elif path.startswith(CLASSIC):
        surface, tail = "dated", path[len(CLASSIC) :]
    else:
        return _entra(method, path.removeprefix("/"))
    if "*" in tail or not tail.isprintable():
        raise NoRoute(surface)
    operation = ROUTES.get(f"{method} {tail}")
    ids: dict[str, str] = {}
    if operation is None:
        segments = _segments(tail)
        if not 2 <= len(segments) <= 5 or not all(segments[1::2]) or max(map(len, segments)) > LONGEST_ID:
            raise NoRoute(surface)
        pattern = "/".join("*" if index % 2 else segment for index, segment in enumerate(segments))
        operation = ROUTES.get(f"{method} {pattern}")
        if operation is None:
            raise NoRoute(surface)
        ids = {ID_OF[before.rpartition("/")[2]]: segment for before, segment in zip(segments[::2], segments[1::2], strict=False)}
    if not has(operation, surface):
        raise NoRoute(surface)
    return operation, surface, ids


def _segments(tail: str) -> list[str]:
    """The names of collections at even places, ids at odd ones."""
    if tail.startswith(f"{TWOFOLD}/"):
        return [TWOFOLD, *tail[len(TWOFOLD) + 1 :].split("/")]
    return tail.split("/")


def has(operation: str, surface: Surface) -> bool:
    """Whether the surface has the operation: Responses are everywhere but under a deployment's name."""
    family = versions.family_of(operation)
    return surface != "deployments" if family is None else versions.on(family, surface)


def _deployed(method: str, rest: str) -> tuple[str, Surface, dict[str, str]]:
    name, _, tail = rest.partition("/")
    operation = ROUTES.get(f"{method} {tail}")
    if operation is None or not has(operation, "deployments") or not name or len(name) > LONGEST_ID or not name.isprintable():
        raise NoRoute("deployments")
    return operation, "deployments", {"deployment": name}


def _entra(method: str, tail: str) -> tuple[str, Surface, dict[str, str]]:
    operation = ENTRA.get(f"{method} {tail}")
    if operation is not None:
        return operation, "v1", {}
    tenant, _, rest = tail.partition("/")
    operation = ENTRA.get(f"{method} */{rest}")
    if operation is None or not tenant or len(tenant) > LONGEST_ID or not tenant.isprintable() or "*" in tenant:
        raise NoRoute("v1")
    return operation, "v1", {"tenant": tenant}
