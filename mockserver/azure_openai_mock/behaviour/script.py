"""Rules from a file: YAML or JSON, one vocabulary with the control API. Errors name file, line and key.

YAML scalars are read as YAML 1.2 reads them: `no`, `on` and `2024-10-21` are texts, `true`, `3` and `0.5` are not; tags are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..faults.wrong import Step, Wrong, dotted
from ..wire import json
from . import rule
from .rule import Rule

if TYPE_CHECKING:
    import yaml

LARGEST = 20_000_000
"""Bytes of a rules file."""
MOST = 1_000_000
"""Values in a rules file: aliases of aliases are small files that mean enormous ones."""

Path_ = tuple[Step, ...]
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?\Z|[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+\Z|[-+]?[0-9]+\.\Z")
_CONSTANTS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
)


class ScriptError(ValueError):
    """`rules.yaml:7: when.modle: unknown key, did you mean 'model'?`"""


@dataclass(frozen=True, slots=True)
class _Located:
    """A file as plain data, with the line (from 1) of every path in it."""

    data: Any
    lines: dict[Path_, int]

    def line(self, path: Path_) -> int:
        """The line of the path, or of the nearest thing around it that has one."""
        return next((self.lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.lines), 1)


def load(path: str | Path) -> list[Rule]:
    """The rules of a file, in order. Raises ScriptError."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ScriptError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise ScriptError(f"{path}: larger than {LARGEST} bytes")
    return parse(data, str(path))


def parse(data: bytes, name: str) -> list[Rule]:
    """The rules in these bytes: a list of rules, one rule, or `rules:` with a list. Raises ScriptError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScriptError(f"{name}:{line}: not UTF-8") from None
    located = _json(text, name) if name.lower().endswith(".json") else _yaml(text, name)
    given, outer = located.data, list[Step]()
    if isinstance(given, dict) and set(given) == {"rules"}:
        given, outer = given["rules"], ["rules"]
    if given is None:
        return []
    try:
        return rule.read_all(given)
    except Wrong as wrong:
        inside = wrong.path[1:] if isinstance(given, list) else wrong.path
        at = f"{dotted(inside)}: " if inside else ""
        raise ScriptError(f"{name}:{located.line((*outer, *wrong.path))}: {at}{wrong.message}") from None


@dataclass(slots=True)
class Script:
    """A rules file that is read again when it changes. `path` None is no file: no rules, ever."""

    path: Path | None
    rules: list[Rule] = field(default_factory=list)
    _seen: tuple[int, int] | None = None

    def poll(self) -> bool:
        """Whether the file changed and was read; cheap when it did not. Raises ScriptError once for a defective change, and keeps the
        rules as they were.
        """
        if self.path is None:
            return False
        try:
            state = self.path.stat()
        except OSError as error:
            raise ScriptError(f"{self.path}: cannot be read: {error.strerror}") from None
        stamp = (state.st_mtime_ns, state.st_size)
        if stamp == self._seen:
            return False
        self._seen = stamp
        self.rules = load(self.path)
        return True


def _yaml(text: str, name: str) -> _Located:
    import yaml

    made = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = made.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScriptError(f"{name}:{line}: not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ScriptError(f"{name}: not YAML: {str(error).splitlines()[0]}") from None
    finally:
        made.dispose()
    reading = _Reading(name)
    return _Located(None if node is None else reading.value(node, (), ()), reading.lines)


class _Reading:
    """YAML nodes to plain data, noting lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path_, int] = {}
        self._count = 0

    def value(self, node: yaml.Node, path: Path_, above: tuple[yaml.Node, ...]) -> Any:
        """The node's value. Raises ScriptError for what JSON has no word for."""
        import yaml

        self.lines.setdefault(path, node.start_mark.line + 1)
        self._count += 1
        if self._count > MOST:
            raise self._error(node, path, "too many values")
        if node.tag not in _TAGS:
            raise self._error(node, path, f"the tag {node.tag} is not for rules")
        if any(node is outer for outer in above) or len(above) > json.MAX_DEPTH:
            raise self._error(node, path, "contains itself, or is nested too deep")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(entry, (*path, index), (*above, node)) for index, entry in enumerate(node.value)]
        return self._mapping(node, path, above)

    def _mapping(self, node: yaml.Node, path: Path_, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        import yaml

        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, path, "a key must be a text")
            if key.tag == "tag:yaml.org,2002:merge":
                merged.update(self._merged(value, path, (*above, node)))
                continue
            at = (*path, key.value)
            if key.value in found:
                raise self._error(key, at, "is given twice")
            self.lines[at] = key.start_mark.line + 1
            found[key.value] = self.value(value, at, (*above, node))
        return {**merged, **found}

    def _merged(self, node: yaml.Node, path: Path_, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        given = self.value(node, path, above)
        tables = list(reversed(given)) if isinstance(given, list) else [given]
        if not all(isinstance(table, dict) for table in tables):
            raise self._error(node, path, "'<<' takes mappings")
        return {key: value for table in tables for key, value in table.items()}

    def _error(self, node: yaml.Node, path: Path_, message: str) -> ScriptError:
        at = f"{dotted(path)}: " if path else ""
        return ScriptError(f"{self.name}:{node.start_mark.line + 1}: {at}{message}")


def _scalar(node: yaml.ScalarNode) -> Any:
    """As YAML 1.2 reads it: what older rules take for dates, octals or yes and no stays a text."""
    text: str = node.value
    if node.style or node.tag == "tag:yaml.org,2002:str":
        return text
    if text in _NULLS:
        return None
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text) and len(text) < 20:
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _json(text: str, name: str) -> _Located:
    try:
        data = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise ScriptError(f"{name}:{line}: not JSON: {str(error).split(':')[0]}") from None
    if json.depth_exceeds(text.encode()):
        raise ScriptError(f"{name}: nested too deep")
    return _Located(data, dict(_json_lines(text)))


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+|\n')


def _json_lines(text: str) -> Iterator[tuple[Path_, int]]:
    """Every path of a JSON text that is known to be good, with its line."""
    line = 1
    path: list[Step] = []
    counts: list[bool] = []
    key_next = False
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign == "\n":
            line += 1
        elif sign in "[{":
            yield tuple(path), line
            path.append(0 if sign == "[" else "")
            counts.append(sign == "[")
            key_next = sign == "{"
        elif sign in "]}":
            path.pop()
            counts.pop()
            key_next = False
        elif sign == ",":
            if counts[-1]:
                path[-1] = int(path[-1]) + 1
            key_next = not counts[-1]
        elif sign != ":":
            if key_next:
                path[-1] = json.loads(sign)
                key_next = False
            yield tuple(path), line
