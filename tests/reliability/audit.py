"""Asks whether any pinned dependency has a known flaw, and says loudly of how many nobody could tell.

    python -m tests.reliability.audit

The advisories come from the package index that pip uses. Where it has none to tell (a mirror, no network), the audit did not take place:
that is said, and is a failure only with --strict.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINNED = tuple(Path("requirements", f"{name}.txt") for name in ("dev", "bench", "reliability", "supply"))


@dataclass(frozen=True)
class Figures:
    """What an audit has come to. `flaws` are lines for people."""

    audited: int
    unknown: int
    flaws: tuple[str, ...]

    def __str__(self) -> str:
        return f"audit: {self.audited} dependencies audited, {self.unknown} unknown to the index, {len(self.flaws)} known flaws"


def figures_of(report: Iterable[dict[str, Any]]) -> Figures:
    """The figures of pip-audit's own report: one entry a dependency, with `skip_reason` where nobody could tell."""
    audited, unknown, flaws = 0, 0, []
    for each in report:
        unknown += "skip_reason" in each
        audited += "skip_reason" not in each
        flaws += [f"{each['name']} {each['version']}: {flaw['id']}, fixed in {flaw['fix_versions']}" for flaw in each.get("vulns", ())]
    return Figures(audited, unknown, tuple(flaws))


def audited(pinned: Iterable[Path]) -> Figures | str:
    """The figures of these files, or why there are none."""
    files = [word for path in pinned if path.exists() for word in ("-r", str(path))]
    asked = [
        sys.executable,
        "-m",
        "pip_audit",
        *files,
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    try:
        ended = subprocess.run(asked, capture_output=True, text=True, timeout=300, check=False)
        return figures_of(json.loads(ended.stdout)["dependencies"])
    except (ValueError, KeyError):
        return ended.stderr.strip()[-500:]
    except subprocess.TimeoutExpired:
        return "the index did not answer in five minutes"


def main() -> int:
    """Audit; 1 for a known flaw, and with --strict also where nobody could tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--strict", action="store_true", help="fail where the index could not be asked")
    given = parser.parse_args()
    figures = audited(PINNED)
    if isinstance(figures, str) or not figures.audited:
        why = figures if isinstance(figures, str) else "the index has no advisories"
        print(f"audit: NOT AUDITED, no dependency could be looked up ({why})", file=sys.stderr)
        return int(given.strict)
    print("".join(f"  {flaw}\n" for flaw in figures.flaws) + str(figures))
    return 1 if figures.flaws or (given.strict and figures.unknown) else 0


if __name__ == "__main__":
    raise SystemExit(main())
