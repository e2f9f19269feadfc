"""A user of one's own: an authority that nobody has made yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from azure_openai_mock.intercept import authority


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state folder of a user who has nothing yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    authority.authority.cache_clear()
    authority.context_for.cache_clear()
    yield tmp_path / "azure-openai-mock"
    authority.authority.cache_clear()
    authority.context_for.cache_clear()
