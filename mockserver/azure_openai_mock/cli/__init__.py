"""The command `azure-openai-mock`: a dict of names, each imported when called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from .. import __version__
from ..extras import EXTRAS, needs

COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("azure_openai_mock.cli.serving:serve", "start the server"),
    "demo": ("azure_openai_mock.cli.demo:demo", "run the quick start against a server of its own"),
    "contracts": ("azure_openai_contracts.command:contracts", "hold a cassette, a mock or Azure to the contracts of the API"),
    "audit": ("azure_openai_contracts.audit.command:command", "run a function of yours in every kind of trouble, and judge it"),
    "guard": ("azure_openai_contracts.guard:guard", "look for secrets in cassettes, in every encoding"),
    "record": ("azure_openai_contracts.record.command:record", "stand between a client and the service, and record a cassette"),
    "import": ("azure_openai_mock.cli.imports:import_", "turn cassettes into rules that can be edited"),
    "drift": ("azure_openai_contracts.drift:command", "compare the installed SDK, the cassettes and the mock"),
    "profiles": ("azure_openai_mock.cli.tables:profiles", "print the profiles side by side"),
    "errors": ("azure_openai_mock.cli.errors:errors", "print every error that can be injected, or one whole"),
    "faults": ("azure_openai_mock.cli.faults:faults", "print what the wire can do to an answer, or one of it whole"),
    "check": ("azure_openai_mock.cli.check:check", "say what the service would answer to tools, formats and Pydantic models"),
    "doctor": ("azure_openai_mock.cli.doctor:doctor", "say what is in force and why, and what is missing"),
    "exec": ("azure_openai_mock.cli.around:run", "run a command against a server of its own: exec -- pytest -q"),
    "env": ("azure_openai_mock.cli.around:env", "print the exports that point clients at a server"),
    "clock": ("azure_openai_mock.cli.remote:clock", "show or move a running server's clock"),
    "fault": ("azure_openai_mock.cli.remote:fault", "make a running server's next answers fail"),
    "rules": ("azure_openai_mock.cli.remote:rules", "list, add or clear a running server's rules"),
    "requests": ("azure_openai_mock.cli.remote:requests", "show what a running server was asked"),
    "export": ("azure_openai_mock.cli.exports:export", "write stored responses with their input as JSON lines"),
    "load": ("azure_openai_mock.cli.exports:load", "give responses that were exported to a running server"),
    "reset": ("azure_openai_mock.cli.remote:reset", "empty a running server's scope"),
}
"""Name -> (`module:function` that takes the arguments and returns the exit status, what it does)."""

USAGE = """usage: azure-openai-mock COMMAND [options]

A local stand-in for the Azure OpenAI Responses API. `azure-openai-mock COMMAND --help` tells more of each:

{commands}

Examples:
  azure-openai-mock serve                                  start it on http://127.0.0.1:8080
  azure-openai-mock serve --profile ga --store memory      today's Azure, nothing kept
  azure-openai-mock fault rate_limited --times 2           the next two calls are refused with 429
  azure-openai-mock clock advance 30d                      what is stored now has expired
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or given[0] in ("-h", "--help", "help"):
        sys.stdout.write(USAGE.format(commands="\n".join(f"  {name:10} {does}" for name, (_, does) in COMMANDS.items())))
        return 0 if given else 2
    if given[0] in ("-V", "--version"):
        sys.stdout.write(f"azure-openai-mock {__version__}\n")
        return 0
    if given[0] not in COMMANDS:
        import difflib

        close = difflib.get_close_matches(given[0], COMMANDS, 1)
        sys.stderr.write(f"azure-openai-mock: no command {given[0]!r}{f'; did you mean {close[0]}?' if close else ''}\n")
        return 2
    module, _, function = COMMANDS[given[0]][0].partition(":")
    try:
        command: Callable[[Sequence[str]], int] = getattr(import_module(module), function)
        return command(given[1:])
    except ModuleNotFoundError as missing:
        lacking = (missing.name or "").partition(".")[0]
        if lacking not in EXTRAS:
            raise
        sys.stderr.write(f"azure-openai-mock {given[0]} {needs(lacking)}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
