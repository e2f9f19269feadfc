"""Secrets made at random, ways to encode them, and places in an interaction to hide them in."""

from __future__ import annotations

import base64
import gzip
import json
import re
import string
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from hypothesis import strategies as st

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def chars(alphabet: str, size: int) -> st.SearchStrategy[str]:
    """Random letters: real secrets are random, and so shares no reading with innocent words."""
    return st.randoms(use_true_random=False).map(lambda chance: "".join(chance.choice(alphabet) for _ in range(size)))


def guid_of(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def token_of(parts: tuple[str, str]) -> str:
    head = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"RS256"}').decode().rstrip("=")
    return f"{head}.{base64.urlsafe_b64encode(parts[0].encode()).decode().rstrip('=')}.{parts[1]}"


RECOGNISED: dict[str, st.SearchStrategy[str]] = {
    "key of 32 digits": chars(HEX, 32),
    "key of 84 letters": st.tuples(chars(ALNUM, 52), chars(ALNUM, 26)).map("JQQJ99".join),
    "client secret": st.tuples(chars(ALNUM, 3), chars(ALNUM, 34)).map("8Q~".join),
    "OpenAI key": chars(ALNUM, 40).map("sk-proj-{}".format),
    "GitHub token": chars(ALNUM, 36).map("ghp_{}".format),
    "bearer token": st.tuples(chars(ALNUM, 60), chars(ALNUM, 80)).map(token_of),
    "subscription": chars(HEX, 32).map(guid_of),
    "mail": chars(string.ascii_lowercase, 12).map("{}@contoso-mail.com".format),
}
"""Secrets that show by themselves what they are."""

PLAIN = st.tuples(chars(ALNUM, 10), chars(ALNUM + "/+!", 14)).map("".join)
"""Secrets that show nothing: found by where they stand once, and then everywhere."""

ENCODINGS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "percent": lambda text: quote(text, safe=""),
    "every letter percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "JSON": lambda text: json.dumps({"note": text}),
    "JSON escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "slashes": lambda text: text.replace("/", "\\/"),
    "hex": lambda text: text.encode().hex(),
    "gzip": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "deflate": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "prose": lambda text: f"see {text} there",
    "path": lambda text: f"https://host.example/files/{text}",
    "data": lambda text: f"data:text/plain;base64,{base64.b64encode(text.encode()).decode()}",
}


def encoded(text: str, names: list[str]) -> str:
    for name in names:
        text = ENCODINGS[name](text)
    return text


def decoded(text: str, names: list[str]) -> Iterator[str]:
    """Every reading of a text by undoing those encodings, wherever something so encoded stands in it: found by decoding all of it."""
    yield text
    for letters in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        for piece in {letters, *re.split(r"[/_-]", letters)}:
            body = piece.replace("-", "+").replace("_", "/")
            data = base64.b64decode(body + "A" * (-len(body) % 4)) if len(body) >= 8 else b""
            for undo in (gzip.decompress, zlib.decompress):
                try:
                    data = undo(data)
                except (OSError, EOFError, zlib.error):
                    continue
            yield data.decode("latin-1")
    for digits in re.findall(r"(?:[0-9a-f]{2}){8,}", text):
        yield bytes.fromhex(digits).decode("latin-1")
    yield unquote(text)
    yield re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    yield text.replace("\\", "")


def readings(text: str, names: list[str]) -> Iterator[str]:
    """All readings, and readings of readings, as deep as the encodings are nested."""
    level = {text}
    for _ in range(len(names) + 1):
        yield from level
        level = {reading for one in level for reading in decoded(one, names)} - level


def recorded(**more: Any) -> dict[str, Any]:
    """An interaction as vcrpy writes it."""
    request = {"method": "POST", "uri": more.pop("uri", "https://mock.openai.azure.com/openai/v1/responses"), "headers": {}, "body": ""}
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}}
    request |= more.pop("request", {})
    response |= more.pop("response", {})
    assert not more
    return {"request": request, "response": response}


def spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda raw: raw.decode("latin-1"))


PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "a header": lambda text: recorded(request={"headers": {"x-something": [text.replace("\n", " ")]}}),
    "the request": lambda text: recorded(request={"body": json.dumps({"input": [{"role": "user", "content": text}]})}),
    "the answer": lambda text: recorded(response={"body": {"string": json.dumps({"output": [{"text": text}]}, indent=2)}}),
    "broken JSON": lambda text: recorded(response={"body": {"string": json.dumps({"output": [{"text": text}]})[:-2]}}),
    "a packed body": lambda text: recorded(response={"body": {"string": gzip.compress(json.dumps({"text": text}).encode(), mtime=0)}}),
    "a file among others": lambda text: recorded(request={"body": b"--b\r\n\x89PNG\xff\x00\r\n--b\r\n\r\n" + text.encode() + b"\r\n--b--"}),
    "deltas": lambda text: recorded(response=streamed(text, 7)),
    "deltas of a chat": lambda text: recorded(response=chatted(text, 5)),
}


def frames(events: list[dict[str, Any]]) -> dict[str, Any]:
    body = "".join(f"event: {event.get('type', 'message')}\ndata: {json.dumps(event)}\n\n" for event in events)
    return {"headers": {"content-type": ["text/event-stream; charset=utf-8"]}, "body": {"string": body}}


def cut(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def streamed(text: str, size: int) -> dict[str, Any]:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    deltas = [
        {
            "type": "response.output_text.delta",
            "delta": piece,
            **place,
            "logprobs": [{"token": piece, "logprob": -0.1, "bytes": list(piece.encode()), "top_logprobs": [{"token": piece}]}],
            "obfuscation": "o" * (-len(piece) % 16),
        }
        for piece in cut(text, size)
    ]
    return frames([*deltas, {"type": "response.output_text.done", "text": text, **place}])


def chatted(text: str, size: int) -> dict[str, Any]:
    return frames([{"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"content": piece}}]} for piece in cut(text, size)])
