"""What the content filter found: `content_filters`, as Azure annotates a finished response, and the older form of chat completions.

Sources: recorded traffic from Azure hosts (2026): a list with a `prompt` entry where the newest input holds a user's words (a tool's
output alone has none) and a `completion` entry; key order and `check_offset` 0 as recorded; `content_filter_raw` is `[]`. That every
flag that is detected is also filtered is assumed.

Nobody should have to write vile words into tests, so harmless ones stand for them: canaries. `canary-hate-high` in what a client sends
is hate of that severity in the prompt, `canary-jailbreak` a jailbreak, `canary-blocklist-NAME` a hit on that list; `canary-answer-…` in
the newest user message is found in the answer instead, and so is any canary that is said there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from ..wire.types import Object
from . import tables

Findings: TypeAlias = Mapping[str, str | bool]
"""A category -> its severity; a flag or a blocklist's name -> whether it was detected."""

SOURCES: Final = ("prompt", "completion")
CANARY: Final = "canary-"
BLOCKLIST: Final = "blocklist-"
_WORD: Final = re.compile(rf"\b{CANARY}(answer-)?([a-z0-9]+(?:[-_][a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows. `flags` maps a flag to the sources that always show it, `prompt` names the parts of a request that are judged."""

    severities: tuple[str, ...]
    filtered_from: int
    categories: tuple[str, ...]
    flags: Mapping[str, tuple[str, ...]]
    prompt: frozenset[str]

    def filtered(self, severity: str) -> bool:
        """Whether this severity is filtered."""
        return self.severities.index(severity) >= self.filtered_from


@cache
def table() -> Table:
    """What the filter looks for."""
    given: Any = tables.load("filters")
    order = tuple(given["severities"]["order"])
    flags = {name: tuple(row["always"]) for name, row in given["flags"].items()}
    judged = frozenset(part for part, row in given["prompt"].items() if row["judged"] == "true")
    return Table(order, order.index(given["severities"]["filtered_from"]), tuple(given["categories"]), flags, judged)


def entry(source: str, end: int, findings: Findings | None = None) -> Object:
    """One annotation. `source` is prompt or completion, `end` the length of what was checked in characters."""
    results, blocked = _judged(source, findings) if findings else _nothing(source)
    return {
        "blocked": blocked,
        "source_type": source,
        "content_filter_raw": [],
        "content_filter_results": results,
        "content_filter_offsets": {"start_offset": 0, "end_offset": end, "check_offset": 0},
    }


@cache
def _nothing(source: str) -> tuple[Object, bool]:
    """The results where nothing was found: the same object for all, for nobody changes an annotation."""
    return _judged(source, {})


def _judged(source: str, findings: Findings) -> tuple[Object, bool]:
    """The results of every category, and whether any of them blocks."""
    results: Object = {}
    for category in table().categories:
        severity = str(findings.get(category, "safe"))
        results[category] = {"filtered": table().filtered(severity), "severity": severity}
    for flag, always in table().flags.items():
        if source in always or flag in findings:
            detected = bool(findings.get(flag, False))
            results[flag] = {"detected": detected, "filtered": detected}
    if lists := _blocklists(findings):
        results["custom_blocklists"] = {"filtered": True, "details": [{"filtered": True, "id": name} for name in lists]}
    return results, any(result["filtered"] for result in results.values())


def _blocklists(findings: Findings) -> list[str]:
    return [name for name, value in findings.items() if value is True and name not in table().flags]


def blocks(findings: Findings) -> bool:
    """Whether any of it is filtered."""
    return any(value if isinstance(value, bool) else table().filtered(value) for value in findings.values())


def annotated(*, prompt: int | None, completion: int, findings: Mapping[str, Findings] | None = None) -> list[Object]:
    """The list of a finished response; `prompt` is None where the newest input holds no user's words."""
    findings = findings or {}
    found = [] if prompt is None else [entry("prompt", prompt, findings.get("prompt"))]
    return [*found, entry("completion", completion, findings.get("completion"))]


def of_chat(source: str, findings: Findings | None = None) -> Object:
    """The annotations in the form of a chat completion, in alphabetical order (recorded traffic of chat completions)."""
    results: Object = entry(source, 0, findings)["content_filter_results"]
    return {name: results[name] for name in sorted(results)}


@dataclass(frozen=True, slots=True)
class Canary:
    """One canary word in a text: what it stands for, whether only in the answer, and where it ends."""

    name: str
    value: str | bool
    answer: bool
    end: int


def canaries(text: str) -> Iterator[Canary]:
    """The canary words of a text. A word that stands for nothing is none."""
    if CANARY not in text:
        return
    for found in _WORD.finditer(text):
        known = _known(found[2])
        if known is not None:
            yield Canary(*known, answer=found[1] is not None, end=found.end())


def _known(word: str) -> tuple[str, str | bool] | None:
    name = word.replace("-", "_")
    if name in table().flags:
        return name, True
    if name in table().categories:
        return name, table().severities[table().filtered_from]
    category, _, severity = name.rpartition("_")
    if category in table().categories and severity in table().severities:
        return category, severity
    own = word.removeprefix(BLOCKLIST)
    if own != word and own.replace("-", "_") not in (*table().categories, *table().flags):
        return own, True
    return None


def canary_words() -> dict[str, str]:
    """The canary words, each with what it stands for: for documents. `SEVERITY` and `NAME` are to be filled in."""
    given: Any = tables.load("filters")
    words = {f"{CANARY}{name.replace('_', '-')}-SEVERITY": row["about"] for name, row in given["categories"].items()}
    words |= {f"{CANARY}{name.replace('_', '-')}": row["about"] for name, row in given["flags"].items()}
    return {**words, f"{CANARY}{BLOCKLIST}NAME": given["blocklists"]["about"]}
