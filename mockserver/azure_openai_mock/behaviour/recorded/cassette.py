"""A cassette, read: vcrpy's files, YAML or JSON, as vcrpy, its recorder here, or others write them.

    version: 1
    provenance: {source, date, …}                                  optional
    interactions:
    - request: {method, uri, headers, body}                        or `parsed_body`
      response: {status: {code, message}, headers, body: {string}} or `{base64_string}`, `parsed_body`, `status_code` and `content`
      wire: {complete, times: [[bytes, seconds], …], waited, took} optional

Bodies are given without their content encoding. A file that cannot be used is an error with its name, never an empty one.
"""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...wire import json
from ...wire.types import Object

if TYPE_CHECKING:
    import yaml

ENDINGS = (".yaml", ".yml", ".json")


class CassetteError(ValueError):
    """A cassette that cannot be used: its path, and why."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True)
class Exchange:
    """One recorded request with its answer. `name` is what people call it: `chat.yaml#2`, counted from 1.

    Headers have lower-case names. `complete` is False where the connection ended before the body. `times` are `(bytes, seconds)` of the
    answer's pieces; `took` is the time to its end; both empty where nobody noted them. `encoded` names a content encoding that nobody here
    can undo.
    """

    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes
    complete: bool = True
    times: tuple[tuple[int, float], ...] = ()
    took: float | None = None
    encoded: str | None = None

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.url).path

    @cached_property
    def asked(self) -> Any:
        """The request's body as JSON, None where it is none."""
        return _json(self.body)

    @cached_property
    def answered(self) -> Any:
        """The answer's body as JSON, None where it is none."""
        return None if self.streamed else _json(self.answer)

    @property
    def streamed(self) -> bool:
        """Whether the answer is a stream of events."""
        return self.answer_headers.get("content-type", "").startswith("text/event-stream") or self.answer.startswith((b"event:", b"data:"))


@dataclass(frozen=True, slots=True)
class Cassette:
    """A file's exchanges in their order, and what it says of where they are from."""

    path: Path
    exchanges: tuple[Exchange, ...]
    provenance: Object = field(default_factory=dict)


def under(paths: Sequence[Path]) -> list[Path]:
    """The cassettes that these files and folders name, folders in the order of their names. Raises CassetteError."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(file for file in path.rglob("*") if file.suffix in ENDINGS and not file.name.startswith("."))
        if not inside:
            raise CassetteError(path, "no cassette in this folder")
        found.extend(inside)
    return found


def load(path: Path) -> Cassette:
    """Read a cassette. Raises CassetteError."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise CassetteError(path, "there is no such cassette") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise CassetteError(path, f"cannot be read: {problem}") from None
    data = _data(text, path)
    if isinstance(data, list):
        raise CassetteError(path, "is of vcrpy's form before 1.0; run vcrpy's migration first")
    interactions = data.get("interactions") if isinstance(data, dict) else None
    if not isinstance(interactions, list) or not interactions:
        raise CassetteError(path, "holds no list of interactions")
    exchanges = tuple(_exchange(path, number, one) for number, one in enumerate(interactions, 1))
    provenance = data.get("provenance")
    return Cassette(path, exchanges, provenance if isinstance(provenance, dict) else {})


def _data(text: str, path: Path) -> Any:
    if path.suffix == ".json":
        try:
            return json.loads(text)
        except ValueError as problem:
            raise CassetteError(path, f"is not JSON: {problem}") from None
    import yaml

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a safe one, which builds plain values only
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise CassetteError(path, f"is not YAML: {str(problem).splitlines()[0]}") from None


def _loader() -> type[yaml.SafeLoader]:
    """Safe YAML, and the few Python tags that old recordings hold, as the plain values in them."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    def buffer(loader: Any, node: Any) -> Any:
        return (loader.construct_mapping(node, deep=True).get("state") or [b""])[0]

    for name in ("str", "unicode"):
        Loader.add_constructor(f"tag:yaml.org,2002:python/{name}", lambda loader, node: loader.construct_scalar(node))
    Loader.add_constructor("tag:yaml.org,2002:python/tuple", lambda loader, node: list(loader.construct_sequence(node, deep=True)))
    Loader.add_constructor("tag:yaml.org,2002:python/object/new:_io.BytesIO", buffer)
    return Loader


def _exchange(path: Path, number: int, one: Any) -> Exchange:
    try:
        asked, answered, wire = one["request"], one["response"], one.get("wire") or {}
        headers, answer_headers = _headers(asked.get("headers")), _headers(answered.get("headers"))
        status = answered["status_code"] if "status_code" in answered else answered["status"]
        body, _ = _plain(_bytes(asked), headers.get("content-encoding"))
        answer, encoded = _plain(_bytes(answered), answer_headers.get("content-encoding"))
        return Exchange(
            name=f"{path.name}#{number}",
            method=str(asked["method"]).upper(),
            url=str(asked.get("uri") or asked["url"]),
            headers=headers,
            body=body,
            status=int(status["code"] if isinstance(status, dict) else status),
            answer_headers=answer_headers,
            answer=answer,
            complete=wire.get("complete", True) is not False,
            times=tuple((int(size), float(at)) for size, at in wire.get("times", ())),
            took=wire.get("took", wire.get("waited")),
            encoded=encoded,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise CassetteError(path, f"interaction {number} is of another shape ({type(problem).__name__}: {problem})") from None


def _headers(given: Any) -> dict[str, str]:
    """Names in lower case; of several values, joined as HTTP joins them."""
    pairs: Iterator[tuple[Any, Any]] = iter((given or {}).items()) if isinstance(given, Mapping) or not given else iter(given)
    return {str(name).lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in pairs}


def _bytes(message: Mapping[str, Any]) -> bytes:
    """A request's or an answer's body."""
    if "parsed_body" in message:
        return json.compact(message["parsed_body"])
    return _raw(message.get("body", message.get("content")))


def _raw(given: Any) -> bytes:
    if isinstance(given, Mapping):
        if "base64_string" in given:
            return base64.b64decode(given["base64_string"])
        return _raw(given.get("string"))
    if given is None:
        return b""
    if isinstance(given, list):
        return b"".join(map(_raw, given))
    if isinstance(given, (bytes, str)):
        return given if isinstance(given, bytes) else given.encode("utf-8")
    raise TypeError(f"a body of type {type(given).__name__}")


def _plain(body: bytes, encoding: str | None) -> tuple[bytes, str | None]:
    """The body without its encoding, and the encoding where it cannot be undone. Some recorders undo it and leave the header."""
    try:
        if body.startswith(b"\x1f\x8b"):
            return gzip.decompress(body), None
        if encoding == "deflate":
            return zlib.decompress(body), None
    except (OSError, EOFError, zlib.error):
        pass
    readable = not body or body.lstrip()[:1] in b'{["<' or body.startswith((b"event:", b"data:", b":"))
    return body, None if readable or encoding in (None, "identity", "gzip", "deflate") else encoding


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
