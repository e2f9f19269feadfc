"""`python -m bench.page`: docs/performance.md and the plots of the growth curves, from bench/figures.json.

What people wrote stays: the page is made anew between its two marks only. The plots need matplotlib (`requirements/bench.txt`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .aims import AIMS, Figures

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "bench" / "figures.json"
PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "images"
BEGIN, END = "<!-- made by python -m bench.page -->\n", "<!-- end of what is made -->\n"
HEADINGS = {
    "throughput": "Requests per second",
    "streams": "Streams",
    "startup": "Start-up",
    "memory": "Memory",
    "growth": "Growth",
}


def told(figures: Figures) -> str:
    """The made part of the page."""
    lines = ["## Aims", "", "| | measured | aim | |", "|---|---|---|---|"]
    for aim in AIMS:
        value = aim.value(figures)
        shown = "not measured" if value is None else f"{_number(value)} {aim.unit}"
        verdict = "" if value is None else "met" if aim.met(value) else "**missed**"
        lines.append(f"| {aim.what} | {shown} | {aim.side} {aim.bound:g} {aim.unit} | {verdict} |")
    for part, heading in HEADINGS.items():
        if part in figures:
            lines += ["", f"## {heading}", "", _how(figures[part]), ""]
            lines += _growth(figures[part]["figures"]) if part == "growth" else _table(figures[part]["figures"])
    return "\n".join(lines) + "\n"


def _how(part: dict[str, Any]) -> str:
    machine = part["machine"]
    return (
        f"Taken on {part['taken']}, medians of {part['runs']} runs of {part['seconds']} s: {machine['cores']} cores "
        f"({machine['processor']}), {machine['memory']}, Python {machine['python']}, load average {machine['load']} afterwards."
    )


def _table(rows: dict[str, dict[str, float]]) -> list[str]:
    """Rows of the same figures in columns, of different ones in words."""
    names = list(next(iter(rows.values())))
    if all(list(row) == names for row in rows.values()):
        lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
        return lines + [f"| {what} | " + " | ".join(_number(value) for value in row.values()) + " |" for what, row in rows.items()]
    return [f"* {what}: " + ", ".join(f"{name} {_number(value)}" for name, value in row.items()) for what, row in rows.items()]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _growth(curves: dict[str, dict[str, float]]) -> list[str]:
    lines = ["Milliseconds of the server's time for one request (a create; a retrieve where responses are stored), by size.", ""]
    for what, curve in curves.items():
        sizes = [f"{int(size):,}" for size in curve]
        lines += [f"| {what} | {' | '.join(sizes)} |", "|---" * (len(sizes) + 1) + "|"]
        lines += ["| ms | " + " | ".join(map(_number, curve.values())) + " |", ""]
        lines += [f"![{what}: milliseconds by size](images/{_file(what)})", ""]
    return lines


def _file(what: str) -> str:
    return f"growth-{what.replace(' ', '-')}.svg"


def plot(what: str, curve: dict[str, float]) -> None:
    """One growth curve as an SVG, the same bytes for the same figures."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = what
    from matplotlib import pyplot

    sizes = [max(int(size), 1) for size in curve]
    figure, axes = pyplot.subplots(figsize=(6, 2.6))
    axes.plot(sizes, list(curve.values()), marker="o")
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(what)
    axes.set_ylabel("ms a request")
    axes.grid(visible=True, alpha=0.3)
    figure.tight_layout()
    PLOTS.mkdir(exist_ok=True)
    figure.savefig(PLOTS / _file(what), metadata={"Date": None})
    pyplot.close(figure)


def main() -> None:
    """Write the page's made part and every plot."""
    figures = json.loads(FIGURES.read_text())
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n" + told(figures) + "\n" + END + after)
    for what, curve in figures.get("growth", {}).get("figures", {}).items():
        plot(what, curve)


if __name__ == "__main__":
    main()
