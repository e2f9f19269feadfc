"""What FastAPI serves behind the front: the inspector's pages, and the OpenAPI description of what is emulated. Imported when first
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import Response

from .. import __version__
from ..inspector import serving
from .description import description
from .front import Asgi

READ = ["GET", "HEAD"]
PAGES: Mapping[str, str] = {"/_mock": "index.html", "/_mock/": "index.html", "/_mock/docs": "docs.html"}
"""Path -> the inspector's file that is its page."""


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
