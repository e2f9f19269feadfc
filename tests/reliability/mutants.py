"""Changes the code in small ways, one at a time, and sees whether the tests notice.

    python -m tests.reliability.mutants --sample 2000 --seed 7
    python -m tests.reliability.mutants --only store/schema.py --only wire/sse.py

A mutant is one change to one file: a comparison turned round, a bound moved by one, a condition negated, a constant, a word or a return
value changed, a statement left out. Each runs the tests that mirror its file (`RELEVANT`), in a process of its own that sees the changed
copy in place of the file; the working tree is never touched. A mutant is killed when a test fails, or does not end in time.

Why a program of our own is in docs/decisions/0013-mutants.md.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVER = Path("mockserver/azure_openai_mock")
KIT = Path("contracts/azure_openai_contracts")
PATIENCE = 120
"""Seconds that the tests of one mutant may take before it counts as hung, which is noticed."""
SURVIVORS = ROOT / "tests" / "reliability" / "survivors.txt"
"""Mutants that no test can notice, each with the reason: they are counted apart."""

RELEVANT: Mapping[Path, tuple[str, ...]] = {
    KIT / "scrub.py": ("tests/contracts/test_scrub_examples.py", "tests/contracts/test_scrub.py", "tests/contracts/test_record.py"),
    KIT / "sse.py": ("tests/contracts/test_sse.py",),
    SERVER / "azure/errors.py": ("tests/azure/test_error_layouts.py", "tests/azure/test_errors.py", "tests/e2e/test_errors_catalogue.py"),
    SERVER / "azure/bodies.py": ("tests/azure/test_bodies.py",),
    SERVER / "azure/shapes.py": ("tests/azure/test_shapes.py", "tests/azure/test_params.py", "tests/azure/test_inputs.py"),
    SERVER / "entra/token.py": ("tests/entra",),
    SERVER / "http/gate.py": ("tests/http/test_gate.py",),
    SERVER / "http/hosts.py": ("tests/http/test_hosts.py",),
    SERVER / "store/memory.py": ("tests/store/test_memory.py", "tests/store/test_conformance.py"),
    SERVER / "store/fleeting.py": ("tests/store/test_memory.py", "tests/store/test_conformance.py"),
    SERVER / "store/schema.py": ("tests/store/test_schema.py", "tests/store/test_sqlite.py", "tests/store/test_conformance.py"),
    SERVER / "store/sqlite.py": ("tests/store/test_sqlite.py", "tests/store/test_schema.py", "tests/store/test_conformance.py"),
    SERVER / "wire/sse.py": ("tests/wire/test_sse.py",),
    SERVER / "wire/json.py": ("tests/wire/test_json.py",),
    SERVER / "wire/duration.py": ("tests/wire/test_duration.py",),
    SERVER / "engine/fold.py": ("tests/engine",),
    SERVER / "engine/grammar.py": ("tests/engine",),
    SERVER / "engine/log.py": ("tests/engine",),
    SERVER / "engine/play.py": ("tests/engine",),
}
"""File -> the tests that must notice a change to it. The first that fails ends the run, so the quickest stand first."""

WHOLE = ("scrub.py", "http/gate.py", "http/hosts.py", "store/", "wire/sse.py", "azure/errors.py")
"""What people's secrets and data hang on: here every mutant counts, not a sample."""


@dataclass(frozen=True)
class Mutant:
    """The n-th change that can be made to a file. `what` says it to people."""

    path: Path
    line: int
    what: str
    number: int

    @property
    def name(self) -> str:
        """The mutant as survivors.txt spells it: without the line's number, which moves."""
        text = (ROOT / self.path).read_text().splitlines()[self.line - 1].strip()
        return f"{self.path.as_posix()}: {text} [{self.what}]"

    @property
    def code(self) -> str:
        """The file with the change."""
        tree = ast.parse((ROOT / self.path).read_text())
        node, _, new = next(islice(_changes(tree), self.number, None))
        return ast.unparse(ast.fix_missing_locations(_Replaced(node, new).visit(tree)))


# ---- how code is changed ----

Change = tuple[str, ast.AST]

_COMPARED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def _compare(node: ast.Compare) -> Iterator[Change]:
    turned = _COMPARED.get(type(node.ops[0]))
    if turned is not None:
        yield f"{type(node.ops[0]).__name__} to {turned.__name__}", ast.Compare(node.left, [turned(), *node.ops[1:]], node.comparators)


def _count(node: ast.BinOp) -> Iterator[Change]:
    turned = _COUNTED.get(type(node.op))
    if turned is not None:
        yield f"{type(node.op).__name__} to {turned.__name__}", ast.BinOp(node.left, turned(), node.right)


def _bool(node: ast.BoolOp) -> Iterator[Change]:
    turned = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield f"{type(node.op).__name__} to {type(turned).__name__}", ast.BoolOp(turned, node.values)


def _condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[Change]:
    changed = copy.copy(node)
    changed.test = ast.UnaryOp(ast.Not(), node.test)
    yield "condition negated", changed


def _constant(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool():
            yield f"{node.value} to {not node.value}", ast.Constant(not node.value)
        case int():
            yield f"{node.value} to {node.value + 1}", ast.Constant(node.value + 1)
        case str() if node.value:
            yield f"{node.value[:20]!r} changed", ast.Constant(f"{node.value}~")
        case bytes() if node.value:
            yield f"{node.value[:20]!r} changed", ast.Constant(node.value + b"~")


def _return(node: ast.Return) -> Iterator[Change]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return of nothing", ast.Return(ast.Constant(None))


def _left_out(node: ast.Expr | ast.AugAssign | ast.Raise | ast.Continue | ast.Break) -> Iterator[Change]:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        yield f"{type(node).__name__} left out", ast.Pass()


CHANGES: Mapping[type[ast.AST], Callable[..., Iterator[Change]]] = {
    ast.Compare: _compare,
    ast.BinOp: _count,
    ast.BoolOp: _bool,
    ast.If: _condition,
    ast.IfExp: _condition,
    ast.While: _condition,
    ast.Constant: _constant,
    ast.Return: _return,
    ast.Expr: _left_out,
    ast.AugAssign: _left_out,
    ast.Raise: _left_out,
    ast.Continue: _left_out,
    ast.Break: _left_out,
}
"""Kind of node -> the ways to change it."""


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(self._new, node) if node is self._old else self.generic_visit(node)


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of a file. Docstrings, annotations, imports and what only a type checker reads are left alone."""
    changes = _changes(ast.parse((ROOT / path).read_text()))
    return [Mutant(path, node.lineno, what, number) for number, (node, what, _) in enumerate(changes)]  # type: ignore[attr-defined]


def _changes(tree: ast.AST) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    """Node, what becomes of it in words, and what becomes of it."""
    idle = {id(node) for node in _idle(tree)}
    for node in list(ast.walk(tree)):
        if id(node) not in idle and type(node) in CHANGES:
            for what, new in CHANGES[type(node)](node):
                yield node, what, new


def _idle(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
                yield from ast.walk(node)
            case ast.AnnAssign():
                yield from ast.walk(node.annotation)
            case ast.arg(annotation=ast.AST() as annotation):
                yield from ast.walk(annotation)
            case ast.FunctionDef(returns=ast.AST() as returned) | ast.AsyncFunctionDef(returns=ast.AST() as returned):
                yield from ast.walk(returned)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from ast.walk(node)
            case ast.Expr(value=ast.Constant()):
                yield node.value
            case ast.Call(func=ast.Name(id="cast" | "TypeVar" | "dataclass")):
                yield from ast.walk(node)
            case ast.Assign(targets=[ast.Name(id="__slots__" | "__all__")]):
                yield from ast.walk(node)
            case ast.Assert():
                yield from ast.walk(node)


# ---- whether the tests notice ----

_BOOT = """
import importlib.abc, importlib.util, os, sys

class Changed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != os.environ["MUTANT_MODULE"]:
            return None
        return importlib.util.spec_from_file_location(name, os.environ["MUTANT_FILE"])

sys.meta_path.insert(0, Changed())
"""


def module_of(path: Path) -> str:
    """The dotted name under which a file is imported."""
    return ".".join(path.with_suffix("").parts[1:])


def noticed(path: Path, code: str, tests: Sequence[str]) -> bool:
    """Whether a test fails, or does not end, when this code stands in the file's place: in servers that the tests start, too."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        place = Path(folder)
        (place / "sitecustomize.py").write_text(_BOOT)
        (place / "mutant.py").write_text(code)
        environment = {
            **os.environ,
            "PYTHONPATH": folder,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # importing other plugins would take longer than most tests
            "MUTANT_MODULE": module_of(path),
            "MUTANT_FILE": str(place / "mutant.py"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(place / "hypothesis"),
        }
        asked = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "pytest_timeout", *tests]
        running = subprocess.Popen(
            asked, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            return running.wait(PATIENCE) != 0
        except subprocess.TimeoutExpired:
            return True
        finally:
            _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the tests and whatever they started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def excused() -> set[str]:
    """The names of the mutants that survivors.txt gives a reason for."""
    return {line for line in SURVIVORS.read_text().splitlines() if line and not line.startswith(("#", " "))}


def drawn(only: Sequence[str], sample: int, seed: int) -> list[Mutant]:
    """The mutants to run, in the order of their files: all that `only` names, or a sample of all files."""
    paths = [path for path in RELEVANT if not only or any(part in path.as_posix() for part in only)]
    known = [mutant for path in paths for mutant in mutants_of(path)]
    if sample >= len(known):
        return known
    return sorted(random.Random(seed).sample(known, sample), key=lambda mutant: (mutant.path, mutant.line))


def sound(path: Path) -> bool:
    """Whether the tests of a file pass when nothing is changed; else every mutant of it would seem to be noticed."""
    return not noticed(path, (ROOT / path).read_text(), relevant(path))


def relevant(path: Path) -> list[str]:
    """The tests that must notice a change to a file."""
    return [name for name in RELEVANT[path] if (ROOT / name).exists()]


def main() -> int:
    """Run mutants; 1 where fewer than `--least` of a hundred were noticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", action="append", default=[], help="a part of a file's path; may be given several times")
    parser.add_argument("--whole", action="store_true", help="all of scrubber, gates, stores, SSE writer and errors")
    parser.add_argument("--sample", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--least", type=float, default=85.0)
    given = parser.parse_args()
    mutants = drawn([*given.only, *(WHOLE if given.whole else ())], given.sample, given.seed)
    known = excused()
    with ThreadPoolExecutor(given.jobs) as pool:
        paths = list(dict.fromkeys(mutant.path for mutant in mutants))
        failing = [str(path) for path, fine in zip(paths, pool.map(sound, paths), strict=True) if not fine]
        if failing:
            print(f"the tests of these fail without any change: {', '.join(failing)}", file=sys.stderr)
            return 2
        results = pool.map(lambda mutant: noticed(mutant.path, mutant.code, relevant(mutant.path)), mutants)
        killed = excuses = 0
        for mutant, was in zip(mutants, results, strict=True):
            killed += was
            excuses += not was and mutant.name in known
            if not was and mutant.name not in known:
                print(f"  survived: {mutant.path.as_posix()}:{mutant.line}: {mutant.name.partition(': ')[2]}", flush=True)
    counted = len(mutants) - excuses
    score = 100 * killed / counted if counted else 100.0
    print(f"mutants: {len(mutants)} drawn (seed {given.seed}), {killed} noticed, {excuses} excused with a reason, score {score:.1f} %")
    return 0 if score >= given.least else 1


if __name__ == "__main__":
    raise SystemExit(main())
