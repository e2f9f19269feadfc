"""`make bench`: requests per second, time to the first event and start-up, each as a ratio against a reference in the same run."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

RUNS = 5
SECONDS = 2
CONNECTIONS = 32
CREATE = {"model": "gpt-4o", "input": "Tell me a joke about cats, please."}
LUA = 'wrk.method = "{method}"\nwrk.body = {body}\nwrk.headers["content-type"] = "application/json"\nwrk.headers["api-key"] = "k"\n'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, path: str) -> Iterator[float]:
    """A server until the block ends; gives the seconds from its start to its first answer."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                ask(port, "GET", path)
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - began > 20:
                    raise RuntimeError(f"{' '.join(command)} does not answer") from None
                time.sleep(0.001)
        yield time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(10)


def ask(port: int, method: str, path: str, body: object = None) -> tuple[list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        given = json.dumps(body) if body is not None else None
        connection.request(method, path, given, {"content-type": "application/json", "api-key": "k"})
        answer = connection.getresponse()
        return answer.getheaders(), answer.read()
    finally:
        connection.close()


def mock(port: int, store: str) -> list[str]:
    return [sys.executable, "-m", "azure_openai_mock", "serve", "--port", str(port), "--profile", "ga", "--store", store, "--quiet"]


def reference(kind: str, port: int, *rest: str) -> list[str]:
    return [sys.executable, "-m", "bench.reference", kind, str(port), *rest]


def load(port: int, method: str, path: str, body: object, folder: Path) -> tuple[float, float, float]:
    """`(requests per second, p50 ms, p99 ms)` of one run of the compiled load generator."""
    script = folder / "load.lua"
    script.write_text(LUA.format(method=method, body=f"[[{json.dumps(body)}]]" if body is not None else "nil"))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script), f"http://127.0.0.1:{port}{path}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate is not None, told
    return float(rate[1]), _latency(told, "50%"), _latency(told, "99%")


def _latency(told: str, which: str) -> float:
    found = re.search(rf"{which}\s+([\d.]+)(us|ms|s)", told)
    assert found is not None, told
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def paired(name: str, port: int, other: int, method: str, path: str, body: object, folder: Path) -> None:
    """Ours and the reference in turn; the medians and their ratio."""
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(load(port, method, path, body, folder))
        theirs.append(load(other, method, path, body, folder))
    rate, base = statistics.median(run[0] for run in ours), statistics.median(run[0] for run in theirs)
    p50, p99 = (statistics.median(run[index] for run in ours) for index in (1, 2))
    print(f"{name:26} {rate:8.0f}/s   reference {base:8.0f}/s   {rate / base:6.1%}   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms", flush=True)


def throughput(folder: Path) -> None:
    port, other = free_port(), free_port()
    store = f"sqlite:///{folder / 'store.sqlite3'}"
    with running(mock(port, store), port, "/_mock/health"):
        path = "/openai/v1/responses"
        ask(port, "POST", path, CREATE)
        headers, body = ask(port, "POST", path, CREATE)
        made = json.loads(body)["id"]
        recorded = folder / "answer.json"
        recorded.write_text(json.dumps({"headers": [pair for pair in headers if pair[0] != "date"], "body": body.decode()}))
        with running(reference("constant", other, str(recorded)), other, "/"):
            print(f"Requests per second, {CONNECTIONS} connections, medians of {RUNS} paired runs of {SECONDS} s, one worker\n")
            paired("create, stored", port, other, "POST", path, CREATE, folder)
            paired("create, not stored", port, other, "POST", path, {**CREATE, "store": False}, folder)
            paired("create, chained", port, other, "POST", path, {**CREATE, "previous_response_id": made}, folder)
            paired("create, streamed", port, other, "POST", path, {**CREATE, "stream": True}, folder)
            paired("retrieve", port, other, "GET", f"{path}/{made}", None, folder)
        first_event(port)


def first_event(port: int) -> None:
    """From the request to the first byte of a stream, at rest."""
    times = []
    for _ in range(50):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.connect()
        began = time.perf_counter()
        connection.request(
            "POST", "/openai/v1/responses", json.dumps({**CREATE, "stream": True}), {"content-type": "application/json", "api-key": "k"}
        )
        answer = connection.getresponse()
        answer.read(1)
        times.append(time.perf_counter() - began)
        answer.read()
        connection.close()
    print(f"\ntime to the first event    {statistics.median(times) * 1000:6.2f} ms (median of {len(times)})")


def start_up(folder: Path) -> None:
    """Process start to the first 200, in turn."""
    made: dict[str, Callable[[int], tuple[list[str], str]]] = {
        "azure-openai-mock, memory": lambda port: (mock(port, "memory"), "/_mock/health"),
        "azure-openai-mock, file": lambda port: (mock(port, f"sqlite:///{folder / 'started.sqlite3'}"), "/_mock/health"),
        "bare FastAPI": lambda port: (reference("fastapi", port), "/"),
        "raw ASGI": lambda port: (reference("constant", port), "/"),
    }
    times: dict[str, list[float]] = {name: [] for name in made}
    for turn in range(RUNS + 1):
        for name, command_of in made.items():
            port = free_port()
            command, path = command_of(port)
            with running(command, port, path) as seconds:
                if turn:
                    times[name].append(seconds)
    base = statistics.median(times["bare FastAPI"])
    print(f"\nProcess start to the first 200, medians of {RUNS}\n")
    for name, taken in times.items():
        print(f"{name:26} {statistics.median(taken):6.3f} s   {statistics.median(taken) / base:5.2f} x a bare FastAPI app")


def main() -> int:
    """Run everything and print it."""
    if shutil.which("wrk") is None:
        print("make bench needs wrk, a compiled load generator: apt-get install wrk")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        throughput(Path(folder))
        start_up(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
