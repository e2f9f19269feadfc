"""pytest's door: the fixture `audit`, by `-p azure_openai_contracts.audit.fixture`.

def test_our_client_is_well_behaved(audit):
    report = audit("shop.assistant:answer", only=["passing errors", "wire"])
    assert not report.findings, str(report)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from ..target import Target, started_mock
from .report import Report
from .run import audit as _audit


@pytest.fixture(scope="session")
def audited_mock() -> Iterator[Target]:
    """The mock that all audits of a run share; each situation has a scope of its own."""
    with started_mock("--quiet") as target:
        yield target


@pytest.fixture(scope="session")
def audit(audited_mock: Target) -> Callable[..., Report]:
    """`audit("package.module:function", only=…, arguments=…, limit=…)`: the report."""
    return partial(_audit, target=audited_mock)
