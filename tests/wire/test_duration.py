"""Durations as people write them."""

from __future__ import annotations

import pytest

from azure_openai_mock.wire.duration import seconds


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("400ms", 0.4),
        ("2s", 2.0),
        ("1.5m", 90.0),
        ("6h", 21600.0),
        ("30d", 2592000.0),
        (7, 7.0),
        (0.5, 0.5),
        (" 3 s ", 3.0),
        ("12", 12.0),
        ("-1h", -3600.0),
    ],
)
def test_it_means_seconds(written: object, meant: float) -> None:
    assert seconds(written) == pytest.approx(meant)


@pytest.mark.parametrize("written", ["", "s", "3 weeks", "1h30m", None, True, [], "1e3"])
def test_anything_else_is_refused_with_examples(written: object) -> None:
    with pytest.raises(ValueError, match="30d"):
        seconds(written)
