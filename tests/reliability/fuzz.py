"""Fuzzes every reader of data of unknown origin, and every operation that our OpenAPI description tells of.

    python -m tests.reliability.fuzz --seconds 300 --examples 50000

The readers are fuzzed by atheris, which is led by the branches that an input reaches, each in a process of its own; the operations by
schemathesis, against a server in another process. What breaks a law ends the run with the input that did it.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.process import running

ROOT = Path(__file__).parents[2]
OPERATIONS = 120
"""About as many operations as the description has; the examples are shared out among them."""


def one(target: str, folder: Path, seconds: int, seed: int) -> None:
    """Fuzz one target in this process; never returns."""
    import atheris

    with atheris.instrument_imports(include=["azure_openai_mock", "azure_openai_contracts"]):
        from tests.reliability.targets import TARGETS, seeds
    for number, data in enumerate(seeds(target)):
        (folder / f"seed-{number}").write_bytes(data)
    limits = [f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(folder)], TARGETS[target])
    atheris.Fuzz()


def fuzzed(target: str, seconds: int, seed: int) -> tuple[int, str]:
    """How many inputs a target took in a process of its own, and what it ended with where that is a finding."""
    with tempfile.TemporaryDirectory() as folder:
        asked = [sys.executable, "-m", __spec__.name, "--one", target, "--folder", folder, "--seconds", str(seconds), "--seed", str(seed)]
        ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=seconds + 300, check=False)
    done = re.search(r"Done (\d+) (?:runs )?in", ended.stderr) or re.search(r"stat::number_of_executed_units: (\d+)", ended.stderr)
    tried = [int(number) for number in re.findall(r"^#(\d+)", ended.stderr, re.MULTILINE)]
    count = int(done[1]) if done else max(tried, default=0)
    told = "\n".join(line for line in (ended.stdout + ended.stderr).splitlines() if not line.startswith(("INFO:", "#")))
    return count, "" if ended.returncode == 0 and count else told[-4000:]


def described(examples: int, seed: int) -> tuple[int, str]:
    """How many requests schemathesis made of our description, and what it said where one of them was answered with a 5xx."""
    with running("--store", "memory", "--profile", "ga") as server:
        asked = [
            str(Path(sys.executable).with_name("st")),
            "run",
            f"{server.url}/_mock/openapi.json",
            *("--checks", "not_a_server_error", "--max-examples", str(max(1, examples // OPERATIONS)), "--seed", str(seed)),
            *("--phases", "fuzzing", "--exclude-path", "/_mock/reset", "--header", "api-key: k", "--no-color"),
            *("--suppress-health-check", "all", "--generation-database", "none"),
        ]
        ended = subprocess.run(
            asked, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False, env={**os.environ, "COLUMNS": "160"}
        )
    found = re.search(r"(\d+) generated", ended.stdout)
    return int(found[1]) if found else 0, "" if ended.returncode == 0 else ended.stdout[-6000:] + ended.stderr[-2000:]


def main() -> int:
    """Fuzz everything; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=300, help="for each reader")
    parser.add_argument("--examples", type=int, default=50_000, help="requests made of the OpenAPI description")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.folder, given.seconds, given.seed)
    from tests.reliability.targets import TARGETS

    inputs = findings = 0
    for target in TARGETS if given.seconds else ():
        count, finding = fuzzed(target, given.seconds, given.seed)
        print(f"  {target}: {count} inputs{', a finding' if finding else ''}\n{finding}".rstrip(), flush=True)
        inputs, findings = inputs + count, findings + bool(finding)
    requests, finding = described(given.examples, given.seed) if given.examples else (0, "")
    print(f"  operations: {requests} requests{', a finding' if finding else ''}\n{finding}".rstrip(), flush=True)
    findings += bool(finding)
    print(f"fuzz: {inputs} inputs to {len(TARGETS)} readers, {requests} requests made of the description, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
