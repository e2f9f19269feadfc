"""Which path is which operation, as data. A path that is not here is 404 in Azure's bytes."""

from __future__ import annotations

from collections.abc import Mapping

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
    "GET models": "models.list",
    "GET models/*": "models.retrieve",
}
"""`METHOD path` under the surface's prefix, `*` for one segment -> operation. Names follow the SDK's own."""

ON_CLASSIC = frozenset(
    {
        "responses.create",
        "responses.retrieve",
        "responses.delete",
        "responses.cancel",
        "responses.input_items",
        "models.list",
        "models.retrieve",
    }
)
"""What the older form `/openai/…?api-version=<date>` serves."""

ID_OF = {"responses": "response_id", "models": "model"}
"""First segment -> the name of the parameter that follows it."""

LONGEST_ID = 512


class NoRoute(Exception):
    """No operation has this method and path; `surface` is the one that its prefix names."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.surface = surface


def match(method: str, path: str) -> tuple[str, Surface, dict[str, str]]:
    """`(operation, surface, path parameters)`. Raises NoRoute. Paths are case-sensitive and a trailing slash is another path."""
    surface: Surface
    if path.startswith(V1):
        surface, tail = "v1", path[len(V1) :]
    elif path.startswith(DEPLOYMENTS):
        raise NoRoute("deployments")
    elif path.startswith(CLASSIC):
        surface, tail = "dated", path[len(CLASSIC) :]
    else:
        raise NoRoute("v1")
    if "*" in tail or not tail.isprintable():
        raise NoRoute(surface)
    operation = ROUTES.get(f"{method} {tail}")
    ids: dict[str, str] = {}
    if operation is None:
        segments = tail.split("/")
        if len(segments) not in (2, 3) or not segments[1] or len(segments[1]) > LONGEST_ID:
            raise NoRoute(surface)
        operation = ROUTES.get(f"{method} {'/'.join([segments[0], '*', *segments[2:]])}")
        if operation is None:
            raise NoRoute(surface)
        ids[ID_OF[segments[0]]] = segments[1]
    if surface == "dated" and operation not in ON_CLASSIC:
        raise NoRoute(surface)
    return operation, surface, ids
