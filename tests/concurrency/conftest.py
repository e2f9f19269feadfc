"""Every way to deploy a server, each once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.deployed import DEPLOYED


@pytest.fixture(scope="session", params=DEPLOYED)
def urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    with DEPLOYED[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running
