"""What concurrent clients hear of the same responses is what one at a time could have told, however the server is deployed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.deployed import DEPLOYED

from .clients import play
from .stale import stale

HISTORIES = 20


@pytest.mark.parametrize("kind", DEPLOYED)
def test_histories_are_linearizable(kind: str, tmp_path: Path) -> None:
    with DEPLOYED[kind](tmp_path) as urls:
        figures = play(urls, histories=HISTORIES)
    assert not figures.wrong
    assert not figures.unheard
    assert figures.overlapping > HISTORIES


def test_a_stale_store_is_caught() -> None:
    with stale() as url:
        figures = play([url], histories=HISTORIES)
    assert figures.wrong
