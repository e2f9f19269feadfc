"""The short form of `make crash`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reliability.crash import Killing

KILLS = 8


@pytest.mark.timeout(300)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_kills_under_load_lose_and_tear_nothing_and_leave_nothing_stuck(tmp_path: Path, workers: str) -> None:
    killing = Killing(tmp_path, 7, "--workers", workers)
    for _ in range(KILLS // int(workers)):
        killing.round()
    figures = killing.finish()
    assert figures.clean, figures
    assert figures.acknowledged > figures.kills * 4
