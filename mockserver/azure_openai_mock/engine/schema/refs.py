"""Local references. A `$ref` that leaves the document is never followed, whatever it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

MISSING: Any = object()
"""What `resolve` gives for a reference that names nothing in the document."""

_HOPS = 64


def resolve(root: Any, reference: Any) -> Any:
    """The schema that `#`, `#/json/pointer` or `#anchor` names in `root`, or `MISSING`."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return MISSING
    pointer = unquote(reference[1:])
    if pointer and not pointer.startswith("/"):
        return _anchored(root, pointer)
    found = root
    for step in pointer.split("/")[1:]:
        found = _step(found, step.replace("~1", "/").replace("~0", "~"))
        if found is MISSING:
            return MISSING
    return found if isinstance(found, (Mapping, bool)) else MISSING


def target(root: Any, schema: Any) -> Any:
    """`schema` itself, or what it names if it is nothing but a reference. `MISSING` for a chain that ends nowhere or in itself."""
    for _ in range(_HOPS):
        if not isinstance(schema, Mapping) or "$ref" not in schema or len(schema) > 1:
            return schema
        schema = resolve(root, schema["$ref"])
    return MISSING


def _step(found: Any, name: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(name, MISSING)
    if isinstance(found, list) and name.isascii() and name.isdigit() and len(name) < 9 and int(name) < len(found):
        return found[int(name)]
    return MISSING


def _anchored(root: Any, name: str) -> Any:
    definitions = root.get("$defs") if isinstance(root, Mapping) else None
    for schema in definitions.values() if isinstance(definitions, Mapping) else ():
        if isinstance(schema, Mapping) and schema.get("$anchor") == name:
            return schema
    return MISSING
