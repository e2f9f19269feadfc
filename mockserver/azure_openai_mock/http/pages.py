"""What FastAPI serves behind the front: the inspector's pages, and the OpenAPI description of what is emulated. Imported when first
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from .. import __version__
from ..inspector import serving
from ..service.call import Surface
from .control import HANDLERS, PREFIX
from .front import Asgi
from .routes import CLASSIC, DEPLOYMENTS, ID_OF, ROUTES, UPLOADS, V1, has

READ = ["GET", "HEAD"]
PAGES: Mapping[str, str] = {"/_mock": "index.html", "/_mock/": "index.html", "/_mock/docs": "docs.html"}
"""Path -> the inspector's file that is its page."""

PREFIXES: Mapping[Surface, str] = {"v1": V1, "dated": CLASSIC, "deployments": f"{DEPLOYMENTS}{{deployment}}/"}


def build() -> Asgi:
    """The application behind `/_mock/`, `/_mock/docs`, `/_mock/inspector/…` (their files) and `/_mock/openapi.json`."""
    app = FastAPI(
        title="azure-openai-mock",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/_mock/openapi.json",
        redirect_slashes=False,
    )
    app.openapi = description  # type: ignore[method-assign]  # the framework's own way to give one's own description
    for path in ("/_mock/inspector/{name:path}", *PAGES):
        app.add_route(path, _file, methods=READ)
    return app


async def _file(request: Request) -> Response:
    """One of the inspector's files; none again to a browser that has it."""
    file = serving.find(PAGES.get(request.scope["path"]) or request.path_params["name"])
    if file is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    headers = {**serving.GUARDS, "etag": file.etag}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.data, media_type=file.content_type, headers=headers)


def description() -> dict[str, Any]:
    """The OpenAPI description of everything that is served, drawn from the route tables."""
    paths: dict[str, Any] = {}
    for route, operation in ROUTES.items():
        method, tail = route.split(" ")
        for surface, prefix in PREFIXES.items():
            if has(operation, surface):
                _add(paths, method, prefix + _named(tail), operation, "Azure OpenAI")
    for route in HANDLERS:
        method, tail = route.split(" ")
        _add(paths, method, PREFIX + tail.replace("*", "{id}"), f"mock {tail}", "control")
    return {"openapi": "3.1.0", "info": {"title": "azure-openai-mock", "version": __version__}, "paths": paths}


def _named(tail: str) -> str:
    segments = tail.split("/")
    return "/".join(f"{{{ID_OF[segments[index - 1]]}}}" if segment == "*" else segment for index, segment in enumerate(segments))


def _add(paths: dict[str, Any], method: str, path: str, operation: str, tag: str) -> None:
    names = [segment[1:-1] for segment in path.split("/") if segment.startswith("{")]
    version = [] if tag == "control" else [{"name": "api-version", "in": "query", "required": False, "schema": {"type": "string"}}]
    entry: dict[str, Any] = {
        "operationId": f"{operation.replace(' ', '_').replace('/', '_')}_{method.lower()}_{len(paths)}",
        "summary": operation,
        "tags": [tag],
        "parameters": [*({"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names), *version],
        "responses": {"default": {"description": "the service's answer"}},
    }
    if method in ("POST", "PUT"):
        kind = "multipart/form-data" if operation in UPLOADS else "application/json"
        entry["requestBody"] = {"content": {kind: {"schema": {"type": "object"}}}}
    paths.setdefault(path, {})[method.lower()] = entry
