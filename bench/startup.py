"""(b) From the start of a process to its first 200, and what the pytest plugin costs a run that does not use it."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from .servers import Running, mock, reference


def measure(folder: Path, runs: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Each kind of start and its figures."""
    kinds: dict[str, Callable[[], AbstractContextManager[Running]]] = {
        "raw ASGI app": lambda: reference("constant"),
        "bare FastAPI app": lambda: reference("fastapi"),
        "store in memory": lambda: mock("memory"),
        "store in a file": lambda: mock(f"sqlite:///{folder / 'started.sqlite3'}"),
    }
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(runs + 1):
        for name, begin in kinds.items():
            with begin() as server:
                if turn:  # the first only warms the file cache
                    times[name].append(server.seconds)
    base = statistics.median(times["bare FastAPI app"])
    for name, taken in times.items():
        yield name, {"seconds": statistics.median(taken), "of bare FastAPI": statistics.median(taken) / base}
    yield "pytest without using the plugin", _plugin(folder, runs)


def _plugin(folder: Path, runs: int) -> dict[str, float]:
    """Seconds of the processor that a run of one empty test takes with the plugin installed, and without."""
    test = folder / "test_nothing.py"
    test.write_text("def test_nothing():\n    pass\n")
    quiet = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "-c", "/dev/null", str(test)]
    times: dict[str, list[float]] = {"with": [], "without": []}
    for turn in range(3 * runs + 1):
        for name, more in (("with", []), ("without", ["-p", "no:azure_openai_mock"])):
            began = _spent()
            subprocess.run([*quiet, *more], check=True, capture_output=True, cwd=folder)
            if turn:
                times[name].append(_spent() - began)
    used, bare = (statistics.median(times[name]) for name in ("with", "without"))
    added = statistics.median(one - other for one, other in zip(times["with"], times["without"], strict=True))
    return {"seconds": used, "without": bare, "more": added}


def _spent() -> float:
    """Seconds of the processor that this process's children took so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
