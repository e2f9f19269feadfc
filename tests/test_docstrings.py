"""Every public name says what it is: what it takes and gives, in which unit, and how it fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("mockserver/azure_openai_mock", "contracts/azure_openai_contracts")
Function = ast.FunctionDef | ast.AsyncFunctionDef
SEE_THE_PROTOCOL = "See the protocol"
"""How a method of a store says that the protocol's docstring is its own."""


@dataclass(frozen=True)
class Named:
    """A public name: `path:line name`, what defines it, and what is said of it (a method's class speaks for it too, of how it fails)."""

    where: str
    node: ast.AST
    said: str
    owner: str = ""


@cache
def modules() -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def public() -> Iterator[Named]:
    """Modules, and the classes, functions and methods in them that do not begin with an underscore."""
    for path, module in modules():
        yield Named(path, module, ast.get_docstring(module) or "")
        for node in module.body:
            yield from _public_in(path, node, "")


def _public_in(path: str, node: ast.AST, owner: str) -> Iterator[Named]:
    if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
        said = ast.get_docstring(node) or ""
        yield Named(f"{path}:{node.lineno} {node.name}", node, said, owner)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                yield from _public_in(path, inner, said)


def raised(function: Function) -> set[str]:
    """The exceptions that the function itself makes and raises."""
    found: set[str] = set()
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        if isinstance(node, Function | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found.add(ast.unparse(node.exc.func))
        left += ast.iter_child_nodes(node)
    return found - {"NotImplementedError"}


def test_every_public_name_has_a_docstring() -> None:
    assert [one.where for one in public() if not one.said.strip()] == []


def test_what_raises_says_so() -> None:
    silent = []
    for one in public():
        if isinstance(one.node, Function) and not one.said.startswith(SEE_THE_PROTOCOL):
            said, names = f"{one.said} {one.owner}", raised(one.node)
            if names and not re.search(r"refus|rais", said, re.IGNORECASE) and not any(name in said for name in names):
                silent.append(f"{one.where}: {', '.join(sorted(names))}")
    assert silent == []


def test_every_public_number_says_what_it_counts() -> None:
    """A string behind it, or a comment above it or on its line."""
    silent = []
    for path, module in modules():
        lines = (ROOT / path).read_text("utf-8").split("\n")
        for node, after in zip(module.body, [*module.body[1:], None], strict=True):
            name = _number(node)
            told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if name and not told and "#" not in lines[node.lineno - 1] and not lines[node.lineno - 2].startswith("#"):
                silent.append(f"{path}:{node.lineno} {name}")
    assert silent == []


def _number(node: ast.stmt) -> str:
    """The name, where the statement gives a public name a number or a product of numbers."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return ""
    target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    try:
        value = eval(ast.unparse(node.value), {"__builtins__": {}})
    except (NameError, AttributeError, TypeError):
        return ""
    return target if type(value) in (int, float) and not target.startswith("_") else ""


@pytest.mark.parametrize("package", PACKAGES)
def test_there_is_something_to_hold(package: str) -> None:
    assert sum(one.where.startswith(package) for one in public()) > 100
