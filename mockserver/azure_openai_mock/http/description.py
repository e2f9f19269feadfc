"""The OpenAPI description of what is served, drawn from the tables that serve it: routes, the months of operations, parameters and tools.

What OpenAPI has no word for is under `x-mock`: which profiles know an operation or a parameter and which refuse it, and where that is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .. import __version__
from ..azure import bodies, profiles, tables, versions
from ..azure.profiles import Profile, accepted
from ..service.call import Surface
from ..wire.types import Object
from .control import HANDLERS, PREFIX
from .routes import CLASSIC, DEPLOYMENTS, ID_OF, ROUTES, SINCE, UPLOADS, V1, has, served

PREFIXES: Mapping[Surface, str] = {"v1": V1, "dated": CLASSIC, "deployments": f"{DEPLOYMENTS}{{deployment}}/"}
TABLES: Mapping[str, str] = {"responses.create": "params", "chat.completions.create": "chat", "embeddings.create": "embeddings"}
"""Operation -> the table of its parameters."""
BEYOND = (
    "What is not described here (batches, fine-tuning, images, audio, realtime, evaluations, assistants, the portal's own APIs) "
    "is answered as the service answers a path that it does not have: 404."
)


@lru_cache(maxsize=1)
def description() -> Object:
    """The document, of OpenAPI 3.1."""
    paths: dict[str, Object] = {}
    for route, operation in ROUTES.items():
        method, tail = route.split(" ")
        for surface, prefix in PREFIXES.items():
            if has(operation, surface):
                _add(paths, method, prefix + _named(tail), _emulated(operation, surface))
    for route in HANDLERS:
        method, tail = route.split(" ")
        _add(paths, method, PREFIX + tail.replace("*", "{id}"), {"summary": f"mock {tail}", "tags": ["control"]})
    return {
        "openapi": "3.1.0",
        "info": {"title": "azure-openai-mock", "version": __version__, "description": BEYOND},
        "paths": paths,
        "x-mock": {"profiles": {profile.name: _about(profile) for profile in _profiles()}, "tools": _tools()},
    }


@lru_cache(maxsize=1)
def _profiles() -> tuple[Profile, ...]:
    return tuple(sorted((profiles.load(name) for name in profiles.names()), key=lambda profile: profile.date))


def _about(profile: Profile) -> Object:
    """What it stands for, and surface -> the api-versions that it takes there."""
    return {"title": profile.title, "api_versions": {surface: list(accepted(profile, surface)) for surface in PREFIXES}}


def _named(tail: str) -> str:
    segments = tail.split("/")
    return "/".join(f"{{{ID_OF[segments[index - 1]]}}}" if segment == "*" else segment for index, segment in enumerate(segments))


def _add(paths: dict[str, Object], method: str, path: str, entry: Object) -> None:
    names = [segment[1:-1] for segment in path.split("/") if segment.startswith("{")]
    at = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    version = [{"name": "api-version", "in": "query", "required": False, "schema": {"type": "string"}}]
    known: Object = paths.setdefault(path, {})
    ident = re.sub("[ /]", "_", entry["summary"].replace("*", "one"))
    known[method.lower()] = {
        "operationId": f"{ident}_{entry.get('x-mock', {}).get('surface') or method.lower()}",
        **entry,
        "parameters": at + ([] if entry["tags"] == ["control"] else version),
        "responses": {"default": {"description": "the service's answer"}},
    }
    if method in ("POST", "PUT"):
        kind = "multipart/form-data" if entry["summary"] in UPLOADS else "application/json"
        known[method.lower()]["requestBody"] = {"content": {kind: {"schema": _body(entry["summary"])}}}


def _emulated(operation: str, surface: Surface) -> Object:
    """An operation of the service's: `x-mock.profiles` says of each profile whether it has it there."""
    states = {profile.name: "emulated" if _reached(profile, operation, surface) else "refused" for profile in _profiles()}
    since = SINCE.get(operation) or SINCE.get(operation.partition(".")[0])
    return {"summary": operation, "tags": ["Azure OpenAI"], "x-mock": {"surface": surface, "since": since, "profiles": states}}


def _reached(profile: Profile, operation: str, surface: Surface) -> bool:
    """Whether there is an api-version with which the profile answers; what stands beside Responses has the same dated ones in each."""
    beside = surface != "v1" and versions.family_of(operation) is not None
    return served(operation, profile.month) and (beside or bool(accepted(profile, surface)))


def _body(operation: str) -> Object:
    """The schema of the body; of the parameters of a table also since when the service knows them, and where that is from."""
    body = bodies.schema_of(operation)
    if operation in TABLES:
        table = tables.load(TABLES[operation])
        for name, row in table["parameters"].items():
            body["properties"][name] |= {"x-mock": _about_parameter(row)}
        body["properties"].update(_moved(table.get("moved") or {}))
    return body


def _about_parameter(row: Mapping[str, Any]) -> Object:
    since = row.get("since")
    refused = [profile.name for profile in _profiles() if since is not None and profile.month < str(since)]
    return {"since": since, "refused_by": refused, **{name: row[name] for name in ("default", "source", "confidence") if name in row}}


def _moved(rows: Mapping[str, Any]) -> Iterator[tuple[str, Object]]:
    """Parameters of another API: refused, with a word on where they are here."""
    everywhere = [profile.name for profile in _profiles()]
    for name, row in rows.items():
        yield name, {"x-mock": {"refused_by": everywhere, "moved_to": row["to"], "source": row["source"], "confidence": row["confidence"]}}


def _tools() -> Object:
    """Tool -> profile -> whether it is served."""
    names = dict.fromkeys(name for profile in _profiles() for name in profile.tools)
    return {name: {profile.name: _state(profile, name) for profile in _profiles()} for name in names}


def _state(profile: Profile, tool: str) -> str:
    row = profile.tools.get(tool)
    return "emulated" if row is not None and row.state == "served" else "refused"
