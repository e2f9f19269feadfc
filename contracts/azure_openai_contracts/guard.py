"""The guard: fails the build while anything under `cassettes/` holds a secret.

    azure-openai-mock guard [PATH …]        exit status 0: nothing found, 1: something found, 2: there is nothing to look at

It is a second opinion on scrubbing, and shares nothing with it: no rule, no way to decode, not even the reading of cassettes. Where
scrubbing follows the parts of an exchange and replaces, this takes every text of a file, unfolds it into all that it can be read as, and
looks at each reading. A finding names the place and the kind, and never more of the value than its first letters.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_plus

import yaml

from . import catalogue

STANDS_FOR: Final = re.compile(r"redacted-[a-z]+-[0-9]+")
"""What a cassette may hold in the place of a secret."""

SHAPES: Final[dict[str, re.Pattern[str]]] = {
    "a private key": re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY"),
    "a signed token": re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a key of the service": re.compile(
        r"(?<![0-9A-Za-z_])(?:[0-9a-f]{32}|[0-9A-F]{32})(?![0-9A-Za-z_])|[A-Za-z0-9]{30,}JQQJ99[A-Za-z0-9]{10,}"
    ),
    "a client secret": re.compile(r"(?<![A-Za-z0-9_.~-])[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{30,}"),
    "a key of another service": re.compile(
        r"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|A[KS]IA[0-9A-Z]{16}(?![0-9A-Za-z])"
        r"|xox[a-z]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{35})"
    ),
    "an organisation": re.compile(r"(?<![A-Za-z0-9])org-[A-Za-z0-9]{16,}"),
    "a password in an address": re.compile(r"[a-z][a-z0-9+.-]+://[^\s/:@\"'<>\\]+:(?!redacted-)[^\s/@\"'<>\\]+@"),
    "an account's key": re.compile(r"(?i)(?:accountkey|sharedaccesskey|sharedaccesssignature)=(?!redacted-)[A-Za-z0-9+/%]{16,}"),
    "a parameter that is secret": re.compile(
        r"(?i)[?&#;](?:api-?key|subscription-key|sig|signature|code|token|access_token|client_secret|password|key)=(?!redacted-)[^&\s\"'<>\\#]{6,}"
    ),
    "credentials": re.compile(r"(?i)\b(?:bearer|basic) +(?!redacted-)[A-Za-z0-9._~+/=-]{20,}"),
    "a subscription, tenant or person by its id": re.compile(
        r"(?<![0-9A-Za-z])(?!0{8}-0{4}-[04]0{3}-[08]0{3}-)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
    ),
    "a mail address": re.compile(
        r"[A-Za-z0-9._+-]+@(?!(?:[A-Za-z0-9-]+\.)*(?:example|invalid|test)(?:\.|\b))(?:[A-Za-z0-9-]+\.)+(?:[A-Za-z]{2,})"
    ),
    "a resource's name": re.compile(
        r"(?i)(?<![a-z0-9-])(?!(?:mock|resource|example|redacted-resource-[0-9]+)\.)[a-z0-9-]+"
        r"\.(?:openai|cognitiveservices|services\.ai)\.azure\.com"
    ),
    "a resource group or project": re.compile(r"(?i)/(?:resourcegroups|api/projects)/(?!redacted-)[^/\s\"'?]+"),
    "somebody's folder": re.compile(r"(?i)(?:/home/|/users/|\\users\\)(?!redacted-)[A-Za-z0-9._-]+"),
    "an address of the internet": re.compile(
        r"(?<![\w.])(?!0\.|10\.|127\.|169\.254\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)"
        r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?![\w.])"
    ),
}  # fmt: skip
"""Kind -> how it looks."""

SECRET_NAMES: Final = re.compile(
    r"(?i)(?:.*[-_])?(?:api[-_]?key|subscription-key|authorization|proxy-authorization|cookie|set-cookie|password|client[-_]?secret|"
    r"(?:access|refresh|id)[-_]token|private[-_]?key|connection[-_]?string|x-ms-token-.*|x-ms-client-principal.*|x-forwarded-for)"
)
"""Headers and members whose value is secret whatever it looks like."""

DEPTH: Final = 5
"""How many encodings may lie around one another."""

PARTS: Final = 8
"""How many parts of a path may stand before something encoded, which may have the same signs in it."""


@dataclass(frozen=True)
class Finding:
    """Something that must not be there. `place` is the path of names and numbers within the file."""

    file: str
    place: str
    kind: str
    begins: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.kind} ({self.begins}…)"


def look(file: Path) -> list[Finding]:
    """Everything in a file that must not be there, each once."""
    found = {(place, kind): value for place, kind, value in _in_file(file)}
    return [Finding(str(file), place, kind, value[:4]) for (place, kind), value in found.items()]


def _in_file(file: Path) -> Iterator[tuple[str, str, str]]:
    raw = file.read_bytes()
    try:
        content = yaml.load(raw, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - it makes texts and nothing else
    except yaml.YAMLError:
        content = None
    for place, name, text in _leaves(content, ""):
        yield from ((place, kind, value) for kind, value in _judged(name, text))
    if content is None or file.suffix not in (".yaml", ".yml", ".json"):
        yield from (("the whole file", kind, value) for kind, value in _judged("", raw.decode("utf-8", "replace")))


def _leaves(value: Any, place: str, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text with its place, and the name of the member that it is, or is listed in."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield f"{place}/{key} by name", "", str(key)
            yield from _leaves(one, f"{place}/{key}", str(key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _leaves(one, f"{place}/{number}", name)
    elif isinstance(value, str):
        yield place, name, value


def _judged(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Kind and value of everything secret in a text, in any reading of it; `name` is what the text is called."""
    if name and SECRET_NAMES.fullmatch(name) and text and not STANDS_FOR.fullmatch(text):
        yield f"the value of {name!r}", text
    for reading in _readings(text):
        for kind, shape in SHAPES.items():
            for found in shape.finditer(reading):
                if STANDS_FOR.fullmatch(found.group()) is None:
                    yield kind, found.group()


def _readings(text: str) -> set[str]:
    """All that a text can be read as: itself, what is encoded in it, what is encoded in that."""
    seen: set[str] = set()
    edge = {text}
    for _ in range(DEPTH):
        edge = {reading for one in edge for reading in _unfolded(one) if len(reading) >= 8} - seen
        seen |= edge
    return seen | {text}


def _unfolded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote_plus(text)
    if "\\" in text:
        yield re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        yield re.sub(r"\\+([\"'/\\])", r"\1", text)
    if "\n" in text and re.fullmatch(r"[A-Za-z0-9+/=\s]+", text):
        yield "".join(text.split())  # bytes in YAML, over several lines
    if "data:" in text:
        yield from _joined(text)
    for run in re.finditer(r"[A-Za-z0-9+/_-]{16,}={0,2}", text):
        whole = run.group().rstrip("=")
        behind = [whole[cut.end() :] for cut in islice(re.finditer(r"[/_-]", whole), PARTS)]
        for letters in {whole, *behind, *(re.split(r"[/_-]", whole) if behind else ())}:
            yield from _packed(letters.translate(str.maketrans("-_", "+/")))
    for run in re.finditer(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}){8,}(?![0-9A-Za-z])", text):
        yield from _opened(bytes.fromhex(run.group()))


def _packed(letters: str) -> Iterator[str]:
    if len(letters) < 11 or letters.islower() or len(letters) % 4 == 1:
        return
    try:
        yield from _opened(base64.b64decode(letters + "=" * (-len(letters) % 4)))
    except binascii.Error:
        return


def _opened(data: bytes) -> Iterator[str]:
    """What can be read in bytes: of a packed text all, of anything else its runs of letters."""
    for opener in (gzip.decompress, zlib.decompress):
        try:
            data = opener(data)
        except (OSError, EOFError, zlib.error):
            continue
    yield from (run.decode("ascii") for run in re.findall(rb"[\t\n\r -~]{8,}", data))


def _joined(text: str) -> Iterator[str]:
    """The texts that a stream of events tells in pieces: the same member of one event after the other, joined."""
    told: dict[tuple[str, ...], list[str]] = {}
    for frame in re.split(r"\r?\n\r?\n", text):
        data = "\n".join(line[5:].strip() for line in frame.splitlines() if line.startswith("data:"))
        try:
            event = json.loads(data)
        except ValueError:
            continue
        part = tuple(str(event.get(name)) for name in ("type", "item_id", "output_index")) if isinstance(event, dict) else ()
        for place, _, piece in _leaves(event, ""):
            told.setdefault((*part, place), []).append(piece)
            told.setdefault((*part, re.sub(r"\d+", "", place), "all"), []).append(piece)
    for pieces in told.values():
        if len(pieces) > 1:
            yield "".join(pieces)


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Every file at or under these paths, sorted."""
    return sorted({file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()})


def guard(argv: Sequence[str]) -> int:
    """The command; see the head of this file for its exit status."""
    parser = argparse.ArgumentParser(prog="azure-openai-mock guard", description="Look for secrets in cassettes, in every encoding.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a file or folder (the cassettes of this project)")
    paths = parser.parse_args(argv).paths or [catalogue.cassettes("mock").parent]
    files = files_of(paths)
    if not files:
        sys.stderr.write(f"azure-openai-mock guard: there is no file at {', '.join(map(str, paths))}\n")
        return 2
    found = [finding for file in files for finding in look(file)]
    sys.stdout.write("".join(f"{finding}\n" for finding in found))
    sys.stdout.write(f"{len(files)} files, {len(found)} findings\n")
    return 1 if found else 0
