"""How high the lowest value of each schema is: which branch of a recursive schema ends, and soonest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import refs
from .validate import limit, mapping, names, schemas

MAX_SCHEMAS = 20_000
"""Schemas that are looked at; beyond these every branch counts as equally low."""
MAX_HEIGHT = 100
"""Levels that are counted; what is higher has no end, as far as a sample is concerned."""
ENDLESS = MAX_HEIGHT + 1
"""The height of a schema without any finite value (or one so deep that it does not matter)."""


class Heights:
    """The height of every schema that can be reached from `root`, found round by round: what is satisfied by lower things is one higher."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self._known: dict[int, int] = {}
        waiting = list(_reached(root))
        if len(waiting) >= MAX_SCHEMAS:
            return
        for height in range(1, MAX_HEIGHT + 1):
            done = [schema for schema in waiting if self._ends(schema)]
            if not done:
                break
            self._known.update((id(schema), height) for schema in done)
            waiting = [schema for schema in waiting if id(schema) not in self._known]
        self._known.update((id(schema), ENDLESS) for schema in waiting)

    def of(self, schema: Any) -> int:
        """The height; 0 for what holds anything, and for a schema that was not reached (one merged from others)."""
        if schema is False:
            return ENDLESS
        return self._known.get(id(schema), 0) if isinstance(schema, Mapping) else 0

    def _low(self, schema: Any) -> bool:
        return schema is not False and (not isinstance(schema, Mapping) or id(schema) in self._known)

    def _ends(self, schema: Mapping[str, Any]) -> bool:
        if "$ref" in schema and not self._low(refs.resolve(self.root, schema["$ref"])):
            return False
        if not all(self._low(part) for part in schemas(schema.get("allOf"))):
            return False
        for keyword in ("anyOf", "oneOf"):
            if schemas(schema.get(keyword)) and not any(self._low(branch) for branch in schema[keyword]):
                return False
        return self._leaf(schema) or self._members_end(schema)

    def _leaf(self, schema: Mapping[str, Any]) -> bool:
        kinds = schema.get("type")
        if "enum" in schema or "const" in schema:
            return True
        return kinds not in ("object", "array") and not (isinstance(kinds, list) and set(map(str, kinds)) <= {"object", "array"})

    def _members_end(self, schema: Mapping[str, Any]) -> bool:
        kinds = schema.get("type")
        declared, rest = mapping(schema.get("properties")), schema.get("additionalProperties", True)
        as_object = all(self._low(declared.get(name, rest)) for name in names(schema.get("required")))
        few = limit(schema, "minItems", 0) <= len(schemas(schema.get("prefixItems")))
        as_array = few or self._low(schema.get("items", True))
        return as_object if kinds == "object" else as_array if kinds == "array" else as_object or as_array


def _reached(root: Any) -> list[Mapping[str, Any]]:
    """Every schema inside the document, once, the inner ones first."""
    found: list[Mapping[str, Any]] = []
    seen: set[int] = set()
    waiting = [root]
    while waiting and len(found) < MAX_SCHEMAS:
        schema = waiting.pop()
        if not isinstance(schema, Mapping) or id(schema) in seen:
            continue
        seen.add(id(schema))
        found.append(schema)
        for keyword in ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas"):
            waiting.extend(mapping(schema.get(keyword)).values())
        for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
            waiting.extend(schemas(schema.get(keyword)))
        waiting.extend(schema.get(keyword) for keyword in ("items", "additionalProperties", "not", "if", "then", "else", "contains"))
        if "$ref" in schema:
            waiting.append(refs.resolve(root, schema["$ref"]))
    found.reverse()
    return found
