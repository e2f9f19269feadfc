"""What is fuzzed: one function per reader of data of unknown origin. Each takes any bytes, and raises only where a law is broken.

A reader may refuse what it is given by the one error that it documents; everything else that it raises is a finding.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from azure_openai_contracts import cassette as tape
from azure_openai_contracts import scrub
from azure_openai_contracts import sse as kit
from azure_openai_mock.app import App, build
from azure_openai_mock.azure import inputs, params, profiles
from azure_openai_mock.behaviour import script
from azure_openai_mock.behaviour.recorded import cassette
from azure_openai_mock.settings import Settings
from azure_openai_mock.wire import json as wire
from azure_openai_mock.wire import sse
from azure_openai_mock.wire.refusal import Refusal

Target = Callable[[bytes], None]

KEY = "".join(f"{number:x}" for number in range(16)) * 2
"""Looks like a key of the service's; it is none."""


def json_gate(data: bytes) -> None:
    """Bytes are refused, or read to a value that is written and read again; what is read is checked without any other error."""
    if wire.depth_exceeds(data):
        return
    try:
        value = wire.loads(data)
    except ValueError:
        return
    assert wire.loads(wire.compact(value)) == wire.loads(wire.pretty(value)) == value
    if isinstance(value, dict):
        profile = profiles.load("ga")
        with contextlib.suppress(Refusal):
            params.known(value, profile=profile)
            params.shaped(value, profile=profile)
            inputs.check(value.get("input"), profile=profile)


def sse_reader(data: bytes) -> None:
    """The kit's reader gives the same frames however the bytes are cut, and loses none; the server's refuses only what is no JSON."""
    whole = kit.frames(data)
    assert b"".join(frame.raw for frame in whole) == data
    place = data[0] % len(data) if data else 0
    splitter = kit.Splitter()
    parts = [*splitter.feed(data[:place]), *splitter.feed(data[place:]), *splitter.close()]
    assert b"".join(frame.raw for frame in parts) == data
    with contextlib.suppress(ValueError):
        list(sse.events(data))


def sse_writer(data: bytes) -> None:
    """Whatever an event holds, it is one frame, and is read again as what it was."""
    event = {"type": "response.output_text.delta", "delta": data.decode("utf-8", "replace"), "raw": data.decode("latin-1")}
    (frame,) = kit.frames(sse.frame(event))
    assert frame.whole
    assert frame.event == event["type"]
    assert frame.json() == event
    assert list(sse.events(sse.frame(event) + sse.unnamed(event))) == [event, event]


def scrubber(data: bytes) -> None:
    """A key is gone wherever the recorded body has it, and a second scrubbing changes nothing."""
    text = data.decode("utf-8", "replace")
    place = len(text) // 2
    body = f'{text[:place]}\n{{"api-key": "{KEY}"}}\n{text[place:]}'
    given = {
        "interactions": [
            {
                "request": {"method": "POST", "uri": "https://localhost/openai/v1/responses", "headers": {"api-key": [KEY]}, "body": body},
                "response": {"status": {"code": 200}, "headers": {}, "body": {"string": text}},
            }
        ]
    }
    once = scrub.scrubbed(given)
    assert KEY not in json.dumps(once)
    assert scrub.scrubbed(once) == once


def cassettes(data: bytes) -> None:
    """Both readers of cassettes refuse by their own error alone."""
    for name in ("given.yaml", "given.json"):
        path = _folder() / name
        path.write_bytes(data)
        with contextlib.suppress(tape.CassetteProblem):
            tape.load(path)
        with contextlib.suppress(cassette.CassetteError):
            cassette.load(path)


def rules(data: bytes) -> None:
    """A file of rules is read or refused, by its own error alone."""
    for name in ("rules.yaml", "rules.json"):
        with contextlib.suppress(script.ScriptError):
            script.parse(data, name)


def door(data: bytes) -> None:
    """The first line is a path, the second a header, the rest a body: never a 5xx, and an answer whose error is in the service's shape."""
    path, _, rest = data.partition(b"\n")
    header, _, body = rest.partition(b"\n")
    name, _, value = header.partition(b":")
    status, answer = _loop().run_until_complete(_asked("/" + path.decode("latin-1").lstrip("/"), [(name.lower(), value)], body))
    assert status < 500, f"{status}: {answer[:300]!r}"
    if status >= 400 and answer:
        assert "error" in json.loads(answer) or "message" in json.loads(answer) or "detail" in json.loads(answer)


TARGETS: Mapping[str, Target] = {
    "json_gate": json_gate,
    "sse_reader": sse_reader,
    "sse_writer": sse_writer,
    "scrubber": scrubber,
    "cassettes": cassettes,
    "rules": rules,
    "door": door,
}


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzzed-"))


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@cache
def _app() -> App:
    return build(Settings(store="memory", profile="ga"))


async def _asked(path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[int, bytes]:
    """Ask the application itself, as uvicorn would."""
    app = _app()
    if not _STARTED:
        await app.start()
        _STARTED.append(app)
    sent: list[Any] = []
    usual = [(b"host", b"localhost"), (b"api-key", b"k"), (b"content-type", b"application/json")]
    where, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST" if body else "GET",
        "scheme": "http",
        "path": where,
        "raw_path": where.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [*usual, *((name, value) for name, value in headers if name)],
        "client": ("127.0.0.1", 1234),
        "server": ("localhost", 80),
    }
    arriving = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        told = next(arriving, None)
        if told is None:
            await asyncio.Event().wait()
        return told

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


_STARTED: list[App] = []


def seeds(name: str) -> list[bytes]:
    """Inputs that a fuzzer of that target begins with."""
    request = json.dumps({"model": "gpt-4o", "input": [{"role": "user", "content": "hi"}], "tools": [], "stream": True}).encode()
    deep = b"[" * 60 + b"]" * 60
    stream = b'event: response.created\ndata: {"type":"response.created"}\n\n: comment\r\n\r\ndata: [DONE]\n\n'
    rule = b"- name: a\n  when: {input__contains: weather, turn: 1}\n  say: hello\n  fault: [{cut: {after: 6}}]\n  times: 2\n"
    recorded = (
        b"interactions:\n- request: {method: POST, uri: 'http://localhost/openai/v1/responses', headers: {a: [b]}, body: '{}'}\n"
        b"  response: {status: {code: 200, message: OK}, headers: {content-type: [application/json]}, body: {string: '{}'}}\nversion: 1\n"
    )
    paths = [
        b"openai/v1/responses\nx: y\n" + request,
        b"openai/v1/responses/resp_1?include=x\nx: y\n",
        b"_mock/rules\nx: y\n" + b'{"say":"x"}',
    ]
    known = {
        "sse_reader": [stream, stream.replace(b"\n", b"\r\n"), b"\r\n\r", b"data: \xff\n\n"],
        "sse_writer": [b"hello", "\u2028\x85\r\n\x00".encode()],
        "scrubber": [request, b"Bearer eyJhbGciOiJub25lIn0.e30.", b"https://name.openai.azure.com/?sig=abc%2Fdef", stream],
        "cassettes": [recorded, b"!!python/object/apply:os.system ['true']", b"&a [*a]", b"{}", deep],
        "rules": [rule, b'[{"say": "x"}]', b"&a [*a, *a]", b"? {}", deep, b"- when: {input__regex: '(a+)+$'}\n  say: x"],
        "door": paths,
    }
    return [*known.get(name, []), request, deep, b"", b"\x00\xff\xfe", b'{"a":1e999}', b'"\\ud800"', b"NaN", b"[1,]", b'{"":{"":[{}]}}']
