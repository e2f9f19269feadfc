"""`make bench`: what the server costs, as ratios against a reference in the same run, and whether that is within the aims.

python -m bench                      everything, about fifteen minutes; the figures go to bench/figures.json
python -m bench throughput streams   these parts; the figures of the others stay
python -m bench --runs 1             less exact
python -m bench.page                 docs/performance.md and its plots, anew from the figures
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import growth, memory, startup, streams, throughput
from .load import RUNS, SECONDS
from .servers import machine

FIGURES = Path(__file__).with_name("figures.json")
PARTS = {"throughput": throughput, "startup": startup, "streams": streams, "memory": memory, "growth": growth}


def main() -> int:
    """Run the parts that were named, print their figures as they come, and keep them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--runs", type=int, default=RUNS, help="paired runs of which the median is taken (default: %(default)s)")
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        print("make bench needs wrk, a compiled load generator: apt-get install wrk")
        return 2
    figures: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for name in given.parts or PARTS:
        print(f"\n{name}, medians of {given.runs} runs", flush=True)
        taken: dict[str, dict[str, float]] = {}
        with tempfile.TemporaryDirectory() as folder:
            for what, values in PARTS[name].measure(Path(folder), given.runs):
                taken[what] = {key: float(f"{value:.5g}") for key, value in values.items()}
                print(f"  {what:40} " + "   ".join(f"{key} {value:g}" for key, value in taken[what].items()), flush=True)
        figures[name] = {
            "taken": datetime.now(UTC).date().isoformat(),
            "runs": given.runs,
            "seconds": SECONDS,
            "machine": machine(),
            "figures": taken,
        }
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
