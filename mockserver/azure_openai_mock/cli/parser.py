"""What every command's `--help` and every wrong option look like: what it does, examples that run, and the nearest option there is."""

from __future__ import annotations

import argparse
import difflib
import textwrap
from typing import NoReturn

WIDTH = 78
"""Columns of the text that is ours to fold."""
_UNKNOWN = "unrecognized arguments: "


class Parser(argparse.ArgumentParser):
    """The parser of one command. `examples` are what follows its name, each perhaps with `  # what it is for`."""

    def __init__(self, name: str, about: str, *, examples: tuple[str, ...] = (), more: str = "", usage: str | None = None) -> None:
        self.name = f"azure-openai-mock {name}"
        shown = "\n".join(f"  {self.name} {example}".rstrip() for example in examples)
        super().__init__(
            self.name,
            usage=f"{self.name} {usage}" if usage else None,
            description=textwrap.fill(about, WIDTH),
            epilog="\n\n".join(filter(None, (f"Examples:\n{shown}" if shown else "", textwrap.fill(more, WIDTH)))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """End with status 2 and one line: what is wrong, what would do."""
        if message.startswith(_UNKNOWN):
            words = message.removeprefix(_UNKNOWN).split()
            flags = [word for word in words if word.startswith("-")]
            message = ", ".join(map(self._unknown, flags)) or f"what is {words[0]!r} for?"
        self.exit(2, f"{self.name}: {message} (--help tells more)\n")

    def _unknown(self, word: str) -> str:
        flag = word.partition("=")[0]
        close = difflib.get_close_matches(flag, [flag for flag in self._option_string_actions if flag.startswith("--")], 1)
        return f"no option {flag}{f'; did you mean {close[0]}?' if close else ''}"
