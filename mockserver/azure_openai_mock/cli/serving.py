"""`serve`: read the settings, and serve."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import settings
from ..process import Unservable
from ..settings import OPTIONS, Settings, WrongSetting
from ..store import default_url
from .parser import Parser

ELSEWHERE = (
    "Every option can also stand in the environment (AZURE_OPENAI_MOCK_PROFILE=ga), in azure-openai-mock.yaml, or in"
    " [tool.azure-openai-mock] of pyproject.toml."
)


def parser(name: str, about: str, *, examples: tuple[str, ...] = (), more: str = "", usage: str = "[options]") -> Parser:
    """A parser with every option of the server."""
    made = Parser(name, about, examples=examples, more=f"{ELSEWHERE} {more}".strip(), usage=usage)
    made.add_argument(
        "--config", type=Path, metavar="FILE", help="YAML file of settings (default: azure-openai-mock.yaml, if there is one)"
    )
    for option in OPTIONS:
        if option.metavar:
            made.add_argument(option.flag, metavar=option.metavar, help=option.help, action="append" if option.many else "store")
        else:
            made.add_argument(option.flag, action="store_const", const=True, help=option.help)
    return made


def read(given: argparse.Namespace) -> Settings:
    """The settings in force with these flags."""
    flags = vars(given).copy()
    config = flags.pop("config", None)
    for option in OPTIONS:
        if option.many and flags.get(option.name) is not None:
            flags[option.name] = ",".join(flags[option.name]) if option.name in ("deployment", "limits") else tuple(flags[option.name])
    return settings.read({name: flags.get(name) for name in settings.NAMES}, default_store=default_url, config=config)


def serve(argv: Sequence[str]) -> int:
    """Serve until told to stop."""
    examples = (
        "  # http://127.0.0.1:8080, state kept in a file",
        "--profile ga --store memory  # today's Azure, nothing kept",
        "--port 0 --quiet  # a free port; the first line is the URL",
        "--rules rules.yaml --seed 7  # what is said, and all chance, is yours",
        "--limits requests=60,tokens=10000  # 429s as of a real deployment",
        "--chaos 7 --chaos-rate 0.1  # one call in ten goes wrong, always the same",
    )
    more = "SIGTERM and Ctrl-C end the server with status 0."
    given = parser("serve", "Start the mock server.", examples=examples, more=more).parse_args(argv)
    try:
        wanted = read(given)
        from ..serve import serve as run

        return run(wanted)
    except (WrongSetting, Unservable) as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        return 2
