"""The setting that says who may come in."""

from __future__ import annotations

from typing import Any

import pytest

from azure_openai_mock.service.access import USUAL, Access, read


def test_without_the_setting_everyone_comes_in_as_usual() -> None:
    assert read(None) == read({}) == USUAL == Access(keys=True, role=True, lifetime=None)


def test_a_lifetime_is_a_duration() -> None:
    assert read({"keys": False, "lifetime": "90s"}) == Access(keys=False, role=True, lifetime=90.0)


@pytest.mark.parametrize("given", [[], "off", {"key": False}, {"keys": 0}, {"role": "no"}, {"lifetime": "soon"}, {"lifetime": 0}])
def test_anything_else_is_told_what_would_do(given: Any) -> None:
    with pytest.raises(ValueError, match=r"access|duration"):
        read(given)
