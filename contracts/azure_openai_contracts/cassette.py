"""Cassettes: vcrpy's files, YAML or JSON, with what vcrpy does not keep in extra keys that it passes over.

    version: 1                       vcrpy's
    provenance:                      ours: whose traffic this is, see `Provenance`
    interactions:
    - request: {method, uri, headers, body}
      response: {status: {code, message}, headers, body: {string}}
      wire: {complete, times: [[bytes, seconds], …], waited}      ours, optional

A cassette that is missing, unreadable, empty or of another shape is an error here: in vcrpy it is silently a new one. Where `provenance`
holds a `seal`, every value of the file is under it, so that one changed byte is an error too.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import yaml

from . import scrub
from .exchange import Answer, Exchange, Request, headers_of

Source: TypeAlias = Literal["azure", "documented", "mock", "other"]
SOURCES: Final[tuple[str, ...]] = get_args(Source)


class CassetteProblem(Exception):
    """A cassette that cannot be used, with its path and the reason. Never raised for a request that it does not hold."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)
        self.reason = reason


@dataclass(frozen=True)
class Provenance:
    """Whose traffic a cassette holds, and when and with what it was taken. Empty where it is not known.

    `source`: recorded from azure, written from published facts (documented: `facts` says which, and `confidence`, recorded | documented |
    observed, how sure they are), recorded from a mock, or from elsewhere.
    """

    source: Source = "other"
    profile: str = ""
    api_version: str = ""
    region: str = ""
    model: str = ""
    sdk: str = ""
    date: str = ""
    case: str = ""
    facts: tuple[str, ...] = ()
    confidence: str = ""
    seal: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Only what is known."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Cassette:
    """Exchanges with their provenance."""

    exchanges: tuple[Exchange, ...]
    provenance: Provenance = field(default_factory=Provenance)
    path: str = ""


# ---- reading ----------------------------------------------------------------------------------------------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML, with the few Python tags that old recordings hold; nothing in a cassette is ever called."""


def _text(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)


def _sequence(loader: Any, node: Any) -> Any:
    return list(loader.construct_sequence(node, deep=True))


def _buffer(loader: Any, node: Any) -> Any:
    state = loader.construct_mapping(node, deep=True).get("state") or [b""]
    return state[0]


_Loader.add_constructor("tag:yaml.org,2002:python/str", _text)
_Loader.add_constructor("tag:yaml.org,2002:python/unicode", _text)
_Loader.add_constructor("tag:yaml.org,2002:python/tuple", _sequence)
_Loader.add_constructor("tag:yaml.org,2002:python/object/new:_io.BytesIO", _buffer)


def load(path: Path | str) -> Cassette:
    """Read a cassette, scrubbed. Raises CassetteProblem where it is missing, corrupt, empty, of another shape, or no longer as sealed."""
    data = data_at(path)
    exchanges = tuple(_exchange(path, number, one) for number, one in enumerate(data["interactions"]))
    return Cassette(exchanges, _provenance(path, data.get("provenance") or {}), str(path))


def data_at(path: Path | str) -> dict[str, Any]:
    """A cassette's own data as its file holds it, scrubbed once more: it may be somebody else's, or older than a rule. Raises as `load`."""
    return deepcopy(_clean(_text_at(path), str(path)))


@lru_cache(maxsize=256)
def _clean(text: str, path: str) -> dict[str, Any]:
    """Scrubbing looks at everything in every way, so what was scrubbed is remembered: several clients play one cassette."""
    data = raw_of_text(text, path)
    provenance = _provenance(path, data.get("provenance") or {})
    try:
        if provenance.seal and provenance.seal != seal_of(data):
            raise CassetteProblem(
                path, "its seal is broken: a value was changed after it was written (record it again, or seal it if you meant it)"
            )
        return scrub.scrubbed(data)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise CassetteProblem(path, f"an interaction is of another shape ({type(problem).__name__}: {problem})") from problem


def raw_of(path: Path | str) -> dict[str, Any]:
    """The file's own data, checked for shape. Raises CassetteProblem."""
    return raw_of_text(_text_at(path), path)


def _text_at(path: Path | str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CassetteProblem(path, "there is no such cassette") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise CassetteProblem(path, f"it cannot be read: {problem}") from problem


def raw_of_text(text: str, path: Path | str) -> dict[str, Any]:
    """As `raw_of`, for text that was read already. Raises CassetteProblem for what is not a cassette, or an empty one."""
    if not text.strip():
        raise CassetteProblem(path, "it is empty")
    try:
        data = json.loads(text) if str(path).endswith(".json") else yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except (ValueError, yaml.YAMLError) as problem:
        raise CassetteProblem(path, f"it is corrupt: {str(problem).splitlines()[0]}") from problem
    if isinstance(data, list):
        raise CassetteProblem(path, "it is of vcrpy's form before 1.0; run vcrpy's migration first")
    if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
        raise CassetteProblem(path, "it holds no list of interactions")
    if not data["interactions"]:
        raise CassetteProblem(path, "it holds no interaction")
    return data


def _provenance(path: Path | str, given: Any) -> Provenance:
    if not isinstance(given, dict):
        raise CassetteProblem(path, "its provenance is not a mapping")
    unknown = set(given) - set(Provenance.__dataclass_fields__)
    if unknown:
        raise CassetteProblem(path, f"its provenance has unknown keys: {', '.join(sorted(unknown))}")
    if given.get("source", "other") not in SOURCES:
        raise CassetteProblem(path, f"its source {given['source']!r} is none of {', '.join(SOURCES)}")
    values: dict[str, Any] = {name: tuple(value) if name == "facts" else str(value) for name, value in given.items()}
    return Provenance(**values)


def _exchange(path: Path | str, number: int, one: Any) -> Exchange:
    try:
        asked, answered, wire = one["request"], one["response"], one.get("wire") or {}
        request = Request(str(asked["method"]).upper(), str(asked["uri"]), _headers(asked.get("headers")), _bytes(asked.get("body")))
        return Exchange(request, _answer(answered, wire), step=str(wire.get("step", "")))
    except (KeyError, TypeError, ValueError) as problem:
        raise CassetteProblem(path, f"interaction {number} is of another shape ({type(problem).__name__}: {problem})") from problem


def _answer(given: Mapping[str, Any], wire: Mapping[str, Any]) -> Answer:
    if "status_code" in given:  # older recordings of httpx
        status, reason, content = int(given["status_code"]), None, given.get("content")
    else:
        status, reason, content = int(given["status"]["code"]), given["status"].get("message"), given["body"]
    return Answer(
        status,
        _headers(given.get("headers")),
        _bytes(content),
        str(reason) if reason else None,
        bool(wire.get("complete", True)),
        tuple((int(size), float(at)) for size, at in wire.get("times", ())),
        wire.get("waited"),
        wire.get("took"),
    )


def _headers(given: Any) -> tuple[tuple[str, str], ...]:
    if not given:
        return ()
    return headers_of({str(name): [str(one) for one in value] if isinstance(value, list) else str(value) for name, value in given.items()})


def _bytes(given: Any) -> bytes:
    if isinstance(given, dict):
        if "base64_string" in given:
            return base64.b64decode(given["base64_string"])
        given = given.get("string")
    if given is None:
        return b""
    if isinstance(given, list):
        return b"".join(_bytes(one) for one in given)
    if isinstance(given, bytes):
        return given
    if isinstance(given, str):
        return given.encode("utf-8")
    raise TypeError(f"a body of type {type(given).__name__}")


# ---- writing ----------------------------------------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that a person can read a stream in a cassette."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write anchors: vcrpy's JSON sibling has none, and they are hard to read."""
        return True


def _string(dumper: Any, value: str) -> Any:
    block = "\n" in value and value.isprintable() is False and all(c.isprintable() or c == "\n" for c in value) and " \n" not in value
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if block else None)


_Dumper.add_representer(str, _string)


def dump(cassette: Cassette, path: Path | str) -> None:
    """Write a cassette, sealed; `.json` is written as JSON, all else as YAML. Raises CassetteProblem for one without exchanges."""
    if not cassette.exchanges:
        raise CassetteProblem(path, "nothing was recorded, so there is nothing to write")
    write_raw(sealed(data_of(cassette)), path)


def data_of(cassette: Cassette) -> dict[str, Any]:
    """The cassette as its file holds it, not sealed and not scrubbed. Raises CassetteProblem for an exchange without an answer."""
    return {"version": 1, "provenance": cassette.provenance.as_dict(), "interactions": [_raw(one) for one in cassette.exchanges]}


def write_raw(data: Mapping[str, Any], path: Path | str) -> None:
    """Write a cassette's own data as it is. The file is replaced whole, never left half written."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".json":
        text = json.dumps(data, indent=1, ensure_ascii=False, default=_as_text) + "\n"
    else:
        text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**9)
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data with a seal over every value in it."""
    provenance = {name: value for name, value in (data.get("provenance") or {}).items() if name != "seal"}
    fresh = {**data, "provenance": provenance}
    return {**fresh, "provenance": {**provenance, "seal": seal_of(fresh)}}


def seal_of(data: Mapping[str, Any]) -> str:
    """A digest of all values but the seal itself; layout, order of keys and the file's form do not matter."""
    provenance = {name: value for name, value in (data.get("provenance") or {}).items() if name != "seal"}
    plain = json.dumps({**data, "provenance": provenance}, sort_keys=True, ensure_ascii=True, default=_spelled)
    return "sha256:" + hashlib.sha256(plain.encode()).hexdigest()


def _spelled(value: Any) -> Any:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode("utf-8")  # the same body is text in JSON and may be binary in YAML
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _raw(exchange: Exchange) -> dict[str, Any]:
    request, answer = exchange.request, exchange.answer
    if answer is None:
        raise CassetteProblem("", f"{exchange}: an exchange without an answer cannot be kept in a cassette")
    out: dict[str, Any] = {
        "request": {"method": request.method, "uri": request.url, "headers": _lists(request.headers), "body": _body(request.body) or None},
        "response": {
            "status": {"code": answer.status, "message": answer.reason or ""},
            "headers": _lists(answer.headers),
            "body": {"string": _body(answer.body)},
        },
    }
    wire: dict[str, Any] = {}
    if exchange.step:
        wire["step"] = exchange.step
    if not answer.complete:
        wire["complete"] = False
    if answer.waited is not None:
        wire["waited"] = round(answer.waited, 6)
    if answer.times:
        wire["times"] = [[size, round(at, 6)] for size, at in answer.times]
    return {**out, "wire": wire} if wire else out


def _as_text(value: Any) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"a {type(value).__name__} has no place in a cassette")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise CassetteProblem("", "a body that is not text can be kept in a YAML cassette, not in a JSON one") from None


def _lists(headers: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for name, value in headers:
        out.setdefault(name, []).append(value)
    return out


def _body(body: bytes) -> str | bytes:
    """Text where it comes back as the same bytes from YAML, else bytes: YAML turns a CR in a block into a LF, and cannot hold controls."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    return text if all(c.isprintable() or c in "\n\t" for c in text) and "\ufeff" not in text else body


def files_under(folder: Path | str) -> list[Path]:
    """Every cassette under a folder, sorted."""
    root = Path(folder)
    return sorted(file for file in root.rglob("*") if file.suffix in (".yaml", ".yml", ".json"))
