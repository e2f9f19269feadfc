"""What is published: exchanges written from facts with their sources, which hold for our checks and for whoever stands in for Azure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from azure_openai_contracts import published
from azure_openai_contracts.case import Client
from azure_openai_contracts.checks import judge

FILES = published.all_files()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_it_is_so(path: Path, anyone: Callable[[Path], Client]) -> None:
    fact = published.read(path)
    client = anyone(path)
    published.bring_about(fact, client.control)
    found = published.ask(fact, client)
    assert list(published.differences(fact, found.answer)) == []
    assert [str(objection) for exchange in (fact.exchange, found.exchange) for objection in judge([exchange])] == []
