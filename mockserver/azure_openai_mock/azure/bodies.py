"""What the operations' bodies may be, as JSON Schema drawn from the same rows that check them: for the OpenAPI description.

The rows say more than JSON Schema does (named formats, what a model can do), so a body that fits may still be refused; one that does not
fit is refused, save for what a later month added or a gate of the profile passes over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from . import tables
from .shapes import Row

Schema: TypeAlias = dict[str, Any]

_BOUNDS = {"min_length": "minLength", "max_length": "maxLength", "min_items": "minItems", "max_items": "maxItems"}


class Drawn:
    """Draws schemas of rows. `named` are rows that others name by `shape`."""

    def __init__(self, named: Mapping[str, Row] | None = None) -> None:
        self._named = named or {}

    def of(self, row: Row) -> Schema:
        """The schema of a row, whole: JSON Schema's references would be of no use to who reads one operation."""
        if "shape" in row:
            return self.of(self._named[row["shape"]])
        if "either" in row:
            return {"anyOf": [self.of(one) for one in row["either"]]}
        if "variants" in row:
            return {"anyOf": [_chosen(self.of(one), "type", name) for name, one in row["variants"].items()]}
        kind = row.get("type", "string" if "enum" in row else "any")
        return _DRAWERS.get(kind, _plain)(self, kind, row)

    def object_of(self, rows: Mapping[str, Row], required: Iterable[str] = ()) -> Schema:
        """An object of these members and no others; `null` stands for one that is left out."""
        must = list(required)
        properties = {name: self.of(row) if name in must else _or_null(self.of(row)) for name, row in rows.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False, **({"required": must} if must else {})}


def _plain(drawn: Drawn, kind: str, row: Row) -> Schema:
    return {} if kind == "any" else {"type": kind}


def _string(drawn: Drawn, kind: str, row: Row) -> Schema:
    if "enum" in row:
        return {"type": kind, "enum": list(row["enum"])}
    schema = {"type": kind, **_bounds(row)}
    pattern = f"^(?:{row['pattern']})$" if "pattern" in row else f"^{re.escape(row['prefix'])}" if "prefix" in row else None
    return schema if pattern is None else {**schema, "pattern": pattern}


def _number(drawn: Drawn, kind: str, row: Row) -> Schema:
    parse = int if kind == "integer" else float
    return {"type": kind, **{word: parse(row[name]) for name, word in (("min", "minimum"), ("max", "maximum")) if name in row}}


def _array(drawn: Drawn, kind: str, row: Row) -> Schema:
    return {"type": kind, "items": drawn.of(row.get("items", {})), **_bounds(row)}


def _object(drawn: Drawn, kind: str, row: Row) -> Schema:
    if "fields" in row:
        schema = drawn.object_of(row["fields"], row.get("required", ()))
        return {**schema, "additionalProperties": True} if row.get("open") == "true" else schema
    schema = {"type": kind, "additionalProperties": drawn.of(row["values"]) if "values" in row else True}
    if "max_properties" in row:
        schema["maxProperties"] = int(row["max_properties"])
    return {**schema, "propertyNames": {"maxLength": int(row["max_key"])}} if "max_key" in row else schema


_DRAWERS: Mapping[str, Callable[[Drawn, str, Row], Schema]] = {
    "string": _string,
    "integer": _number,
    "number": _number,
    "array": _array,
    "object": _object,
}


def _bounds(row: Row) -> Schema:
    return {word: int(row[name]) for name, word in _BOUNDS.items() if name in row}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def _chosen(schema: Schema, member: str, name: str) -> Schema:
    """The schema of an object that a member of it chooses."""
    required = [member, *(other for other in schema.get("required", ()) if other != member)]
    return {**schema, "properties": {**schema.get("properties", {}), member: {"const": name}}, "required": required}


# ---- the operations ----


def _parameters(table: str, **drawn: Schema) -> Schema:
    """The parameters of a table; `drawn` are those whose schema is not the row's own."""
    loaded = tables.load(table)
    rows = {name: row["is"] for name, row in loaded["parameters"].items()}
    schema = Drawn(loaded.get("shapes")).object_of(rows)
    schema["properties"].update({name: given for name, given in drawn.items() if name in rows})
    return schema


def _response() -> Schema:
    """A stored prompt may bring model and input."""
    schema = _parameters("params", input=_input(), tools={"type": "array", "items": _tool(), "maxItems": 128}, model={"type": "string"})
    return {**schema, "anyOf": [{"required": ["model", "input"]}, {"required": ["prompt"]}]}


def _input() -> Schema:
    return {"anyOf": [{"type": "string"}, {"type": "array", "items": item()}]}


def item() -> Schema:
    """An item of the input: a message by its role, or another by its type."""
    table = tables.load("inputs")
    drawn = Drawn(table["shapes"])
    ident: Row = {"type": "string", "max_length": "64"}

    def whole(row: Row) -> Schema:
        return drawn.object_of({"type": {"type": "string"}, "id": ident, **row["fields"]}, row.get("required", ()))

    messages = [_chosen(whole(row), "role", role) for role, row in table["messages"].items()]
    for message in messages:
        message["properties"]["type"] = {"const": "message"}
    return {"anyOf": [*messages, *(_chosen(whole(row), "type", name) for name, row in table["items"].items())]}


def _tool() -> Schema:
    table = tables.load("declarations")
    drawn = Drawn(table["shapes"])
    return {"anyOf": [_chosen(drawn.of(row["is"]), "type", name) for name, row in table["tools"].items()]}


def _chat() -> Schema:
    table = tables.load("chat")
    drawn = Drawn(table["shapes"])
    messages = [_chosen(drawn.of(row), "role", role) for role, row in table["messages"].items()]
    schema = _parameters("chat", messages={"type": "array", "minItems": 1, "items": {"anyOf": messages}})
    return {**schema, "required": ["messages"]}


def _embedding() -> Schema:
    text: Schema = {"type": "string", "minLength": 1}
    tokens: Schema = {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}}
    several: Schema = {"type": "array", "minItems": 1, "items": {"anyOf": [text, tokens]}}
    return {**_parameters("embeddings", input={"anyOf": [text, tokens, several]}), "required": ["input"]}


def _conversation() -> Schema:
    return Drawn().object_of({"metadata": tables.load("files")["shapes"]["metadata"]})


def _new_conversation() -> Schema:
    schema = _conversation()
    schema["properties"]["items"] = {"type": "array", "items": item()}
    return schema


def _items() -> Schema:
    return {"type": "object", "properties": {"items": {"type": "array", "items": item()}}, "required": ["items"]}


def _counted() -> Schema:
    return {"type": "object", "properties": {"model": {"type": "string"}, "input": _input()}, "additionalProperties": True}


_BODIES: Mapping[str, Callable[[], Schema]] = {
    "responses.create": _response,
    "responses.compact": _counted,
    "responses.input_tokens": _counted,
    "conversations.create": _new_conversation,
    "conversations.update": _conversation,
    "conversations.items.create": _items,
    "chat.completions.create": _chat,
    "embeddings.create": _embedding,
}
_OF_FILES: Mapping[str, str] = {
    "vector_stores.create": "vector_store",
    "vector_stores.update": "vector_store",
    "vector_stores.search": "vector_store_search",
    "vector_stores.files.create": "vector_store_file",
    "vector_stores.files.update": "vector_store_file_change",
    "vector_stores.file_batches.create": "vector_store_batch",
    "containers.create": "container",
    "containers.files.create": "container_file",
}
"""Operation -> its row among the bodies of files.yaml."""


def schema_of(operation: str) -> Schema:
    """What the JSON body of an operation may be; any object where no row says."""
    if operation in _OF_FILES:
        table = tables.load("files")
        return Drawn(table["shapes"]).of(table["bodies"][_OF_FILES[operation]])
    drawn = _BODIES.get(operation)
    return {"type": "object"} if drawn is None else drawn()
