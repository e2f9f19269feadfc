"""What people keep tools and formats in, as the requests that would carry them: a JSON file, or a name in a Python module.

Known are a list of tools, one tool, `text.format`, a `response_format` of chat completions, a bare JSON schema, a whole request of either
API, and a Pydantic model. Of several tools each is asked about alone, so that one's defect does not hide another's.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..wire import json
from ..wire.types import Object

Api: TypeAlias = Literal["responses", "chat"]

_JSON_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
_SCHEMA = frozenset({"properties", "$ref", "$defs", "anyOf", "enum", "items"})
_FORMATS = frozenset({"json_schema", "json_object", "text"})


class Unreadable(Exception):
    """A source that holds nothing that can be asked about; the message says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request to ask the service about. `what` names it to people; `place` is where its tool stands among those of the source."""

    what: str
    api: Api
    body: Object
    place: int = 0


def questions(source: str, *, as_is: bool = False) -> list[Question]:
    """Those of a file (`-` for standard input) or of `module:name`. Raises Unreadable.

    A Pydantic model is asked about in the strict form in which the openai client sends it; `as_is`, by its own schema.
    """
    module, colon, name = source.partition(":")
    if colon and re.fullmatch(r"[\w.]+", module) and re.fullmatch(r"\w[\w.]*", name):
        return list(_of_value(_imported(module, name), name.rpartition(".")[2], as_is=as_is))
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return list(_of_document(json.loads(raw), "schema" if source == "-" else Path(source).stem))
    except OSError as problem:
        raise Unreadable(f"{source}: {problem.strerror or problem}") from None
    except ValueError as problem:
        raise Unreadable(f"{source}: not JSON: {problem}") from None


def _imported(module: str, name: str) -> Any:
    sys.path.insert(0, str(Path.cwd()))
    try:
        found: Any = importlib.import_module(module)
        for step in name.split("."):
            found = getattr(found, step)
    except (ImportError, AttributeError) as problem:
        raise Unreadable(f"{module}:{name}: {problem}") from None
    finally:
        sys.path.pop(0)
    return found


def _of_value(value: Any, name: str, *, as_is: bool) -> Iterator[Question]:
    if hasattr(value, "model_json_schema"):
        given = value.model_json_schema() if as_is else _as_sent(value)
        yield _format(name, given)
        function = {"type": "function", "name": _named(name), "parameters": given, "strict": True}
        yield Question(f"{name} as parameters", "responses", {"tools": [function]})
        return
    try:
        plain = json.loads(json.compact(value))
    except TypeError:
        raise Unreadable(f"{name} is {type(value).__name__}: neither a Pydantic model nor something that JSON can say") from None
    yield from _of_document(plain, name)


def _as_sent(model: Any) -> Object:
    """The model's schema as the openai client sends it, if that is installed."""
    try:
        from openai import pydantic_function_tool
    except ImportError:
        own: Object = model.model_json_schema()
        return own
    try:
        sent: Any = pydantic_function_tool(model)
    except (TypeError, ValueError) as problem:
        raise Unreadable(f"{model.__name__}: the openai client does not send it: {problem}") from None
    strict: Object = sent["function"]["parameters"]
    return strict


def _of_document(given: Any, name: str) -> Iterator[Question]:
    if isinstance(given, list):
        yield from _tools(given)
        return
    if not isinstance(given, Mapping):
        raise Unreadable(f"{name}: expected tools, a format, a schema or a request")
    document, kind = dict(given), given.get("type")
    if _is_request(document):
        yield from _request(document)
    elif kind in _FORMATS and "json_schema" in document:
        yield Question("response_format", "chat", {"response_format": document})
    elif kind in _FORMATS:
        yield Question("text.format", "responses", {"text": {"format": document}})
    elif kind in _JSON_TYPES or (kind is None and _SCHEMA & document.keys()):
        yield _format(str(document.get("title") or name), document)
    else:
        yield from _tools([document])


def _is_request(document: Object) -> bool:
    if any(name in document for name in ("input", "messages", "response_format", "text", "model")) and "name" not in document:
        return True
    return "tools" in document and "type" not in document


def _request(document: Object) -> Iterator[Question]:
    """Its tools one by one, then all of it."""
    tools = document.get("tools")
    if isinstance(tools, list) and len(tools) > 1:
        yield from _tools(tools)
    chat = any(name in document for name in ("messages", "response_format")) or (isinstance(tools, list) and _of_chat(tools))
    yield Question("the request", "chat" if chat else "responses", document)


def _tools(tools: list[Any]) -> Iterator[Question]:
    api: Api = "chat" if _of_chat(tools) else "responses"
    for index, tool in enumerate(tools):
        yield Question(f"tools[{index}]{_called(tool)}", api, {"tools": [tool]}, index)


def _of_chat(tools: list[Any]) -> bool:
    """Whether they are in the nested form of chat completions."""
    return any(isinstance(tool, dict) and isinstance(tool.get("function"), dict) for tool in tools)


def _called(tool: Any) -> str:
    if not isinstance(tool, dict):
        return ""
    inner = tool["function"] if isinstance(tool.get("function"), dict) else tool
    return f" {inner.get('name') or inner.get('server_label') or inner.get('type') or ''}".rstrip()


def _format(name: str, schema: Object) -> Question:
    form = {"type": "json_schema", "name": _named(name), "strict": True, "schema": schema}
    return Question(f"{name} as text.format", "responses", {"text": {"format": form}})


def _named(name: str) -> str:
    """The name in the letters that the service takes."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64] or "schema"
