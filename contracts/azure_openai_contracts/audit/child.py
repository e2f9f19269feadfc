"""The process in which a user's function runs, so that a hang or a crash ends nothing but itself.

    python -m azure_openai_contracts.audit.child MODULE:FUNCTION RESULT LOG [ARGUMENTS as JSON]

It imports nothing but the standard library and the function's module. The result is one JSON object: `outcome` (`returned` or `raised`),
`value` with `opaque` (True where the value is no plain data, and only its repr is told), or `error` with `message` and `trace`.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

GIVEN: Final[Mapping[str, str]] = {
    "endpoint": "AZURE_OPENAI_ENDPOINT",
    "azure_endpoint": "AZURE_OPENAI_ENDPOINT",
    "url": "AZURE_OPENAI_ENDPOINT",
    "base_url": "OPENAI_BASE_URL",
    "key": "OPENAI_API_KEY",
    "api_key": "OPENAI_API_KEY",
    "api_version": "OPENAI_API_VERSION",
}
"""Parameters that are filled from the environment by their name."""

LONGEST: Final = 20_000
"""Characters of a value that are told."""


def function_of(name: str) -> Callable[..., Any]:
    """The function that `package.module:function` names. Raises LookupError."""
    module, _, attribute = name.partition(":")
    try:
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as problem:
        raise LookupError(f"no function {name!r}: {problem}") from problem
    if not callable(found):
        raise LookupError(f"{name!r} is no function")
    return found  # type: ignore[no-any-return]


def arguments_for(function: Callable[..., Any], given: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """What the function is called with: what was given, and what its parameters' names ask for. Raises LookupError for what is missing."""
    out: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if name in given:
            out[name] = given[name]
        elif name in GIVEN and parameter.default in (parameter.empty, None):
            out[name] = environment.get(GIVEN[name], "")
        elif parameter.default is parameter.empty:
            raise LookupError(f"nothing is known for the parameter {name!r}: give it with --argument {name}=VALUE")
    return out


class _Log(logging.Handler):
    """Writes `logger: message` lines, whatever handlers the function has set up besides."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.DEBUG)
        self.file = path.open("w", encoding="utf-8")

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.file.write(f"{record.name}: {self.format(record)}\n")
            self.file.flush()
        except (ValueError, TypeError, OSError):
            self.handleError(record)


def plain(value: Any) -> tuple[Any, bool]:
    """The value as JSON can tell it, and whether only its repr could be told."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return repr(value)[:LONGEST], True
    return (value, False) if len(text) <= LONGEST else (text[:LONGEST], True)


def told(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What came of calling it."""
    try:
        value = function(**arguments)
        if inspect.isawaitable(value):
            value = asyncio.run(_awaited(value))
    except BaseException as problem:  # noqa: BLE001 - whatever it raises is what is asked for here
        trace = "".join(traceback.format_exception(problem))
        return {"outcome": "raised", "error": type(problem).__name__, "message": str(problem)[:LONGEST], "trace": trace[-LONGEST:]}
    known, opaque = plain(value)
    return {"outcome": "returned", "value": known, "opaque": opaque}


async def _awaited(value: Any) -> Any:
    return await value


def main(argv: list[str]) -> None:
    """Run it; the process ends even where the function left threads behind."""
    name, result, log = argv[0], Path(argv[1]), Path(argv[2])
    given = json.loads(argv[3]) if len(argv) > 3 else {}
    sys.path.insert(0, str(Path.cwd()))
    logging.getLogger().addHandler(_Log(log))
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        function = function_of(name)
        known: dict[str, Any] = {"outcome": "unusable"}
        known = told(function, arguments_for(function, given, os.environ))
    except LookupError as problem:
        known = {"outcome": "unusable", "message": str(problem)}
    written = result.with_suffix(".part")
    written.write_text(json.dumps(known))
    written.replace(result)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
