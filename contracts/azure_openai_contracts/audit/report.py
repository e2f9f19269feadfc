"""Telling what an audit found: a table for the terminal, JSON, JUnit XML, and one HTML page that needs nothing else."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from .observe import Observation
from .situations import Situation
from .verdicts import Finding


@dataclass(frozen=True)
class Row:
    """One situation: what was seen and found, or why it was not run."""

    situation: Situation
    seen: Observation | None = None
    findings: tuple[Finding, ...] = ()
    skipped: str = ""

    @property
    def did(self) -> str:
        """What the function did, in a word or two."""
        if self.seen is None:
            return "not run"
        return f"raised {self.seen.error}" if self.seen.outcome == "raised" else self.seen.outcome

    @property
    def calls(self) -> int:
        """How often it asked the model."""
        return len(self.seen.asked) if self.seen else 0

    @property
    def waited(self) -> str:
        """How long it waited before each further question."""
        return " ".join(f"{wait:.1f}" for wait in self.seen.waits[:6]) if self.seen else ""


@dataclass(frozen=True)
class Report:
    """An audit of one function."""

    function: str
    rows: tuple[Row, ...] = field(default=())

    @property
    def findings(self) -> list[tuple[Situation, Finding]]:
        """Everything that was found, in the order of the battery."""
        return [(row.situation, finding) for row in self.rows for finding in row.findings]

    @property
    def kinds(self) -> set[str]:
        """The names of the verdicts that found something."""
        return {finding.kind for _, finding in self.findings}

    def __str__(self) -> str:
        return "\n".join(table(self))


def count(findings: int) -> str:
    """So many findings, in words."""
    return {0: "no findings", 1: "one finding"}.get(findings, f"{findings} findings")


def table(report: Report) -> Iterator[str]:
    """Lines for a terminal."""
    wide = max((len(row.situation.name) for row in report.rows), default=0)
    did = max((len(row.did) for row in report.rows), default=0)
    yield f"{'situation':{wide}}  {'it':{did}}  calls  waited (s)"
    for row in report.rows:
        if row.skipped:
            yield f"{row.situation.name:{wide}}  {'not run':{did}}  {row.skipped}"
            continue
        yield f"{row.situation.name:{wide}}  {row.did:{did}}  {row.calls:5}  {row.waited}".rstrip()
        for finding in row.findings:
            yield f"{'':{wide}}  {finding.severity}: {finding.kind}: {finding.why}"
    run = [row for row in report.rows if not row.skipped]
    ill = sum(bool(row.findings) for row in run)
    yield ""
    yield f"{report.function}: {count(len(report.findings))} in {ill} of {len(run)} situations"


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON holds it."""
    return {
        "function": report.function,
        "findings": len(report.findings),
        "situations": [_row(row) for row in report.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    head = {"name": row.situation.name, "family": row.situation.family, "about": row.situation.about, "must": row.situation.must}
    if row.seen is None:
        return {**head, "skipped": row.skipped}
    seen = row.seen
    return {
        **head,
        "outcome": seen.outcome,
        "error": seen.error or None,
        "message": _hidden(seen.message, seen.secret) or None,
        "seconds": round(seen.seconds, 3),
        "calls": [
            {
                "operation": call.operation,
                "status": call.status,
                "at": round(call.at, 3),
                "waited": _rounded(call.waited),
                "faults": [*call.faults],
            }
            for call in seen.calls
        ],
        "findings": [{"kind": one.kind, "severity": one.severity, "why": one.why} for one in row.findings],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _hidden(text: str, secret: str) -> str:
    return text.replace(secret, "…") if secret else text


def as_json(report: Report) -> str:
    """JSON text."""
    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_junit(report: Report) -> str:
    """JUnit XML: a test case per situation, failed where something was found."""
    run = [row for row in report.rows if not row.skipped]
    suite = ElementTree.Element(
        "testsuite",
        name=f"audit of {report.function}",
        tests=str(len(report.rows)),
        failures=str(sum(bool(row.findings) for row in run)),
        errors="0",
        skipped=str(len(report.rows) - len(run)),
        time=f"{sum(row.seen.seconds for row in run if row.seen):.3f}",
    )
    for row in report.rows:
        seconds = f"{row.seen.seconds:.3f}" if row.seen else "0"
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{report.function}.{row.situation.family}", name=row.situation.name, time=seconds
        )
        if row.skipped:
            ElementTree.SubElement(case, "skipped", message=row.skipped)
        for finding in row.findings[:1]:
            told = ElementTree.SubElement(case, "failure", type=finding.kind, message=finding.why)
            told.text = "\n".join(f"{one.severity}: {one.kind}: {one.why}" for one in row.findings)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ddd}
.ill td:first-child{border-left:4px solid #b00020}.well td:first-child{border-left:4px solid #2e7d32}.left{color:#666}
.left td:first-child{border-left:4px solid #aaa}small{color:#555;display:block}ul{margin:.3rem 0 0;padding-left:1.1rem}
.error{color:#b00020}.warning{color:#8a5a00}
@media (prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}th,td{border-color:#333}small,.left{color:#aaa}
.error{color:#ff8a95}.warning{color:#f0c060}}
"""


def as_html(report: Report) -> str:
    """One page, with everything in it."""
    run = [row for row in report.rows if not row.skipped]
    name = html.escape(report.function)
    found = count(len(report.findings))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Audit of {name}</title><style>{_STYLE}</style></head><body><h1>Audit of <code>{name}</code></h1>"
        f"<p>{found} in {sum(bool(row.findings) for row in run)} of {len(run)} situations.</p>"
        f"<table><thead><tr><th>Situation</th><th>It</th><th>Questions</th><th>Waited (s)</th></tr></thead><tbody>"
        f"{''.join(_html_rows(report.rows))}</tbody></table></body></html>\n"
    )


def _html_rows(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        how = "left" if row.skipped else "ill" if row.findings else "well"
        told = "".join(
            f'<li class="{one.severity}"><strong>{html.escape(one.kind)}</strong>: {html.escape(one.why)}</li>' for one in row.findings
        )
        did = html.escape(row.skipped or row.did) + (f"<ul>{told}</ul>" if told else "")
        about = f"{html.escape(row.situation.name)}<small>{html.escape(row.situation.about)}</small>"
        yield f'<tr class="{how}"><td>{about}</td><td>{did}</td><td>{row.calls or ""}</td><td>{row.waited}</td></tr>'
