"""`faults`: what the wire or a gateway can do to an answer, one of it whole, and the doors through which any trouble comes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from keyword import iskeyword
from typing import Any

from ..azure import errors
from ..azure.tables import nearest
from ..faults import catalogue
from ..wire import json
from .parser import Parser


def faults(argv: Sequence[str]) -> int:
    """Print what the wire or a gateway can do to an answer, or one of it whole."""
    about = "What the wire or a gateway can do to an answer, or one of it whole: its settings, and how to get it. Faults compose."
    made = Parser("faults", about, examples=("", "cut"))
    made.add_argument("name", nargs="?", help="one fault, with its settings")
    given = made.parse_args(argv)
    rows = {row["name"]: row for row in catalogue()}
    if given.name is None:
        sys.stdout.writelines(f"{name:18} {row['about']}\n" for name, row in rows.items())
    elif given.name in rows:
        sys.stdout.write(whole(rows[given.name]))
    else:
        problem = f"{given.name} is an error: azure-openai-mock errors {given.name}"
        if not errors.known(given.name):
            problem = f"no fault {given.name!r}{nearest(given.name, rows)}"
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        return 2
    return 0


def whole(row: Mapping[str, Any]) -> str:
    """The fault with its settings, and by which doors it comes."""
    said = [f"{row['name']}\n  what        {row['about']}\n  source      {row['source']}\n  confidence  {row['confidence']}\n"]
    said.append(f"  settings    {', '.join(spec['name'] for spec in row['settings']) or 'none'}\n\n")
    for spec in row["settings"]:
        given = "must be given" if spec["required"] else "optional" if spec["default"] is None else f"usually {spec['default']}"
        said.append(f"{spec['name']:12}{spec['about']}: {spec['type']}; {given}\n")
    needed = [spec["name"] for spec in row["settings"] if spec["required"]]
    return "".join([*said, "\n" if row["settings"] else "", doors(row["name"], needed)])


def doors(name: str, needs: Sequence[str] = ()) -> str:
    """By which doors it comes; in capitals what is to be filled in."""
    given = {each: each.upper() for each in needs}
    header = "".join([name, *(f";{each}={value}" for each, value in given.items())])
    quoted = f"'{header}'" if needs else header
    return "".join(
        f"{door:12}{how}\n"
        for door, how in (
            ("a rule", json.compact({"fault": [{name: given or True}]}).decode()),
            ("a header", f"x-mock-fault: {header}"),
            ("pytest", f'azure_openai.fault("{name}"{"".join(f", {_argument(each)}={value}" for each, value in given.items())})'),
            ("a command", f"azure-openai-mock fault {quoted}"),
        )
    )


def _argument(name: str) -> str:
    """A setting as an argument in Python, where some words are taken."""
    return f"{name}_" if iskeyword(name) else name
