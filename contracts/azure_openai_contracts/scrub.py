"""Scrubbing: what must not stay in a cassette is taken out as it is written, and again as it is loaded.

Two principles. Headers pass by keep-lists: what is not known to be harmless is redacted. Texts are searched in every encoding that they can be
read in (JSON in strings, percent, base64, gzip, \\u escapes, deltas of a stream), and a value found once is replaced wherever it occurs.

A replacement is a pseudonym: the same value has the same one throughout a cassette, so that chains still chain and echoes still echo.
Ids of the API, `encrypted_content`, hashes of commits and images stay. Scrubbing what is scrubbed changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from . import sse

PSEUDONYM: Final = r"redacted-[a-z]+-\d+|00000000-0000-4000-8000-[0-9a-f]{12}"

KEPT_REQUEST_HEADERS: Final = {
    "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "host", "transfer-encoding", "user-agent",
    "x-ms-client-request-id", "x-ms-oai-image-generation-deployment", "x-mock-scope", "x-mock-fault", "ms-azure-ai-type", "openai-beta", "idempotency-key",
}  # fmt: skip
KEPT_RESPONSE_HEADERS: Final = {
    "allow", "apim-request-id", "azureai-fe-is-streaming", "azureai-fe-offer-type", "azureai-processed-tier", "azureai-requested-tier", "cache-control",
    "connection", "content-encoding", "content-length", "content-type", "date", "openai-processing-ms", "openai-version", "operation-location",
    "location", "retry-after", "retry-after-ms", "server", "skip-error-remapping", "strict-transport-security", "transfer-encoding", "www-authenticate",
    "x-accel-buffering", "x-content-type-options", "x-envoy-upstream-service-time", "x-mock-hint", "x-ms-aoai-configured-data-retention-days",
    "x-ms-client-request-id", "x-ms-deployment-name", "x-ms-is-spilled-over", "x-ms-rai-invoked", "x-ms-region", "x-ms-served-model", "x-request-id",
    "x-should-retry", "vary",
}  # fmt: skip
KEPT_PREFIXES: Final = ("x-ratelimit-", "x-stainless-")

_SECRET_NAME: Final = (
    r"(?:api[_-]?key|apikey|subscription-key|ocp-apim-subscription-key|client[_-]?secret|access[_-]?token|refresh[_-]?token|id[_-]?token|"
    r"password|passwd|pwd|secret|authorization|accountkey|sharedaccesskey|sig|signature|private[_-]?key|connection[_-]?string|x-api-key|code|token|key)"
)
_SECRET_KEY = re.compile(
    r"(?i)^(?:.*[_-])?(?:api[_-]?key|apikey|client[_-]?secret|access[_-]?token|refresh[_-]?token|id[_-]?token|password|passwd|secret|authorization|"
    r"account_?key|private[_-]?key|connection[_-]?string|x-api-key|cookie|set-cookie)$"
)
_PERSON_KEY = re.compile(
    r"(?i)^(?:display_?name|given_?name|surname|family_?name|mail|e-?mail|upn|user_?principal_?name|preferred_?username)$"
)
_KEPT_KEY = {"encrypted_content"}

_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("pem", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)),
    ("token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?")),
    ("password", re.compile(r"(?<=://)[^\s/:@\"'<>\\]*:[^\s/@\"'<>\\]+(?=@)")),
    ("secret", re.compile(rf"(?i)(?:(?<=[?&#;\s\"'(])|(?<=\A))(?:{_SECRET_NAME})=(?!redacted-)([^&\s\"'#;,)\\]{{6,}})")),
    ("secret", re.compile(r"(?i)\b(?:api[_-]?key|client[_-]?secret|access[_-]?token|refresh[_-]?token|password|authorization)\\*[\"']\s*:\s*\\*[\"'](?!redacted-)([^\"'\\]{4,})")),
    ("token", re.compile(r"(?i)\b(?:bearer|basic)\s+([\w.~+/=-]{20,})")),
    ("key", re.compile(r"\bsk-[\w-]{20,}")),
    ("key", re.compile(r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}|\bgithub_pat_\w{40,}")),
    ("key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bxox[abprs]-[\w-]{10,}|\bAIza[\w-]{35}")),
    ("key", re.compile(r"\b[A-Za-z0-9]{40,}JQQJ99[A-Za-z0-9]{10,}")),
    ("key", re.compile(r"(?<![\w~.-])[\w.~-]{3}\dQ~[\w.~-]{31,}")),
    ("key", re.compile(r"(?<![0-9A-Za-z_])[0-9a-f]{32}(?![0-9A-Za-z_])")),
    ("key", re.compile(r"(?<![0-9A-Za-z_])[0-9A-F]{32}(?![0-9A-Za-z_])")),
    ("org", re.compile(r"\borg-[A-Za-z0-9]{16,}")),
    ("guid", re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")),
    ("mail", re.compile(r"[A-Za-z0-9._+-]+@(?!(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|example|invalid|test)\b)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")),
    ("resource", re.compile(r"(?i)(?<=://)(?!(?:mock|resource|example|redacted-resource-\d+)\.)[a-z0-9-]+(?=\.(?:openai|cognitiveservices|services\.ai)\.azure\.com)")),
    ("resource", re.compile(r"(?i)(?<![\w.-])(?!(?:mock|resource|example|redacted-resource-\d+)\.)[a-z0-9-]+(?=\.(?:openai|cognitiveservices|services\.ai)\.azure\.com)")),
    ("group", re.compile(r"(?i)(?<=/resourceGroups/)(?!redacted-)[^/\s\"'?]+")),
    ("project", re.compile(r"(?i)(?<=/api/projects/)(?!redacted-)[^/\s\"'?]+")),
    ("home", re.compile(r"(?i)(?:(?<=/home/)|(?<=/Users/)|(?<=\\Users\\)|(?<=\\\\Users\\\\))(?!redacted-)[^/\\\s\"'():;,]+")),
    ("phone", re.compile(r"(?<![\w.+])\+\d{1,3}[ .-]?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}(?!\d)")),
    ("address", re.compile(
        r"(?<![\w.])(?!(?:10|127|0)\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)"
        r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w.])"
    )),
)  # fmt: skip

_PERCENT = re.compile(r"[A-Za-z0-9_.~+-]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9_.~+-]*)+")
_BEFORE = 8
"""How many parts of a path may stand before what is encoded."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{2}){8,}(?![0-9A-Za-z])|(?<![0-9A-Za-z])(?:[0-9A-F]{2}){8,}(?![0-9A-Za-z])")
_SLASHED = re.compile(r"\\+/")
_RUN = re.compile(rb"[\t\n\r\x20-\x7e]{16,}")
_ESCAPED = re.compile(r"[A-Za-z0-9_.@~+:/-]*(?:\\+u[0-9a-fA-F]{4}[A-Za-z0-9_.@~+:/-]*)+")
_UNICODE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_PACKED: Final[tuple[tuple[bytes, Callable[[bytes], bytes], Callable[[bytes], bytes]], ...]] = (
    (b"\x1f\x8b", gzip.decompress, lambda data: gzip.compress(data, mtime=0)),
    (b"\x78", zlib.decompress, zlib.compress),
)
"""How packed bytes begin, how they are opened, and how they are packed again."""
_MAGIC: Final = tuple(begins for begins, _, _ in _PACKED)
_HALF = re.compile("[\ud800-\udfff]")
_DEPTH: Final = 8
_REMEMBERED: Final = 8
"""From this length on a value is replaced wherever it occurs; a shorter one would hit innocent words."""


class Scrubber:
    """Replaces secrets by pseudonyms, the same for the same value. One serves one cassette."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._known: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    @property
    def found(self) -> bool:
        """Whether there was anything to replace."""
        return bool(self._names)

    # -- names ---------------------------------------------------------------

    def pseudonym(self, kind: str, value: str) -> str:
        """The name that stands for this value."""
        if re.fullmatch(PSEUDONYM, value):
            return value
        key = (kind, value.lower() if kind in ("resource", "guid", "mail") else value)
        if key not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            number = self._counts[kind]
            self._names[key] = f"00000000-0000-4000-8000-{number:012x}" if kind == "guid" else f"redacted-{kind}-{number}"
            if len(value) >= _REMEMBERED:
                self._known[value] = self._names[key]
        return self._names[key]

    # -- texts ---------------------------------------------------------------

    def text(self, text: str, depth: int = 0) -> str:
        """A text without secrets, whatever it is encoded in."""
        if depth > _DEPTH or not text:
            return text
        structured = self._json_text(text, depth)
        if structured is not None:
            return structured
        bare = _SLASHED.sub("/", text)
        if bare != text and (clean := self.text(bare, depth + 1)) != bare:
            return clean  # JSON's way to write a slash broke a value
        text = self._plain(text)
        text = _ESCAPED.sub(lambda found: self._escaped(found.group(), depth), text)
        text = _PERCENT.sub(lambda found: self._percent(found.group(), depth), text)
        text = _HEX.sub(lambda found: self._hex(found.group(), depth), text)
        return _BASE64.sub(lambda found: self._base64(found.group(), depth), text)

    def _plain(self, text: str) -> str:
        for value in sorted(self._known, key=len, reverse=True):
            if value in text or value.lower() in text.lower():
                text = re.sub(rf"(?i){re.escape(value)}", self._known[value].replace("\\", r"\\"), text)
        for kind, pattern in _PATTERNS:
            text = pattern.sub(self._replacing(kind), text)
        return text

    def _replacing(self, kind: str) -> Callable[[re.Match[str]], str]:
        def replace(found: re.Match[str]) -> str:
            whole = found.group()
            value = found.group(1) if found.re.groups else whole
            if re.fullmatch(PSEUDONYM, value):
                return whole
            return whole.replace(value, self.pseudonym(kind, value))

        return replace

    def _json_text(self, text: str, depth: int) -> str | None:
        if text.lstrip()[:1] not in ("{", "[", '"'):
            return None
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
        clean = self.value(value, depth + 1)
        if clean == value:
            return text
        pretty = 2 if "\n" in text.strip() else None
        spelled = json.dumps(clean, ensure_ascii=False, indent=pretty, separators=None if pretty or '": ' in text else (",", ":"))
        return _encodable(spelled, text)

    def _percent(self, token: str, depth: int) -> str:
        plain = unquote(token, errors="surrogateescape")
        clean = self.text(plain, depth + 1)
        return token if clean == plain else quote(clean, safe="", errors="surrogateescape")

    def _escaped(self, token: str, depth: int) -> str:
        plain = _UNICODE.sub(lambda found: chr(int(found[1], 16)), token)
        clean = self.text(plain, depth + 1)
        return token if clean == plain else _encodable(clean, token)

    def _hex(self, token: str, depth: int) -> str:
        data = bytes.fromhex(token)
        clean = self.data(data, depth + 1)
        return token if clean == data else clean.hex()

    def _base64(self, token: str, depth: int) -> str:
        if re.fullmatch(r"[a-z_-]+|[0-9a-f]+", token) or re.fullmatch(PSEUDONYM, token):
            return token  # words and hashes decode to noise
        clean = self._base64_whole(token, depth)
        if clean == token and re.search(r"[/_-]", token):  # what stands before it may look like a part of it, as a path does
            for begin in islice(re.finditer(r"[/_-]", token), _BEFORE):
                rest = token[begin.end() :]
                if (clean := self._base64_whole(rest, depth)) != rest:
                    return token[: begin.end()] + clean
            return "".join(self._base64_whole(part, depth) for part in re.split(r"([/_-])", token))
        return clean

    def _base64_whole(self, token: str, depth: int) -> str:
        url_safe = "-" in token or "_" in token
        body = token.rstrip("=")
        if len(body) < 11 or len(body) % 4 == 1:
            return token
        try:
            data = base64.b64decode(body.replace("-", "+").replace("_", "/") + "=" * (-len(body) % 4))
        except (ValueError, binascii.Error):
            return token
        clean = self.data(data, depth + 1)
        if clean == data:
            return token
        spelled = base64.b64encode(clean).decode()
        spelled = spelled.replace("+", "-").replace("/", "_") if url_safe else spelled
        return spelled if token.endswith("=") or len(token) % 4 == 0 else spelled.rstrip("=")

    def data(self, data: bytes, depth: int = 0) -> bytes:
        """Bytes without secrets: text, gzip or deflate of such, and what can be read in anything else; a picture stays as it is."""
        if depth > _DEPTH or not data:
            return data
        for begins, undo, redo in _PACKED:
            if not data.startswith(begins):
                continue
            try:
                inner = undo(data)
            except (OSError, EOFError, zlib.error):
                continue
            clean = self.data(inner, depth + 1)
            return data if clean == inner else redo(clean)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return self._binary(data, depth)
        if any(ord(c) < 32 and c not in "\t\r\n" for c in text):
            return self._binary(data, depth)
        return self.text(text, depth).encode("utf-8", "surrogatepass")

    def _binary(self, data: bytes, depth: int) -> bytes:
        for value, name in self._known.items():
            data = data.replace(value.encode("utf-8", "surrogatepass"), name.encode())
        return _RUN.sub(lambda found: self.text(found.group().decode(), depth + 1).encode("utf-8", "surrogatepass"), data)

    # -- values --------------------------------------------------------------

    def value(self, value: Any, depth: int = 0, key: str = "") -> Any:
        """A JSON value without secrets."""
        if isinstance(value, str):
            if key in _KEPT_KEY:
                return value
            if value and not re.fullmatch(PSEUDONYM, value):
                if _SECRET_KEY.match(key):
                    return self.pseudonym("secret", value)
                if _PERSON_KEY.match(key):
                    return self.pseudonym("person", value)
            return self.text(value, depth)
        if isinstance(value, Mapping):
            return {self.text(name, depth + 1): self.value(one, depth, name) for name, one in value.items()}
        if isinstance(value, list):
            clean = [self.value(one, depth, key) for one in value]
            return self._tokens(clean) if clean and all(map(_is_token, clean)) else clean
        return value

    def _tokens(self, tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A text told once more token by token."""
        whole = "".join(token["token"] for token in tokens)
        clean = self.text(whole)
        if clean == whole:
            return tokens
        out = [dict(token) for token in tokens]
        for token, piece in zip(out, _cut(clean, len(out)), strict=True):
            _put(token, "token", piece)
        return out

    # -- parts of an exchange ------------------------------------------------

    def url(self, url: str) -> str:
        """A URL without userinfo, secrets in the query, and the names of resources."""
        parts = urlsplit(url)
        host = parts.netloc.rsplit("@", 1)
        if len(host) == 2:
            for one in host[0].split(":")[1:]:
                self.pseudonym("password", unquote(one))
        query = "&".join(self._pair(pair) for pair in parts.query.split("&")) if parts.query else ""
        return self.text(urlunsplit((parts.scheme, host[-1], parts.path, query, parts.fragment)))

    def _pair(self, pair: str) -> str:
        name, sign, value = pair.partition("=")
        if sign and value and re.fullmatch(rf"(?i){_SECRET_NAME}", name) and not re.fullmatch(PSEUDONYM, value):
            self.pseudonym("secret", value)
            return f"{name}={self.pseudonym('secret', unquote(value))}"
        return self.text(pair)

    def headers(self, headers: Mapping[str, Any], kept: set[str]) -> dict[str, Any]:
        """Headers: values by keep-list, and the kept ones without secrets in their texts."""
        out: dict[str, Any] = {}
        for name, given in headers.items():
            values = given if isinstance(given, list) else [given]
            low = name.lower()
            known = low in kept or low.startswith(KEPT_PREFIXES)
            clean = [self.text(str(one)) if known else self._withheld(str(one)) for one in values]
            out[name] = clean if isinstance(given, list) else clean[0]
        return out

    def _withheld(self, value: str) -> str:
        for word in re.findall(r"[^\s,;=]{16,}", value):
            if not re.fullmatch(PSEUDONYM, word):
                self.text(word)
        return value if re.fullmatch(PSEUDONYM, value) else self.pseudonym("header", value)

    def stream(self, body: str) -> str:
        """A stream of events: secrets in frames, and those that were split over the deltas of one part."""
        frames = sse.frames(body.encode("utf-8", "surrogateescape"))
        events = [frame.json() if frame.whole else None for frame in frames]
        clean = self._deltas([None if event is None else self.value(event) for event in events])
        return "".join(self._frame(frame, event, new) for frame, event, new in zip(frames, events, clean, strict=True))

    def _frame(self, frame: sse.Frame, event: Any, clean: Any) -> str:
        raw = frame.raw.decode("utf-8", "surrogateescape")
        if event is None:
            return self.text(raw)
        lines = raw.split("\n")
        if clean == event:
            return "\n".join(line if line.startswith("data:") else self._line(line) for line in lines)
        end = "\r\n" if "\r\n" in raw else "\n"
        kept = [self._line(line.rstrip("\r")) for line in lines if line.strip() and not line.startswith("data:")]
        spelled = json.dumps(clean, ensure_ascii=False, separators=None if '": ' in (frame.data or "") else (",", ":"))
        return end.join([*kept, f"data: {spelled}", "", ""])

    def _line(self, line: str) -> str:
        return self.text(line) if line.startswith(":") else line

    def _deltas(self, events: list[Any]) -> list[Any]:
        """The events with what is told piece by piece (texts, arguments, tokens with their odds) cleaned as a whole and cut again."""
        told: dict[Place, list[tuple[dict[str, Any], str]]] = {}
        out = deepcopy(events)
        for event in out:
            for place, holder, name in _pieces(event):
                told.setdefault(place, []).append((holder, name))
        for pieces in told.values():
            whole = "".join(holder[name] for holder, name in pieces)
            clean = self.text(whole)
            if clean != whole:
                for (holder, name), piece in zip(pieces, _cut(clean, len(pieces)), strict=True):
                    _put(holder, name, piece)
        return out


Place: TypeAlias = tuple[Any, ...]
_PARTS: Final = ("type", "item_id", "output_index", "content_index", "summary_index", "command_index")
"""What names the part of a response that an event adds to."""
_WHOLE: Final = ("id", "type", "role", "name")
"""Members of a `delta` that are never told in pieces."""


def _pieces(event: Any) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """Every text of an event that is a piece of a longer one: which one, the object that holds it, and the member's name."""
    if not isinstance(event, dict):
        return
    part = tuple(str(event.get(name)) for name in _PARTS)
    if isinstance(event.get("delta"), str):
        yield (*part, "delta"), event, "delta"
    yield from _below(event, part, within=False)


def _below(value: Any, place: Place, *, within: bool) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """The same of what stands below: texts within a `delta`, and tokens wherever they are. A list's members are told apart by `index`."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            index = one.get("index", number) if isinstance(one, dict) else number
            yield from _below(one, (*place, index), within=within)
    elif isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str):
                if within and name not in _WHOLE:
                    yield (*place, name), value, name
            elif isinstance(one, list) and one and all(map(_is_token, one)):
                yield from (((*place, name), token, "token") for token in one)
            elif name != "top_logprobs":
                yield from _below(one, (*place, name), within=within or name == "delta")


def _is_token(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("token"), str) and "logprob" in value


def _put(holder: dict[str, Any], name: str, piece: str) -> None:
    """Put another text there, and let what depends on its letters follow: a token's bytes and its rivals, a delta's padding."""
    if name == "delta" and isinstance(holder.get("obfuscation"), str) and (len(holder["delta"]) + len(holder["obfuscation"])) % 16 == 0:
        holder["obfuscation"] = "x" * (-len(piece) % 16)
    if name == "token" and "logprob" in holder:
        holder.update({"bytes": list(piece.encode()), "top_logprobs": []})
    holder[name] = piece


def _encodable(clean: str, text: str) -> str:
    """What was cleaned, its halves of characters escaped as they were in the text: pairs are joined, bytes that are no UTF-8 stay."""
    joined = clean.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _HALF.sub(lambda found: found[0] if found[0] in text else f"\\u{ord(found[0]):04x}", joined)


def _cut(text: str, pieces: int) -> list[str]:
    """The text in so many pieces, as even as can be; joined they are the text."""
    size = -(-len(text) // pieces) or 1
    cut = [text[start : start + size] for start in range(0, len(text), size)]
    return [*cut, *[""] * (pieces - len(cut))][:pieces]


def _body(scrubber: Scrubber, body: Any, content_type: str) -> Any:
    if isinstance(body, Mapping):
        return {name: _held(scrubber, name, value, content_type) for name, value in body.items()}
    if isinstance(body, list):
        return [_body(scrubber, one, content_type) for one in body]
    if isinstance(body, bytes):
        if content_type.startswith("text/event-stream") and not body.startswith(_MAGIC):
            return scrubber.stream(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return _packed_stream(scrubber, body) if content_type.startswith("text/event-stream") else scrubber.data(body)
    if isinstance(body, str):
        return scrubber.stream(body) if content_type.startswith("text/event-stream") else scrubber.text(body)
    return body


def _held(scrubber: Scrubber, name: str, value: Any, content_type: str) -> Any:
    """A member of a body that is an object: its text, or its bytes in base64."""
    if name == "string":
        return _body(scrubber, value, content_type)
    if name in ("b64", "base64_string") and isinstance(value, str):
        return base64.b64encode(_body(scrubber, base64.b64decode(value), content_type)).decode()
    return scrubber.value(value, key=name)


def _packed_stream(scrubber: Scrubber, body: bytes) -> bytes:
    """A stream of events in a packed body."""
    for begins, undo, redo in _PACKED:
        if body.startswith(begins):
            try:
                inner = undo(body).decode("utf-8", "surrogateescape")
            except (OSError, EOFError, zlib.error):
                break
            clean = scrubber.stream(inner)
            return body if clean == inner else redo(clean.encode("utf-8", "surrogateescape"))
    return scrubber.data(body)


def _type_of(headers: Mapping[str, Any]) -> str:
    for name, value in headers.items():
        if name.lower() == "content-type":
            return str(value[0] if isinstance(value, list) else value)
    return ""


def interaction(scrubber: Scrubber, given: Mapping[str, Any]) -> dict[str, Any]:
    """One interaction of a cassette (vcrpy's shape) without secrets."""
    request, response = dict(given["request"]), dict(given["response"])
    asked, answered = request.get("headers") or {}, response.get("headers") or {}
    request["uri"] = scrubber.url(str(request["uri"]))
    request["body"] = _body(scrubber, request.get("body"), _type_of(asked))
    response["body"] = _body(scrubber, response.get("body"), _type_of(answered))
    request["headers"] = scrubber.headers(asked, KEPT_REQUEST_HEADERS)
    response["headers"] = _lengths(scrubber.headers(answered, KEPT_RESPONSE_HEADERS), given["response"].get("body"), response["body"])
    return {**given, "request": request, "response": response}


def _lengths(headers: dict[str, Any], before: Any, after: Any) -> dict[str, Any]:
    """A content-length that still says how long the body is, where it said so before."""
    old, new = _length(before), _length(after)
    if old == new:
        return headers
    for name, value in headers.items():
        if name.lower() == "content-length" and value in ([str(old)], str(old)):
            headers[name] = [str(new)] if isinstance(value, list) else str(new)
    return headers


def _length(body: Any) -> int:
    if isinstance(body, Mapping):
        body = body.get("string")
    return len(body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body or b"")


def clean(given: Mapping[str, Any]) -> dict[str, Any]:
    """One interaction by itself without secrets."""
    [only] = _together([given])
    return only


def scrubbed(data: Mapping[str, Any]) -> dict[str, Any]:
    """A whole cassette's data without secrets."""
    return {**data, "interactions": _together(data["interactions"])}


def _together(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Interactions with the same names for the same values. Twice over, so that a value found late is replaced where it stood early."""
    scrubber = Scrubber()
    out = [interaction(scrubber, one) for one in given]
    return [interaction(scrubber, one) for one in out] if scrubber.found else out
