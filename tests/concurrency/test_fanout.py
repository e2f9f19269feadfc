"""However many go on from one response at once, all that was acknowledged is there, each child once and with its parent."""

from __future__ import annotations

from .writers import fan_out


def test_all_children_of_one_parent_are_kept(urls: list[str]) -> None:
    figures = fan_out(urls, writers=16, children=10)
    assert (figures.acknowledged, figures.distinct, figures.kept) == (160, 160, 160)
