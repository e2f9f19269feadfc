"""A module is greeted once, whether it is there already or comes later, and loads as ever."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from azure_openai_mock.intercept.arriving import greet


def test_one_that_is_there_is_greeted_at_once() -> None:
    met: list[ModuleType] = []
    greet("json", met.append)
    assert [module.__name__ for module in met] == ["json"]


def test_one_that_comes_later_is_greeted_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "later_on.py").write_text("VALUE = 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    finders, met = list(sys.meta_path), []
    greet("later_on", lambda module: met.append(module.VALUE))
    assert importlib.util.find_spec("later_on") is not None
    assert met == [], "it was looked for, but nobody loaded it"
    module = importlib.import_module("later_on")
    assert met == [7]
    assert module.__loader__ is module.__spec__.loader, "it keeps its own loader"
    assert sys.meta_path == finders, "nothing stays behind"
    importlib.import_module("later_on")
    assert met == [7]
    del sys.modules["later_on"]


def test_one_that_does_not_exist_is_as_missing_as_ever() -> None:
    greet("no_such_module_anywhere", lambda module: None)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_anywhere")
