"""`import`: cassettes as a rules file that `serve --rules` loads."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..behaviour.recorded import recordings, rules
from ..behaviour.recorded.cassette import CassetteError
from ..behaviour.recorded.recordings import Recordings

EPILOG = """vcrpy's cassettes, YAML or JSON, whoever recorded them; folders too.
What a rule cannot say is named on standard error, and in the file.

  azure-openai-mock import cassettes/chat.yaml -o rules.yaml
  azure-openai-mock serve --rules rules.yaml

To answer from a cassette as it is: azure-openai-mock serve --replay cassettes/chat.yaml
"""


def import_(argv: Sequence[str]) -> int:
    """Turn cassettes into rules; 0, 1 where there was nothing to turn, 2 where a file cannot be read or written."""
    given = _parser().parse_args(argv)
    try:
        read = recordings.load(given.cassette, pace=given.pace)
        made, unlike = rules.rules_of(read.all)
        problems = [f"{name}: {problem}" for name, problem in (*read.problems, *unlike)]
        if made:
            _write(given, made, [f"from {', '.join(path.name for path in given.cassette)}", *problems])
    except (CassetteError, OSError) as problem:
        sys.stderr.write(f"azure-openai-mock import: {problem}\n")
        return 2
    for line in _told(read, len(made), problems):
        sys.stderr.write(f"{line}\n")
    return 0 if made else 1


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "azure-openai-mock import",
        description="Turn cassettes into rules that can be edited.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("cassette", nargs="+", type=Path, help="a cassette, or a folder of them")
    made.add_argument("-o", "--output", type=Path, metavar="FILE", help="the rules file, .yaml or .json (default: standard output)")
    made.add_argument("--pace", action="store_true", help="keep the time that answers took")
    made.add_argument("--overwrite", action="store_true", help="replace a rules file that is there")
    return made


def _write(given: argparse.Namespace, made: list[dict[str, object]], remarks: list[str]) -> None:
    """Raises OSError, and for a file that is there."""
    if given.output is None:
        sys.stdout.write(rules.as_yaml(made, remarks))
        return
    if given.output.exists() and not given.overwrite:
        raise FileExistsError(f"{given.output} is there already; --overwrite replaces it")
    text = rules.as_json(made) if given.output.suffix == ".json" else rules.as_yaml(made, remarks)
    part = given.output.with_name(f".{given.output.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(given.output)


def _told(read: Recordings, count: int, problems: list[str]) -> Iterator[str]:
    """What came of it: how much, what is left out, and what will be otherwise."""
    aside = Counter(reason for _, reason in read.aside)
    for reason, times in aside.items():
        yield f"left out: {reason}{f' ({times} times)' if times > 1 else ''}"
    yield from problems
    total = len(read.all)
    yield f"{count} rule{'' if count == 1 else 's'} from {total} recorded answer{'' if total == 1 else 's'}"
