"""What concurrent clients hear of the same responses is what one at a time could have told, however the server is deployed."""

from __future__ import annotations

from .clients import play
from .stale import stale

HISTORIES = 20


def test_histories_are_linearizable(urls: list[str]) -> None:
    figures = play(urls, histories=HISTORIES)
    assert not figures.wrong
    assert not figures.unheard
    assert figures.overlapping > HISTORIES


def test_a_stale_store_is_caught() -> None:
    with stale() as url:
        figures = play([url], histories=HISTORIES)
    assert figures.wrong
