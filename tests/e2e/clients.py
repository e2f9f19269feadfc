"""The real client, except that it notes its waits where it would sleep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openai import OpenAI

from .conftest import Mock


class Unhurried(OpenAI):
    """`waits` are the seconds that it would have slept before each retry, by its own reckoning."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.waits: list[float] = []

    def _sleep_for_retry(self, *, retries_taken: int, max_retries: int, options: Any, response: Any) -> None:
        headers = response.headers if response is not None else None
        self.waits.append(self._calculate_retry_timeout(max_retries - retries_taken, options, headers))


@contextmanager
def unhurried(mock: Mock, **options: Any) -> Iterator[Unhurried]:
    """A client of this scope that retries without sleeping."""
    with Unhurried(base_url=mock.base_url, api_key="k", default_headers=mock.headers, **options) as client:
        yield client
