"""What can be asked for: the API's own names, and the methods and paths behind them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

ROUTES: Final[Mapping[str, tuple[str, str]]] = {
    "responses.create": ("POST", "/responses"),
    "responses.retrieve": ("GET", "/responses/{id}"),
    "responses.delete": ("DELETE", "/responses/{id}"),
    "responses.cancel": ("POST", "/responses/{id}/cancel"),
    "responses.input_items": ("GET", "/responses/{id}/input_items"),
    "responses.compact": ("POST", "/responses/compact"),
    "responses.input_tokens": ("POST", "/responses/input_tokens"),
    "models.list": ("GET", "/models"),
    "models.retrieve": ("GET", "/models/{id}"),
    "conversations.create": ("POST", "/conversations"),
    "conversations.retrieve": ("GET", "/conversations/{id}"),
    "conversations.update": ("POST", "/conversations/{id}"),
    "conversations.delete": ("DELETE", "/conversations/{id}"),
    "conversations.items.list": ("GET", "/conversations/{id}/items"),
    "conversations.items.create": ("POST", "/conversations/{id}/items"),
    "conversations.items.retrieve": ("GET", "/conversations/{id}/items/{item}"),
    "conversations.items.delete": ("DELETE", "/conversations/{id}/items/{item}"),
    "chat.completions.create": ("POST", "/chat/completions"),
    "embeddings.create": ("POST", "/embeddings"),
    "files.list": ("GET", "/files"),
    "files.create": ("POST", "/files"),
    "files.retrieve": ("GET", "/files/{id}"),
    "files.delete": ("DELETE", "/files/{id}"),
    "files.content": ("GET", "/files/{id}/content"),
    "vector_stores.list": ("GET", "/vector_stores"),
    "vector_stores.create": ("POST", "/vector_stores"),
    "vector_stores.retrieve": ("GET", "/vector_stores/{id}"),
    "vector_stores.update": ("POST", "/vector_stores/{id}"),
    "vector_stores.delete": ("DELETE", "/vector_stores/{id}"),
    "vector_stores.search": ("POST", "/vector_stores/{id}/search"),
    "vector_stores.files.list": ("GET", "/vector_stores/{id}/files"),
    "vector_stores.files.create": ("POST", "/vector_stores/{id}/files"),
    "vector_stores.files.retrieve": ("GET", "/vector_stores/{id}/files/{item}"),
    "vector_stores.files.update": ("POST", "/vector_stores/{id}/files/{item}"),
    "vector_stores.files.delete": ("DELETE", "/vector_stores/{id}/files/{item}"),
    "vector_stores.files.content": ("GET", "/vector_stores/{id}/files/{item}/content"),
    "vector_stores.file_batches.create": ("POST", "/vector_stores/{id}/file_batches"),
    "vector_stores.file_batches.retrieve": ("GET", "/vector_stores/{id}/file_batches/{item}"),
    "vector_stores.file_batches.cancel": ("POST", "/vector_stores/{id}/file_batches/{item}/cancel"),
    "vector_stores.file_batches.list_files": ("GET", "/vector_stores/{id}/file_batches/{item}/files"),
    "containers.list": ("GET", "/containers"),
    "containers.create": ("POST", "/containers"),
    "containers.retrieve": ("GET", "/containers/{id}"),
    "containers.delete": ("DELETE", "/containers/{id}"),
    "containers.files.list": ("GET", "/containers/{id}/files"),
    "containers.files.create": ("POST", "/containers/{id}/files"),
    "containers.files.retrieve": ("GET", "/containers/{id}/files/{item}"),
    "containers.files.delete": ("DELETE", "/containers/{id}/files/{item}"),
    "containers.files.content.retrieve": ("GET", "/containers/{id}/files/{item}/content"),
}
"""Operation -> method and path under the API's prefix; `{id}` is the resource, `{item}` what lies in it."""

CHATS: Final = frozenset({"chat.completions.create"})
"""Operations whose streams are chunks of a chat, not events of a response."""

CONTENT: Final = frozenset({"files.content", "containers.files.content.retrieve"})
"""Operations whose answer is a file, as it was given."""

_PATTERNS: Final = {(method, tuple(path.strip("/").split("/"))): name for name, (method, path) in ROUTES.items()}


@lru_cache(maxsize=1024)
def operation_of(method: str, path: str) -> str | None:
    """The API's name for a method and path, whatever the prefix (`/openai/v1`, `/openai`, `/v1`, a deployment's), or None."""
    parts = [part for part in path.split("/") if part]
    for start in range(len(parts)):
        for (wanted, pattern), name in _PATTERNS.items():
            if wanted == method and _fits(pattern, parts[start:]):
                return name
    return None


def _fits(pattern: tuple[str, ...], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(one.startswith("{") or one == other for one, other in zip(pattern, parts, strict=True))
