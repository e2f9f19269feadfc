"""The long form: `python -m tests.linearizability [HISTORIES] [DEPLOYMENT …]`. A line of figures each.

The status says whether all was well.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.e2e.deployed import DEPLOYED

from .clients import play

SHARED = [kind for kind in DEPLOYED if kind != "memory"]


def main(arguments: list[str]) -> int:
    """Play so many histories (1,000) against each deployment (all that share a store)."""
    histories = int(arguments[0]) if arguments else 1000
    wrong = 0
    for kind in arguments[1:] or SHARED:
        with tempfile.TemporaryDirectory() as folder, DEPLOYED[kind](Path(folder)) as urls:
            figures = play(urls, histories=histories)
        print(f"{kind}: {figures.line()}", flush=True)
        for operations in figures.wrong[:3]:
            print("  " + "\n  ".join(map(str, sorted(operations, key=lambda operation: operation.began))))
        wrong += len(figures.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
