"""The short form of `make soak`: what it looks at is what grows, not how fast a busy machine answers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.reliability.soak import soak

REQUESTS = 3_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what a process holds from /proc")
@pytest.mark.timeout(300)
def test_mixed_requests_leave_no_file_no_socket_and_no_memory_behind(tmp_path: Path) -> None:
    figures = soak(tmp_path, REQUESTS)
    assert figures.requests == REQUESTS
    assert not figures.leaks, figures
