"""What faults are told of an exchange."""

from __future__ import annotations

import pytest

from azure_openai_mock.http.troubles import announced_timeout


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({}, None),
        ({"x-stainless-read-timeout": "0.5"}, 0.5),
        ({"x-stainless-read-timeout": "600"}, 600.0),
        ({"x-stainless-timeout": "20"}, 20.0),
        ({"x-stainless-read-timeout": "5.0", "x-stainless-timeout": "20"}, 5.0),
        ({"x-stainless-read-timeout": "soon", "x-stainless-timeout": "20"}, 20.0),
        ({"x-stainless-read-timeout": "nan"}, None),
        ({"x-stainless-read-timeout": "inf"}, None),
        ({"x-stainless-read-timeout": "-1"}, None),
    ],
)
def test_clients_announce_their_timeouts_in_either_header(headers: dict[str, str], seconds: float | None) -> None:
    assert announced_timeout(headers) == seconds
