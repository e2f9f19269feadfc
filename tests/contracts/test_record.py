"""The recorder hands on every byte as it comes, and what it writes is a cassette."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
import vcr
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_contracts import cassette, hear
from azure_openai_contracts.cassette import Cassette, Provenance
from azure_openai_contracts.exchange import Answer, Exchange, Request
from azure_openai_contracts.record.command import record
from azure_openai_contracts.record.known import provenance, source_of
from azure_openai_contracts.record.proxy import Proxy
from azure_openai_contracts.record.recording import Recording, clean
from azure_openai_contracts.target import Target, started_mock

KEY = "a-key-that-nobody-should-read-in-a-cassette"
MOCK = Provenance(source="mock")


@pytest.fixture(scope="module")
def mock() -> Iterator[Target]:
    with started_mock("--quiet", "--profile", "ga", "--latency", "off") as target:
        yield target


class Recorder:
    """A recorder in front of `upstream`, and what it said."""

    def __init__(self, upstream: str, path: Path) -> None:
        self.lines: list[str] = []
        self.path = path
        self.recording = Recording(path, MOCK, self.lines.append)
        self.proxy = Proxy(upstream, self.recording, tell=self.lines.append)

    def client(self) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.proxy.url}/openai/v1/", api_key=KEY, max_retries=0)

    def written(self) -> Cassette:
        """What the cassette holds when all that was answered has been heard to its end."""
        self.proxy.settled()
        self.recording.close()
        return cassette.load(self.path)


@contextmanager
def recorder(upstream: str, path: Path) -> Iterator[Recorder]:
    made = Recorder(upstream, path)
    made.proxy.start()
    try:
        yield made
    finally:
        made.recording.close()
        made.proxy.stop()


def ask(url: str, method: str = "GET", path: str = "/openai/v1/models", **more: Any) -> tuple[int, bytes]:
    more["headers"] = {"api-key": KEY, **more.get("headers", {})}
    wire = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        wire.request(method, path, **more)
        answer = wire.getresponse()
        return answer.status, answer.read()
    finally:
        wire.close()


@contextmanager
def upstream(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A service of our own: `serve` is given each connection, its request not yet read."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    serve(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_chat_is_recorded_and_plain_vcrpy_plays_it_to_the_client(mock: Target, tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    with recorder(mock.base_url, path) as tape, tape.client() as client:
        first = client.responses.create(model="gpt-4o", input="hello")
        second = client.responses.create(model="gpt-4o", input="and again", previous_response_id=first.id)
        tape.written()
    with (
        vcr.use_cassette(str(path), record_mode="none"),
        openai.OpenAI(base_url=f"{mock.base_url}/openai/v1/", api_key="another", max_retries=0) as client,
    ):
        again = client.responses.create(model="gpt-4o", input="hello")
        assert again.model_dump() == first.model_dump()
        assert client.responses.create(model="gpt-4o", input="and again", previous_response_id=again.id).id == second.id


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "cassettes").rglob("*.yaml")), ids=lambda path: path.stem)
def test_plain_vcrpy_opens_every_cassette_of_the_repository(path: Path) -> None:
    with vcr.use_cassette(str(path), record_mode="none") as tape:
        assert len(tape) == len(cassette.load(path).exchanges)


def test_a_stream_is_recorded_to_the_byte_with_the_times_of_its_frames(mock: Target, tmp_path: Path) -> None:
    rule = {"when": {"input": "slowly"}, "say": "one two three four five six", "pace": {"first_token": "60ms", "per_token": "10ms"}}
    headers = {"content-type": "application/json"}
    assert ask(mock.base_url, "POST", "/_mock/rules", body=json.dumps(rule), headers=headers)[0] == 201
    with recorder(mock.base_url, tmp_path / "stream.yaml") as tape, tape.client() as client:
        heard = [event.type for event in client.responses.create(model="gpt-4o", input="slowly", stream=True)]
        [exchange] = tape.written().exchanges
    assert exchange.answer is not None
    assert [event["type"] for event in exchange.answer.events] == heard
    assert sum(size for size, _ in exchange.answer.times) == len(exchange.answer.body)
    times = [frame.at or 0.0 for frame in exchange.answer.frames]
    assert times == sorted(times)
    assert times[-1] - times[0] >= 0.1
    assert re.fullmatch(r"  POST /openai/v1/responses  200  \d+ events in 0\.\d s", tape.lines[0])


def test_a_frame_reaches_the_client_before_the_next_one_is_sent(tmp_path: Path) -> None:
    heard = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: {}\n\n")
        assert heard.wait(10)
        connection.sendall(b"data: [1]\n\n")

    with upstream(serve) as url, recorder(url, tmp_path / "live.yaml") as tape:
        wire = http.client.HTTPConnection(tape.proxy.url.removeprefix("http://"), timeout=10)
        wire.request("GET", "/openai/v1/responses/resp_1?stream=true")
        answer = wire.getresponse()
        assert answer.readline() == b"data: {}\n"
        heard.set()
        assert answer.read() == b"\ndata: [1]\n\n"
        wire.close()


def told(heard: list[str], stream: Iterable[Any]) -> None:
    """Note what comes, until it ends or raises."""
    heard.extend(event.type for event in stream)


def test_a_stream_that_breaks_off_breaks_off_for_the_client_and_is_kept_so(mock: Target, tmp_path: Path) -> None:
    with recorder(mock.base_url, tmp_path / "cut.yaml") as tape, tape.client() as client:
        heard: list[str] = []
        with pytest.raises((openai.APIConnectionError, hear.http.HTTPError)):
            told(heard, client.responses.create(model="gpt-4o", input="hello", stream=True, extra_headers={"x-mock-fault": "cut;after=6"}))
        [exchange] = tape.written().exchanges
    assert exchange.answer is not None
    assert not exchange.answer.complete
    assert len(exchange.answer.events) == 6
    assert heard == [event["type"] for event in exchange.answer.events]
    assert "broke off after 6 events" in tape.lines[0]


def test_a_client_that_leaves_is_told_apart_and_what_it_heard_is_kept(tmp_path: Path) -> None:
    gone = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        try:
            while not gone.wait(0.01):
                connection.sendall(b"data: {}\n\n")
        except OSError:
            gone.set()

    with upstream(serve) as url, recorder(url, tmp_path / "left.yaml") as tape:
        wire = http.client.HTTPConnection(tape.proxy.url.removeprefix("http://"), timeout=10)
        wire.request("GET", "/openai/v1/responses/resp_1?stream=true")
        answer = wire.getresponse()
        answer.readline()
        answer.close()
        wire.close()
        assert gone.wait(10)
        [exchange] = tape.written().exchanges
    assert exchange.answer is not None
    assert not exchange.answer.complete
    assert "the client left" in tape.lines[0]


def test_no_secret_of_the_client_is_written_and_its_chain_still_chains(mock: Target, tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    with recorder(mock.base_url, path) as tape, tape.client() as client:
        first = client.responses.create(model="gpt-4o", input="hello", extra_headers={"cookie": "session=0123456789abcdef"})
        client.responses.create(model="gpt-4o", input="and?", previous_response_id=first.id)
        one, two = tape.written().exchanges
    text = path.read_text()
    assert KEY not in text
    assert "0123456789abcdef" not in text
    assert one.response is not None
    assert two.request.json["previous_response_id"] == one.response["id"] == first.id


def test_an_upstream_that_does_not_answer_is_502_with_the_reason_and_not_recorded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with recorder(dead, tmp_path / "none.yaml") as tape:
        status, body = ask(tape.proxy.url)
        assert status == 502
        assert dead in json.loads(body)["error"]["message"]
        assert tape.recording.close() == 0
    assert not (tmp_path / "none.yaml").exists()
    assert tape.lines[0].endswith("; not recorded")


def test_what_cannot_be_recorded_is_refused_with_the_reason(mock: Target, tmp_path: Path) -> None:
    with recorder(mock.base_url, tmp_path / "none.yaml") as tape:
        status, body = ask(tape.proxy.url, path="/openai/v1/responses", headers={"upgrade": "websocket", "connection": "upgrade"})
        assert (status, "WebSocket" in json.loads(body)["error"]["message"]) == (501, True)
        assert ask(tape.proxy.url, "CONNECT", "resource.example:443")[0] == 501
        assert tape.recording.close() == 0


def test_a_body_in_chunks_and_an_answer_without_a_body_pass(mock: Target, tmp_path: Path) -> None:
    with recorder(mock.base_url, tmp_path / "chunks.yaml") as tape:
        body = json.dumps({"model": "gpt-4o", "input": "in pieces"}).encode()
        headers = {"content-type": "application/json"}
        status, _ = ask(
            tape.proxy.url, "POST", "/openai/v1/responses", body=iter([body[:9], body[9:]]), headers=headers, encode_chunked=True
        )
        assert status == 200
        assert ask(tape.proxy.url, "HEAD")[1] == b""
        one, _ = tape.written().exchanges
    assert one.request.json["input"] == "in pieces"


def test_several_clients_are_served_at_once(mock: Target, tmp_path: Path) -> None:
    together = threading.Barrier(3, timeout=10)

    def talk(tape: Recorder) -> None:
        wire = http.client.HTTPConnection(tape.proxy.url.removeprefix("http://"), timeout=10)
        headers = {"content-type": "application/json", "api-key": KEY, "x-mock-fault": "stall;after=2;for=200ms"}
        wire.request("POST", "/openai/v1/responses", json.dumps({"model": "gpt-4o", "input": "hi", "stream": True}), headers)
        answer = wire.getresponse()
        answer.readline()
        together.wait()
        answer.read()
        wire.close()

    with recorder(mock.base_url, tmp_path / "many.yaml") as tape:
        threads = [threading.Thread(target=talk, args=(tape,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert not together.broken
        assert len(tape.written().exchanges) == 3


IN_JAVASCRIPT = """
const answer = await fetch(`${process.argv[1]}/openai/v1/responses`, {
  method: "POST",
  headers: { "content-type": "application/json", "api-key": "any", "accept-encoding": "br, gzip" },
  body: JSON.stringify({ model: "gpt-4o", input: "hello", stream: true }),
});
let text = "";
for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) text += piece;
console.log(answer.status, text.split("\\n\\n").length - 1);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: no client in another language records")
def test_a_client_in_another_language_records(mock: Target, tmp_path: Path) -> None:
    with recorder(mock.base_url, tmp_path / "node.yaml") as tape:
        program = ["node", "--input-type=module", "-e", IN_JAVASCRIPT, tape.proxy.url]
        told = subprocess.run(program, capture_output=True, text=True, check=True, timeout=30).stdout
        [exchange] = tape.written().exchanges
    assert exchange.answer is not None
    assert told == f"200 {len(exchange.answer.events)}\n"
    assert exchange.answer.events[-1]["type"] == "response.completed"


def test_frames_keep_their_times_where_scrubbing_changes_their_lengths() -> None:
    frames = [b'data: {"type":"a","text":"write to somebody@company.com"}\n\n', b'data: {"type":"b"}\n\n', b'data: {"type":"c"}\n\n']
    body = b"".join(frames)
    half = len(frames[0]) // 2  # the first frame comes in two pieces, the others together
    times = ((half, 0.1), (len(frames[0]) - half, 0.2), (len(body) - len(frames[0]), 0.5))
    answer = Answer(200, (("content-type", "text/event-stream"),), body, "OK", times=times)
    data = clean(Cassette((Exchange(Request("GET", "https://resource.openai.azure.com/x"), answer),), MOCK))
    [kept] = data["interactions"]
    assert "company.com" not in kept["response"]["body"]["string"]
    assert [at for _, at in kept["wire"]["times"]] == [0.2, 0.5]
    assert sum(size for size, _ in kept["wire"]["times"]) == len(kept["response"]["body"]["string"])


@given(
    st.sampled_from(["application/json", "text/event-stream", "image/png", "multipart/form-data; boundary=x"]),
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.booleans(),
)
def test_whatever_passed_can_be_written_and_is_read_again(kind: str, asked: bytes, answered: bytes, complete: bool) -> None:
    answer = Answer(200, (("content-type", kind),), answered, "OK", complete, ((len(answered), 0.1),), 0.1, 0.2)
    exchange = Exchange(Request("POST", "https://resource.openai.azure.com/openai/v1/responses", (("content-type", kind),), asked), answer)
    data = clean(Cassette((exchange,), MOCK))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.yaml"
        cassette.write_raw(data, path)
        [read] = cassette.load(path).exchanges
        with vcr.use_cassette(str(path), record_mode="none") as tape:
            assert len(tape) == 1
    assert read.answer is not None
    assert read.answer.complete is complete
    if not re.search(r"redacted-[a-z]+-\d|0{8}-0000-4000", str(data["interactions"])):
        assert (read.request.body, read.answer.body) == (asked, answered)


def test_the_traffic_tells_where_it_is_from(mock: Target, tmp_path: Path) -> None:
    with recorder(mock.base_url, tmp_path / "known.yaml") as tape, tape.client() as client:
        list(client.responses.create(model="gpt-4o", input="hello", stream=True))
        client.responses.create(model="gpt-4o-mini", input="hello")
        known = tape.written().provenance
    assert (known.source, known.api_version, known.model, known.sdk) == (
        "mock",
        "v1",
        "gpt-4o, gpt-4o-mini",
        f"openai {openai.__version__}",
    )
    assert known.region
    assert known.date
    assert source_of(mock.base_url) == ("mock", "ga")
    assert source_of("https://mine.openai.azure.com") == ("azure", "")
    assert source_of("https://api.example.com") == ("other", "")


@pytest.mark.parametrize(
    ("headers", "sdk"),
    [
        ((("user-agent", "azsdk-net-AI.OpenAI/2.1.0 (.NET 8.0)"),), "azsdk-net-AI.OpenAI 2.1.0"),
        ((("x-stainless-lang", "js"), ("x-stainless-package-version", "5.1.0"), ("user-agent", "OpenAI/JS 5.1.0")), "openai-js 5.1.0"),
        ((), ""),
    ],
)
def test_any_languages_client_is_named(headers: tuple[tuple[str, str], ...], sdk: str) -> None:
    request = Request("POST", "https://resource.openai.azure.com/openai/responses?api-version=2025-03-01-preview", headers)
    found = provenance([Exchange(request, Answer(200))], Provenance())
    assert (found.sdk, found.api_version) == (sdk, "2025-03-01-preview")


# ---- the command ------------------------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_it_and_it_says_what_was_written(mock: Target, tmp_path: Path) -> None:
    folder = tmp_path / "cassettes"
    command = [sys.executable, "-m", "azure_openai_mock", "record", "--upstream", mock.base_url, "--out", str(folder), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        began = process.stderr.readline()
        found = re.search(r"recording \S+ \(mock\) at (http://\S+) into (\S+);", began)
        status = ask(found[1])[0] if found else None
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert found, began
    assert (status, process.returncode) == (200, 0)
    assert "GET /openai/v1/models  200" in rest
    assert rest.endswith(f"wrote {found[2]}: 1 exchange\n")
    assert cassette.load(found[2]).provenance.profile == "ga"
    assert [file.name for file in folder.iterdir()] == [Path(found[2]).name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--upstream", "resource.openai.azure.com", "--out", "new.yaml"], "expected http://HOST or https://HOST"),
        (["--upstream", "https://user:word@host", "--out", "new.yaml"], "leave keys to the client"),
        (["--upstream", "http://127.0.0.1:9", "--out", "there.yaml"], "--overwrite replaces it"),
        (["--upstream", "http://127.0.0.1:9", "--out", "new.json"], "a recording is YAML"),
    ],
)
def test_what_cannot_begin_says_why(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.yaml").write_text("kept")
    assert record(arguments) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["there.yaml"]
    assert (tmp_path / "there.yaml").read_text() == "kept"


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert record(["--upstream", "https://api.example.com", "--out", str(tmp_path / "c.yaml"), "--port", port]) == 2
    assert "choose another --port" in capsys.readouterr().err


def test_the_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        record(["--help"])
    told = capsys.readouterr().out
    for word in ("--upstream", "base_url=http://127.0.0.1:8090/openai/v1/", "^C", "serve --replay", "azure-openai-mock import"):
        assert word in told
