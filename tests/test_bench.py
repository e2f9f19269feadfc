"""The page of figures says what was measured."""

from __future__ import annotations

import json

import pytest
from bench import page
from bench.aims import AIMS, Aim


def test_the_page_is_made_of_the_figures() -> None:
    made = page.PAGE.read_text().partition(page.BEGIN)[2].partition(page.END)[0]
    assert made.strip() == page.told(json.loads(page.FIGURES.read_text())).strip()


@pytest.mark.parametrize("aim", AIMS, ids=lambda aim: aim.what)
def test_every_aim_was_measured(aim: Aim) -> None:
    assert aim.value(json.loads(page.FIGURES.read_text())) is not None


def test_an_aim_is_met_on_its_own_side() -> None:
    least = Aim("w", "p", "r", "f", "at least", 30, "%")
    most = Aim("w", "p", "r", "a/b", "at most", 1.5, "x")
    figures = {"p": {"figures": {"r": {"f": 0.31, "a": 3.2, "b": 2}}}}
    assert least.value(figures) == pytest.approx(31)
    assert least.met(31)
    assert not least.met(29)
    assert most.value(figures) == pytest.approx(1.6)
    assert not most.met(1.6)
    assert most.met(1.5)
    assert most.value({}) is None
