"""The command `azure-openai-mock audit`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..target import ControlProblem, NoMock, Target
from .report import Report, Row, as_html, as_json, as_junit, count, table
from .run import JOBS, audit
from .situations import BATTERY, LIMIT


def command(argv: Sequence[str]) -> int:
    """Audit a function; 0 where nothing was found, 1 where something was, 2 where it could not be run."""
    given = _parser().parse_args(argv)
    if given.list:
        for one in BATTERY:
            print(f"{one.name:32} {one.family:16} {one.about}")
        return 0
    if not given.function or ":" not in given.function:
        sys.stderr.write("azure-openai-mock audit: say which function, as package.module:function\n")
        return 2
    target = Target("mock", given.url.rstrip("/")) if given.url else None
    try:
        report = audit(
            given.function,
            only=given.only,
            arguments=dict(given.argument),
            limit=given.limit,
            profile=given.profile,
            jobs=given.jobs,
            target=target,
            progress=None if given.quiet else _progress,
        )
    except (LookupError, NoMock, ControlProblem) as problem:
        sys.stderr.write(f"azure-openai-mock audit: {problem.args[0] if problem.args else problem}\n")
        return 2
    if not given.quiet and sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    print("\n".join(table(report)))
    _write(report, given)
    if "cannot be called" in report.kinds:
        return 2
    return 1 if report.findings else 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "azure-openai-mock audit",
        description="Run a function of yours in trouble, and say what it did. It finds the service by AZURE_OPENAI_ENDPOINT,"
        " OPENAI_BASE_URL, AZURE_OPENAI_API_KEY, OPENAI_API_KEY, or by parameters named endpoint, base_url, api_key.",
    )
    made.add_argument("function", nargs="?", help="package.module:function, sync or async; it is imported from the current folder")
    made.add_argument("--only", action="append", default=[], metavar="NAME", help="a situation or a family of them; may be repeated")
    made.add_argument("--list", action="store_true", help="list the situations")
    made.add_argument(
        "--argument", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="an argument; VALUE is JSON or a text"
    )
    made.add_argument("--limit", type=float, default=LIMIT, metavar="SECONDS", help="what counts as hung (default: %(default)g)")
    made.add_argument("--profile", default="ga", help="the mock's profile (default: ga)")
    made.add_argument("--jobs", type=int, default=JOBS, help="situations at a time (default: %(default)s)")
    made.add_argument("--url", default="", help="a running mock; without it one is started")
    made.add_argument("--quiet", action="store_true", help="no progress")
    for name in ("json", "junit", "html"):
        made.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write the report as {name.upper()} too; - is standard output")
    return made


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, not {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _write(report: Report, given: argparse.Namespace) -> None:
    for path, spell in ((given.json, as_json), (given.junit, as_junit), (given.html, as_html)):
        if path is not None and str(path) == "-":
            sys.stdout.write(spell(report))
        elif path is not None:
            path.write_text(spell(report), encoding="utf-8")


def _progress(done: int, of: int, row: Row) -> None:
    found = "not run" if row.skipped else count(len(row.findings)) if row.findings else "well"
    line = f"[{done}/{of}] {row.situation.name}: {found}"
    sys.stderr.write(f"\r\x1b[K{line}" if sys.stderr.isatty() else f"{line}\n")
    sys.stderr.flush()
