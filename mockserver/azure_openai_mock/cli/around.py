"""`exec` and `env`: one command before a command."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence

from ..intercept import environment, place
from ..remote import Remote
from ..settings import WrongSetting
from ..testing import MockServer
from ..testing import environment as variables
from .orphans import Watch
from .parser import Parser
from .serving import parser, read

OVERRULED = ("host", "port", "store", "workers")
"""Options of a server that are not a command's to choose."""


def run(argv: Sequence[str]) -> int:
    """Start a server, run the command with the environment pointing at it, end both; the command's exit status."""
    given = list(argv)
    if "--" in given:
        split = given.index("--")
        ours, command = given[:split], given[split + 1 :]
    else:
        ours, command = given, []
    made = parser(
        "exec",
        "Run a command against a server of its own, which keeps nothing and ends with it. The exit status is the command's.",
        examples=(
            "-- pytest -q",
            "--profile ga -- npm test",
            "--rules rules.yaml --seed 7 -- python app.py",
            "--intercept -- python app.py  # it asks Azure's own host names",
        ),
        more="The command finds AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_API_KEY, OPENAI_API_VERSION, OPENAI_BASE_URL and their like set.",
        usage="[options] -- COMMAND ...",
    )
    made.add_argument(
        "--intercept", action="store_true", help="answer for Azure's host names too, as a proxy with a certificate authority of your own"
    )
    flags = made.parse_args(ours)
    intercept = vars(flags).pop("intercept")
    if not command:
        made.error("say what to run after --")
    for option in OVERRULED:
        if vars(flags)[option] is not None and not flags.quiet:
            sys.stderr.write(f"azure-openai-mock: exec does not heed --{option}: its server keeps nothing and takes a free port\n")
    try:
        settings = read(flags)
        server = MockServer(settings=settings).start()
    except (WrongSetting, RuntimeError) as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        return 2
    try:
        environ = _environment(server.url, intercept=intercept)
        status = _command(command, environ)
        if not settings.quiet:
            _hints(server)
    except place.Unavailable as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        status = 2
    finally:
        server.stop()
    return status


def _environment(url: str, *, intercept: bool) -> dict[str, str]:
    """This environment without what leads elsewhere, and where our own commands find the server. Under interception the program's own
    settings stand: they are what is tried.
    """
    ours = {"AZURE_OPENAI_MOCK_URL": url, **environment.identity(url, "default")}
    if not intercept:
        return environment.child(os.environ, variables(url, "mock-default"), ours)
    return environment.child(os.environ, ours, environment.intercepted(url, place.certificate(), os.environ))


PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def _command(command: Sequence[str], environ: dict[str, str]) -> int:
    """Run it to its end, passing signals on; its exit status, as a shell tells it. Where this process is killed, the command ends too."""
    child: subprocess.Popen[bytes] | None = None
    waiting: list[int] = []

    def pass_on(number: int, frame: object) -> None:
        if child is None:
            waiting.append(number)
        elif not (number in (signal.SIGINT, signal.SIGQUIT) and _at_the_terminal()):
            child.send_signal(number)

    before = {each: signal.signal(each, pass_on) for each in PASSED_ON}
    watch = Watch()
    try:
        child = subprocess.Popen(command, env=environ)
        watch.over(child.pid)
        for number in waiting:
            child.send_signal(number)
        status = child.wait()
    except OSError as problem:
        sys.stderr.write(f"azure-openai-mock: cannot run {command[0]}: {problem.strerror}\n")
        return 126 if isinstance(problem, PermissionError) else 127
    finally:
        watch.end()
        for each, handler in before.items():
            signal.signal(each, handler)
    return status if status >= 0 else 128 - status


def _at_the_terminal() -> bool:
    """Whether Ctrl-C reaches the command by itself, as it is in the terminal's foreground with us."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def _hints(server: MockServer) -> None:
    """What the gates and the tools advised, once each, from every scope that the command used."""
    scopes = Remote(server.url).ask("GET", "scopes")["data"]
    entries = [entry for name in scopes for entry in server.scope(name).requests]
    for hint in dict.fromkeys(hint for entry in entries for hint in entry.get("hints") or ()):
        sys.stderr.write(f"azure-openai-mock: {hint}\n")


def env(argv: Sequence[str]) -> int:
    """Print the exports that point the usual clients at a running server."""
    made = Parser(
        "env",
        "Print the exports that point the usual clients at a running server.",
        examples=("", "--url http://127.0.0.1:9000 --key mock-mine  # with a scope of one's own"),
        more='In a shell: eval "$(azure-openai-mock env)"',
    )
    made.add_argument("--url", default="http://127.0.0.1:8080", help="the server (default http://127.0.0.1:8080)")
    made.add_argument("--key", default="anything", help="the API key; mock-NAME leads to the scope NAME (default: anything)")
    made.add_argument("--intercept", action="store_true", help="those of exec --intercept, which also hide your credentials and proxies")
    given = made.parse_args(argv)
    url = given.url.rstrip("/")
    if given.intercept:
        try:
            wanted = _environment(url, intercept=True)
        except place.Unavailable as problem:
            sys.stderr.write(f"azure-openai-mock: {problem}\n")
            return 2
        gone = sorted(set(os.environ) - set(wanted))
        exported = {name: value for name, value in wanted.items() if os.environ.get(name) != value}
    else:
        gone, exported = [], variables(url, given.key)
    lines = [*(f"unset {name}" for name in gone), *(f"export {name}={shlex.quote(value)}" for name, value in exported.items())]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0
