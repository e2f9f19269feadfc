"""Tables: strings only, compiled by content, and errors that say where."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from azure_openai_mock.azure import tables
from azure_openai_mock.azure.tables import TableError


@dataclass(frozen=True)
class Inner:
    """A row in a row."""

    name: str


@dataclass(frozen=True)
class Sample:
    """One field of each kind."""

    text: str
    number: int = 0
    share: float = 0.0
    flag: bool = False
    maybe: str | None = None
    choice: Literal["one", "two"] = "one"
    words: tuple[str, ...] = ()
    table: Any = None
    inner: Inner | None = None


def read(text: str) -> Sample:
    file = tables.located("user.yaml", text)
    return tables.typed(Sample, file.data, file.error)


def test_scalars_stay_strings() -> None:
    assert tables.located("x.yaml", "a: 2024-10-21\nb: no\nc: 1.0\nd: null\ne:\n").data == {
        "a": "2024-10-21",
        "b": "no",
        "c": "1.0",
        "d": "null",
        "e": "",
    }


def test_a_typed_row_converts_each_field() -> None:
    row = read("text: 1\nnumber: 2\nshare: 0.5\nflag: no\nmaybe: null\nchoice: two\nwords: [a, b]\ninner: {name: x}\n")
    assert row == Sample("1", 2, 0.5, False, None, "two", ("a", "b"), None, Inner("x"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("text: a\nnumbr: 2\n", "user.yaml:2: numbr: unknown key; did you mean 'number'?"),
        ("number: 2\n", "user.yaml:1: text: is missing"),
        ("text: a\nnumber: many\n", "user.yaml:2: number: expected a number, not 'many'"),
        ("text: a\nflag: maybe\n", "user.yaml:2: flag: expected true or false, not 'maybe'"),
        ("text: a\nchoice: tow\n", "user.yaml:2: choice: 'tow' is not known; did you mean 'two'?"),
        ("text: a\nwords: b\n", "user.yaml:2: words: expected a list"),
        ("text: a\ninner:\n  nam: x\n", "user.yaml:3: inner.nam: unknown key; did you mean 'name'?"),
        ("text: [a]\n", "user.yaml:1: text: expected a single value"),
        ("text: a\ntext: b\n", "user.yaml:2: text: is given twice"),
        ("text: {a: b\n", "user.yaml:2: not YAML: "),
        ("text: &a [*a]\n", "user.yaml:1: text.0: contains itself"),
    ],
)
def test_an_error_names_file_line_key_and_the_nearest_valid_one(text: str, said: str) -> None:
    with pytest.raises(TableError) as caught:
        read(text)
    assert str(caught.value).startswith(said)


def test_a_file_that_means_too_much_is_refused() -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(TableError, match="too many values"):
        tables.located("bomb.yaml", "\n".join(layers))


def test_a_missing_file_is_said_by_name(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        tables.load_file(tmp_path / "absent.yaml")


def test_a_compiled_table_is_read_without_yaml(tmp_path: Path) -> None:
    source = tmp_path / "tables" / "sample.yaml"
    source.parent.mkdir()
    source.write_text("a: 1\n")
    store = tmp_path / "compiled"
    assert tables.read(source, stores=(store,)) == {"a": "1"}
    script = (
        "import sys; from pathlib import Path; from azure_openai_mock.azure import tables; "
        f"print(tables.read(Path({str(source)!r}), stores=(Path({str(store)!r}),)), 'yaml' in sys.modules)"
    )
    root = str(Path(tables.__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": root})
    assert done.stdout.strip() == "{'a': '1'} False"


def test_a_stale_cache_is_impossible(tmp_path: Path) -> None:
    source, store = tmp_path / "sample.yaml", tmp_path / "compiled"
    source.write_text("a: 1\n")
    tables.read(source, stores=(store,))
    source.write_text("a: 2\n")
    assert tables.read(source, stores=(store,)) == {"a": "2"}


@pytest.mark.parametrize("rubbish", [b"", b"[]", b"{", b'{"digest": "x", "table": 1}', b"\xff"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, rubbish: bytes) -> None:
    source, store = tmp_path / "sample.yaml", tmp_path / "compiled"
    source.write_text("a: 1\n")
    tables.read(source, stores=(store,))
    kept = next(store.iterdir())
    good = kept.read_bytes()
    kept.write_bytes(rubbish)
    assert tables.read(source, stores=(store,)) == {"a": "1"}
    assert kept.read_bytes() == good


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    source = tmp_path / "sample.yaml"
    source.write_text("a: 1\n")
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    second = tmp_path / "second"
    assert tables.read(source, stores=(blocked / "compiled", second)) == {"a": "1"}
    assert [path.name for path in second.iterdir()] == [f"{tmp_path.name}-sample.json"]


def test_every_shipped_table_compiles() -> None:
    assert {path.stem for path in tables.compile_all()} >= {"errors", "models", "headers", "regions", "preview", "ga", "dated-2025-03"}
