"""Commands that speak to a running server through its control API."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from .. import har
from ..remote import Failed, Remote
from ..requestlog import colours, line
from .parser import Parser

DEFAULT_URL = "http://127.0.0.1:8080"


def of_server(name: str, about: str, *examples: str) -> Parser:
    """A parser with what every command of a running server takes."""
    made = Parser(name, about, examples=examples)
    made.add_argument("--url", default=os.environ.get("AZURE_OPENAI_MOCK_URL", DEFAULT_URL), help=f"the server (default {DEFAULT_URL})")
    made.add_argument("--scope", help="the scope to act on (default: default)")
    made.add_argument("--admin-token", default=os.environ.get("AZURE_OPENAI_MOCK_ADMIN_TOKEN"), help="for a server that is not on loopback")
    return made


def ask(given: argparse.Namespace, method: str, path: str, body: Any = None) -> Any:
    """One control call. Raises Failed."""
    return Remote(given.url, given.scope, given.admin_token).ask(method, path, body)


def _done(work: Any) -> int:
    try:
        told = work()
    except Failed as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        return 1
    if told is not None:
        sys.stdout.write(told if isinstance(told, str) else json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return 0


def clock(argv: Sequence[str]) -> int:
    """Show, advance, set, freeze or thaw the clock."""
    about = "Show or move the clock that everything stored lives on."
    made = of_server("clock", about, "", "advance 30d", "freeze", "set 2026-01-01T00:00:00Z")
    made.add_argument("action", nargs="?", choices=("show", "advance", "set", "freeze", "thaw"), default="show")
    made.add_argument("value", nargs="?", help="30d, 90s … to advance by; Unix seconds or ISO 8601 to set")
    made.add_argument("--tokens", action="store_true", help="make tokens of Entra ID older by as much")
    given = made.parse_args(argv)
    if given.action in ("advance", "set") and given.value is None:
        made.error(f"clock {given.action} needs a value")
    if given.action == "show":
        return _done(lambda: ask(given, "GET", "clock"))
    moves: dict[str, Any] = {
        "advance": {"advance": given.value, "tokens": given.tokens},
        "set": {"set": _number(given.value), "tokens": given.tokens},
        "freeze": {"freeze": True},
        "thaw": {"freeze": False},
    }
    return _done(lambda: ask(given, "POST", "clock", moves[given.action]))


def _number(text: str | None) -> Any:
    try:
        return float(text or "")
    except ValueError:
        return text


def fault(argv: Sequence[str]) -> int:
    """Add a rule that makes answers fail."""
    made = of_server(
        "fault",
        "Make the next answers fail, by an error's key or a fault's name with its settings.",
        "rate_limited --times 2",
        "'cut;after=6'  # the connection ends after six events",
        "'delay;for=2s, rate_limited;retry_after=1'",
        "server_error --operation responses.retrieve",
    )
    made.add_argument("what", nargs="?", help="as in the x-mock-fault header; without it what there is, as by `errors` and `faults`")
    made.add_argument("--times", type=int, default=1, help="how many answers (default 1)")
    made.add_argument("--operation", default="responses.create", help="which operation, * for all (default responses.create)")
    given = made.parse_args(argv)
    if given.what is None:
        from .errors import errors
        from .faults import faults

        return errors([]) or faults([])
    from ..faults import spelled

    wanted = [{name: settings} for name, settings in spelled(given.what)]
    rule = {"name": f"fault {given.what}", "when": {"operation": given.operation}, "fault": wanted, "times": given.times}
    return _done(lambda: ask(given, "POST", "rules", rule))


def rules(argv: Sequence[str]) -> int:
    """List, add or clear rules."""
    about = "List the rules with how often each was used, add those of a file, or clear them."
    made = of_server("rules", about, "", "add rules.yaml", "clear")
    made.add_argument("action", nargs="?", choices=("list", "add", "clear"), default="list")
    made.add_argument("file", nargs="?", help="YAML or JSON file of rules")
    given = made.parse_args(argv)
    if given.action == "clear":
        return _done(lambda: ask(given, "DELETE", "rules"))
    if given.action == "add":
        if given.file is None:
            made.error("rules add needs a file")
        return _done(lambda: ask(given, "POST", "rules", _read(given.file)))
    return _done(lambda: ask(given, "GET", "rules"))


def _read(path: str) -> Any:
    from ..behaviour import script

    try:
        return [rule.given for rule in script.load(path)]
    except (OSError, ValueError) as problem:
        raise Failed(str(problem)) from None


def requests(argv: Sequence[str]) -> int:
    """Show the journal."""
    about = "Show what the server was asked and what it answered, newest last."
    made = of_server("requests", about, "--last 5", "--json", "--har > journal.har")
    form = made.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="whole entries, as JSON")
    form.add_argument("--har", action="store_true", help="as HAR 1.2, for developer tools")
    made.add_argument("--last", type=int, help="how many (default 20; all as HAR)")
    given = made.parse_args(argv)

    def told() -> Any:
        entries = ask(given, "GET", "requests")["data"]
        if given.har:
            return har.document(entries[-given.last :] if given.last else entries, given.url.rstrip("/"))
        last = entries[-(given.last or 20) :]
        return last if given.json else "".join(f"{line(entry, colour=colours(sys.stdout))}\n" for entry in last)

    return _done(told)


def reset(argv: Sequence[str]) -> int:
    """Empty the scope."""
    about = "Empty a scope, as at start: responses, rules, settings, journal, clock."
    given = of_server("reset", about, "", "--scope mine").parse_args(argv)
    return _done(lambda: ask(given, "POST", "reset", {}))
