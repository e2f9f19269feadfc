"""The long form: `python -m tests.fanout [DEPLOYMENT …]`, 64 writers with 200 children each on one parent. A line of figures each.

The status says whether all was well.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.e2e.deployed import DEPLOYED

from .writers import fan_out

WRITERS, CHILDREN = 64, 200


def main(kinds: list[str]) -> int:
    """Let them write to each deployment."""
    well = True
    for kind in kinds or DEPLOYED:
        with tempfile.TemporaryDirectory() as folder, DEPLOYED[kind](Path(folder)) as urls:
            figures = fan_out(urls, writers=WRITERS, children=CHILDREN)
        print(f"{kind}: {figures.line()}", flush=True)
        well = well and figures.acknowledged == figures.distinct == figures.kept == WRITERS * CHILDREN
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
