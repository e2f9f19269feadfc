"""The one loader of tables. A table is YAML whose scalars are all strings (YAML would read `2024-10-21` as a date and `no` as False);
typed rows convert them.

The shipped tables are read as JSON, compiled on first load (or by `python -m azure_openai_mock.azure.tables`, for packaging) and keyed by
the content of the YAML, so a stale cache cannot be. While the cache is fresh nothing imports yaml. A cache that cannot be written is no
error.
"""

from __future__ import annotations

import hashlib
import os
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import orjson

if TYPE_CHECKING:
    import yaml

HERE: Final = Path(__file__).parent
COMPILED: Final = "compiled"
FORMAT: Final = "1"
"""Changes whenever the same YAML would compile to other JSON."""

Path_: typing.TypeAlias = tuple[str, ...]
Where: typing.TypeAlias = "Callable[[Path_, str], TableError]"
"""Makes the error of a place in a table."""
Reader: typing.TypeAlias = "Callable[[Any, Where, Path_], Any]"
T = TypeVar("T")


class TableError(ValueError):
    """A table cannot be read. The text names the file, the line where known, the key, and the nearest valid key."""


@dataclass(frozen=True, slots=True)
class Located:
    """A user's file as plain data, with the line of every key: `lines[("models", "gpt-4o")]`, 1-based."""

    name: str
    data: Any
    lines: Mapping[Path_, int]

    def error(self, path: Path_, text: str) -> TableError:
        """What is wrong at `path`, with file, line and key."""
        known = next((path[:end] for end in range(len(path), -1, -1) if path[:end] in self.lines), ())
        line = self.lines.get(known)
        place = self.name if line is None else f"{self.name}:{line}"
        return TableError(f"{place}: {'.'.join(path)}: {text}" if path else f"{place}: {text}")


@cache
def load(name: str) -> Any:
    """The shipped table `name` (`errors`, `profiles/ga`) as plain data. Callers share it and must not change it."""
    return read(HERE / f"{name}.yaml", stores=(HERE / COMPILED, user_cache()))


def names(folder: str) -> tuple[str, ...]:
    """The shipped tables in a folder."""
    return tuple(sorted(path.stem for path in (HERE / folder).glob("*.yaml")))


def read(source: Path, *, stores: Iterable[Path]) -> Any:
    """The table in `source`, compiled where one of `stores` holds it; otherwise parsed, and kept in the first that can be written."""
    text = source.read_bytes()
    digest = hashlib.blake2b(FORMAT.encode() + text, digest_size=16).hexdigest()
    places = [store / f"{source.parent.name}-{source.stem}.json" for store in stores]
    for place in places:
        found = _kept(place, digest)
        if found is not None:
            return found["table"]
    table = _parse(source, text)
    any(_keep(place, orjson.dumps({"digest": digest, "table": table})) for place in places)
    return table


def _kept(place: Path, digest: str) -> Any:
    try:
        kept = orjson.loads(place.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and kept.get("digest") == digest and "table" in kept else None


def _keep(place: Path, data: bytes) -> bool:
    """Write it whole or not at all: other processes may be reading. Says whether it is there."""
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(place)
    except OSError:
        return False
    return True


def user_cache() -> Path:
    """Where this user's programs keep what they can make again."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        root = Path(base) if base else Path.home() / ".cache"
    except RuntimeError:  # no home directory: nothing will be kept there
        root = HERE
    return root / "azure-openai-mock" / "tables"


def compile_all() -> list[Path]:
    """Compile every shipped table beside its source, for packaging. Returns the sources."""
    sources = sorted(HERE.rglob("*.yaml"))
    for source in sources:
        read(source, stores=(HERE / COMPILED,))
    return sources


def _parse(source: Path, text: bytes) -> Any:
    return located(source.name, text.decode("utf-8")).data


def load_file(path: str | Path) -> Located:
    """A user's YAML file. Raises TableError, also where it cannot be read."""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read: {error}") from None
    return located(str(path), text)


def located(name: str, text: str) -> Located:
    """YAML as plain data: every scalar a string, every key given once. Anchors work, tags do not.

    Raises TableError, with the line, for what is not.
    """
    import yaml

    loader: Callable[[str], Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        made = loader(text)
        try:
            node = made.get_single_node()
        finally:
            made.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TableError(f"{name}:{line}: not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise TableError(f"{name}: not YAML: {error}") from None
    lines: dict[Path_, int] = {}
    return Located(name, _plain(node, (), name, lines, []) if node is not None else {}, lines)


def _plain(node: yaml.Node, path: Path_, name: str, lines: dict[Path_, int], above: list[int]) -> Any:
    import yaml

    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if id(node) in above:
        raise TableError(f"{name}:{line}: {'.'.join(path)}: contains itself")
    if len(lines) > 100_000:  # aliases of aliases: small files that mean enormous ones
        raise TableError(f"{name}:{line}: too many values")
    above = [*above, id(node)]
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, str(index)), name, lines, above) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.MappingNode)
    table: dict[str, Any] = {}
    for key, value in node.value:
        at = (*path, str(key.value))
        if not isinstance(key, yaml.ScalarNode) or key.value in table:
            problem = "is given twice" if isinstance(key, yaml.ScalarNode) else "a key must be a plain word"
            raise TableError(f"{name}:{key.start_mark.line + 1}: {'.'.join(at)}: {problem}")
        lines[at] = key.start_mark.line + 1
        table[key.value] = _plain(value, at, name, lines, above)
    return table


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the known words where none is near, or nothing."""
    import difflib

    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known are: {', '.join(choices)}" if choices else ""


def typed(cls: type[T], row: Any, where: Where, path: Path_ = (), **given: Any) -> T:
    """A row as the dataclass `cls`; each string is converted to the type of its field. `given` fields do not come from the row.

    An unknown or missing key, or a value of the wrong type, raises what `where(path, text)` makes of it. `null` is None.
    """
    if not isinstance(row, Mapping):
        raise where(path, "expected a mapping")
    readers, needed = _plan(typing.cast("Hashable", cls))
    values = dict(given)
    for key, value in row.items():
        if key not in readers or key in given:
            raise where((*path, key), f"unknown key{nearest(key, readers.keys() - given.keys())}")
        values[key] = readers[key](value, where, (*path, key))
    if not needed <= values.keys():
        raise where((*path, min(needed - values.keys())), "is missing")
    return cls(**values)


@cache
def _plan(cls: Hashable) -> tuple[Mapping[str, Reader], frozenset[str]]:
    """How each field of a row is read, and which fields it must have."""
    hints = typing.get_type_hints(cls)
    own = fields(typing.cast("Any", cls))
    needed = frozenset(each.name for each in own if each.default is MISSING and each.default_factory is MISSING)
    return {each.name: _reader(hints[each.name]) for each in own}, needed


def _reader(kind: Any) -> Reader:
    """What reads one value of a table as the type `kind`: str, int, float, bool, `X | None`, Literal, tuple, frozenset, Mapping, a row."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return lambda value, where, path: value
    if origin in (types.UnionType, typing.Union):
        return _or_none(_reader(next(part for part in parts if part is not type(None))))
    if origin is typing.Literal:
        return _one_of(parts)
    if origin in (tuple, frozenset):
        return _list_of(origin, _reader(parts[0]))
    if origin is not None:
        return _mapping_of(_reader(parts[1]))
    if is_dataclass(kind):
        return lambda value, where, path: typed(typing.cast("type[Any]", kind), value, where, path)
    return _boolean if kind is bool else _text if kind is str else _number(kind)


def _or_none(reader: Reader) -> Reader:
    return lambda value, where, path: None if value == "null" else reader(value, where, path)


def _one_of(choices: tuple[str, ...]) -> Reader:
    def read(value: Any, where: Where, path: Path_) -> Any:
        if value not in choices:
            raise where(path, f"{value!r} is not known{nearest(str(value), choices)}")
        return value

    return read


def _list_of(made: Callable[[Iterable[Any]], Any], reader: Reader) -> Reader:
    def read(value: Any, where: Where, path: Path_) -> Any:
        if not isinstance(value, list):
            raise where(path, "expected a list")
        return made([reader(item, where, (*path, str(index))) for index, item in enumerate(value)])

    return read


def _mapping_of(reader: Reader) -> Reader:
    def read(value: Any, where: Where, path: Path_) -> Any:
        if not isinstance(value, Mapping):
            raise where(path, "expected a mapping")
        return {key: reader(item, where, (*path, key)) for key, item in value.items()}

    return read


BOOLEANS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _text(value: Any, where: Where, path: Path_) -> str:
    if not isinstance(value, str):
        raise where(path, "expected a single value")
    return value


def _boolean(value: Any, where: Where, path: Path_) -> bool:
    word = _text(value, where, path).lower()
    if word not in BOOLEANS:
        raise where(path, f"expected true or false, not {value!r}")
    return BOOLEANS[word]


def _number(kind: Callable[[str], Any]) -> Reader:
    def read(value: Any, where: Where, path: Path_) -> Any:
        try:
            return kind(_text(value, where, path))
        except ValueError as wrong:
            raise wrong if isinstance(wrong, TableError) else where(path, f"expected a number, not {value!r}") from None

    return read


def shipped(name: str) -> Where:
    """Errors of a shipped table: without lines, since these need no YAML and no reader outside this project."""
    return lambda path, text: TableError(f"{name}.yaml: {'.'.join(path)}: {text}")


if __name__ == "__main__":
    compile_all()
