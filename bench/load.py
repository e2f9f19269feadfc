"""Load from wrk, a compiled generator: a client written in Python would be slower than what it measures."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
SECONDS = 2
RUNS = 5
HEAD = 'wrk.method = "{method}"\nwrk.headers["content-type"] = "application/json"\nwrk.headers["api-key"] = "k"\n'
BODY = "wrk.body = [==[{body}]==]\n"
IN_TURN = """
local paths = {{{paths}}}
local at = 0
function request()
  at = at % #paths + 1
  return wrk.format(nil, paths[at])
end
"""
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What one run measured: requests per second, and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def load(port: int, method: str, path: str | Sequence[str], body: object = None, *, connections: int = CONNECTIONS) -> Load:
    """One run. Several paths are asked in turn. Raises RuntimeError where anything but 2xx came back."""
    script = HEAD.format(method=method) + (BODY.format(body=json.dumps(body)) if body is not None else "")
    first = path if isinstance(path, str) else path[0]
    if not isinstance(path, str):
        script += IN_TURN.format(paths=",".join(f'"{each}"' for each in path))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "load.lua"
        file.write_text(script)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(file), f"http://127.0.0.1:{port}{first}"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        raise RuntimeError(f"{method} {first} is refused:\n{told}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if rate is None:
        raise RuntimeError(told)
    return Load(float(rate[1]), _latency(told, "50%"), _latency(told, "99%"))


def _latency(told: str, which: str) -> float:
    found = re.search(rf"{which}\s+([\d.]+)(us|ms|s)", told)
    if found is None:
        raise RuntimeError(told)
    return float(found[1]) * _UNITS[found[2]]


def paired(ours: Callable[[], Load], theirs: Callable[[], Load], *, runs: int) -> tuple[Load, Load]:
    """Both in turn, so that what disturbs the machine disturbs both; the medians of each."""
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])


def median(runs: Sequence[Load]) -> Load:
    """The median of each figure."""
    return Load(*(statistics.median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p99")))
