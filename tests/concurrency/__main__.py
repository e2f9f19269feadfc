"""The long forms, a line of figures for each deployment; the status says whether all was well.

python -m tests.concurrency histories [DEPLOYMENT …]    1,000 histories of five clients, checked
python -m tests.concurrency fanout [DEPLOYMENT …]       64 writers with 200 children each on one parent
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.e2e.deployed import DEPLOYED

from .clients import play
from .writers import fan_out

HISTORIES = 1000
WRITERS, CHILDREN = 64, 200


def histories(urls: Sequence[str]) -> tuple[str, bool]:
    """The figures, with the first histories that are wrong, and whether none is."""
    figures = play(urls, histories=HISTORIES)
    lines = [figures.line()]
    for operations in figures.wrong[:3]:
        lines += [f"  {operation}" for operation in sorted(operations, key=lambda operation: operation.began)]
    return "\n".join(lines), not figures.wrong


def fanout(urls: Sequence[str]) -> tuple[str, bool]:
    """The figures, and whether all children are there."""
    figures = fan_out(urls, writers=WRITERS, children=CHILDREN)
    return figures.line(), figures.acknowledged == figures.distinct == figures.kept == WRITERS * CHILDREN


FORMS: dict[str, Callable[[Sequence[str]], tuple[str, bool]]] = {"histories": histories, "fanout": fanout}


def main(form: str, *kinds: str) -> int:
    """Run one against the deployments, all of them by default."""
    results = []
    for kind in kinds or DEPLOYED:
        with tempfile.TemporaryDirectory() as folder, DEPLOYED[kind](Path(folder)) as urls:
            line, well = FORMS[form](urls)
        print(f"{form} on {kind}: {line}", flush=True)
        results.append(well)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
