"""Do something to a module once it is imported: now, if it is already there, else when somebody imports it."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TypeAlias

Greeting: TypeAlias = Callable[[ModuleType], None]


def greet(name: str, greeting: Greeting) -> None:
    """Call `greeting(module)` with the module of that name as soon as it is there."""
    module = sys.modules.get(name)
    if module is not None:
        greeting(module)
    else:
        sys.meta_path.insert(0, _Finder(name, greeting))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module where the others find it, and waits until it is loaded."""

    def __init__(self, name: str, greeting: Greeting) -> None:
        self._name = name
        self._greeting = greeting

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target) if finder is not self else None
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader, self)
                return spec
        return None

    def meet(self, module: ModuleType) -> None:
        """It is loaded: greet it, and look out no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            self._greeting(module)


class _Loader(importlib.abc.Loader):
    """Loads as the module's own loader does, then lets the module be met and gives it that loader back."""

    def __init__(self, loader: importlib.abc.Loader, finder: _Finder) -> None:
        self._loader = loader
        self._finder = finder

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._finder.meet(module)
