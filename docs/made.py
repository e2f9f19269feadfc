"""`python docs/made.py`: the reference pages, from the tables and the code that they tell of. A test fails where one is stale."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from azure_openai_mock import cli
from azure_openai_mock.azure import profiles as profile_table
from azure_openai_mock.azure import tables
from azure_openai_mock.behaviour import match, rule
from azure_openai_mock.settings import OPTIONS

HERE = Path(__file__).resolve().parent
SERVER = HERE.parent / "mockserver" / "azure_openai_mock"
NOTE = "<!-- Made by `make docs`: change what it is made from, not this page. -->"
CONFIDENCES = ("recorded", "documented", "observed", "assumed")
WIDTH = "100"


def heading(title: str, *paragraphs: str) -> list[str]:
    """How every page begins."""
    return [f"# {title}", "", NOTE, *(line for paragraph in paragraphs for line in ("", paragraph)), ""]


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A table; bars and line breaks in cells are made harmless."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    lines += [f"| {' | '.join(str(cell).replace('|', '&#124;').replace(chr(10), ' ') for cell in row)} |" for row in rows]
    return [*lines, ""]


def told(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDTH
    try:
        with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
            cli.main(arguments)
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def errors() -> str:
    """docs/errors.md."""
    return told("errors", "--markdown") + "\n"


def commands() -> str:
    """docs/reference/commands.md."""
    lines = heading("Commands", "What `azure-openai-mock COMMAND --help` prints.")
    for name, (_, about) in cli.COMMANDS.items():
        lines += [f"## {name}", "", f"{about[0].upper()}{about[1:]}.", "", "```text", told(name, "--help"), "```", ""]
    return "\n".join(lines)


def settings() -> str:
    """docs/reference/settings.md."""
    about = "Read from four places, the weakest first: `[tool.azure-openai-mock]` in `pyproject.toml`, `azure-openai-mock.yaml`, "
    lines = heading("Settings", about + "the environment, flags. `azure-openai-mock doctor` says which are in force, and from where.")
    rows = (
        (f"`{one.name.replace('_', '-')}`", f"`{(one.flag + ' ' + one.metavar).strip()}`", f"`{one.variable}`", one.help) for one in OPTIONS
    )
    return "\n".join(lines + table(("in a file", "flag", "variable", ""), rows))


def rules() -> str:
    """docs/reference/rules.md."""
    lines = heading(
        "Rules",
        "A rule has the keys " + ", ".join(f"`{key}`" for key in rule.KEYS) + "; what they do is told in "
        "[the control API](../control-api.md#a-rule). `pace` has the keys " + ", ".join(f"`{key}`" for key in rule.PACES) + ".",
        "A condition in `when` is `field`, `field__operator` or `field__path__operator`. All of them must hold.",
    )
    lines += ["## Fields", "", "Of the question: " + ", ".join(f"`{name}`" for name in match.OWN) + ".", ""]
    lines += [
        "Of the request, every parameter that the service has: "
        + ", ".join(f"`{name}`" for name in sorted(tables.load("params")["parameters"]))
        + ".",
        "",
    ]
    lines += ["## Operators", "", ", ".join(f"`{name}`" for name in match.OPERATORS) + "; without one, `equals`.", ""]
    lines += ["## Operations", "", "For `when: {operation: …}`: " + ", ".join(f"`{name}`" for name in match.KNOWN_OPERATIONS)]
    return "\n".join(lines) + ", or `*`, or `files.*` for all of a kind.\n"


def profiles() -> str:
    """docs/reference/profiles.md."""
    loaded = [profile_table.load(name) for name in profile_table.names()]
    head = ("", *(f"`{one.name}`" for one in loaded))

    def row(name: str, told_of: Callable[[profile_table.Profile], object]) -> list[object]:
        return [name, *(told_of(one) for one in loaded)]

    lines = heading("Profiles", "The months of the service that are emulated. A profile is data; `--profile FILE` overlays one.")
    lines += table(
        head,
        [
            row("month", lambda one: one.date),
            row("default region", lambda one: one.default_region),
            row("retention", lambda one: f"{one.retention // 86400} days"),
            row("gates, in order", lambda one: ", ".join(one.gates)),
            row("another model's parent", lambda one: one.cross_model),
            row("`content_filters`", lambda one: "listed" if one.content_filters else "null"),
        ],
    )
    lines += ["## api-version", "", "By path and class of version: served, or the error that refuses it.", ""]
    for surface, path in profile_table.SURFACES.items():
        cells = [row(f"`{path}` {kind}", partial(_cell, surface, kind)) for kind in profile_table.VERSION_CLASSES]
        lines += table(head, cells)
    names = sorted({name for one in loaded for name in one.models})
    regions = sorted({name for one in loaded for name in one.regions})
    lines += ["## Models", ""]
    lines += table(head, (row(f"`{name}`", partial(_has, "models", name)) for name in names))
    lines += ["## Regions", ""]
    lines += table(head, (row(f"`{name}`", partial(_serves, name)) for name in regions))
    for one in loaded:
        lines += [f"## {one.name}: {one.title}", ""]
        lines += table(("not there", "confidence"), ((limit.what, limit.confidence) for limit in one.limitations.values()))
    return "\n".join(lines)


def _cell(surface: profile_table.Surface, kind: str, profile: profile_table.Profile) -> str:
    return profile.cell(surface, _version(kind)).does


def _has(what: str, name: str, profile: profile_table.Profile) -> str:
    return "yes" if name in getattr(profile, what) else ""


def _serves(region: str, profile: profile_table.Profile) -> str:
    found = profile.regions.get(region)
    return "yes" if found is not None and found.responses else ""


def _version(kind: str) -> str | None:
    return {"none": None, "older": "2024-10-21", "unknown": "2099-01-01"}.get(kind, kind)


def assumed() -> str:
    """docs/reference/assumed.md."""
    lines = heading(
        "What is known, and what is assumed",
        "Every fact about Azure is a row with a `source` and a `confidence`: recorded from traffic, documented by the service, observed "
        "(somebody reported it), or assumed: nobody knows, and the most useful behaviour was chosen. Here are the counts by table, and "
        "all that is assumed.",
    )
    found = {file: list(_facts(yaml.safe_load(file.read_text()))) for file in sorted(SERVER.rglob("*.yaml"))}
    found = {file: facts for file, facts in found.items() if facts}
    counts = {file: Counter(fact["confidence"] for _, fact in facts) for file, facts in found.items()}
    lines += table(
        ("table", *CONFIDENCES), ((f"`{_name(file)}`", *(count[each] or "" for each in CONFIDENCES)) for file, count in counts.items())
    )
    for file, facts in found.items():
        rows = [(f"`{'.'.join(path)}`", fact.get("source", "")) for path, fact in facts if fact["confidence"] == "assumed"]
        if rows:
            lines += [f"## {_name(file)}", "", *table(("row", "because"), rows)]
    return "\n".join(lines)


def _name(file: Path) -> str:
    return str(file.relative_to(SERVER))


def _facts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(value, dict):
        if value.get("confidence") in CONFIDENCES:
            yield path, value
        for key, inner in value.items():
            yield from _facts(inner, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _facts(inner, (*path, str(index)))


PAGES: Mapping[str, Callable[[], str]] = {
    "errors.md": errors,
    "reference/commands.md": commands,
    "reference/settings.md": settings,
    "reference/rules.md": rules,
    "reference/profiles.md": profiles,
    "reference/assumed.md": assumed,
}


def text(name: str) -> str:
    """The page as it is to be."""
    return re.sub(r"\n{3,}", "\n\n", PAGES[name]()).rstrip("\n") + "\n"


def main() -> None:
    """Write every page."""
    for name in PAGES:
        file = HERE / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text(name))
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
