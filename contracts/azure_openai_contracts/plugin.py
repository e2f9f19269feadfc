"""pytest's side of the kit: `-p azure_openai_contracts.plugin --target cassette|mock|azure`.

A contract asks for `service`: clients of the real `openai` package and the control of a mock. On the cassette target vcrpy answers the
clients, so there is neither a network nor a server; on the others a socket answers. What cannot run somewhere is skipped and says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openai
import pytest

from . import cassette, clock, tape
from .target import AzureNotAllowed, Control, Target, azure_from_environment, started_mock

NEEDS = "needs(what, ...): what a contract needs of its target: rules, faults, time travel, profiles"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The switch, and where the target is."""
    group = parser.getgroup("contracts", "contracts of the Azure OpenAI Responses API")
    group.addoption(
        "--target", default="cassette", choices=("cassette", "mock", "azure"), help="what to hold to the contracts (default: cassette)"
    )
    group.addoption("--base-url", default="", help="a running mock, or the Azure resource; without it a mock is started")
    group.addoption("--api-key", default="", help="its key")
    group.addoption("--cassettes", default="cassettes/mock", help="where the cassettes are (default: cassettes/mock)")
    group.addoption("--record", action="store_true", help="write the cassettes anew from the target")
    group.addoption("--accept-costs", action="store_true", help="agree that calls to Azure cost money")


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line("markers", NEEDS)


class Service:
    """One contract's view of its target."""

    def __init__(self, target: Target, scope: str) -> None:
        self.target = target
        self.scope = scope
        self.control = Control(target, scope)
        self._clients: list[openai.OpenAI] = []

    def client(self, *, form: str = "v1", api_version: str = "preview", retries: int = 0, **options: Any) -> Any:
        """A client of the `openai` package: `OpenAI` on v1, or `AzureOpenAI` on v1 (`form="azure"`) or on the older path (`"classic"`)."""
        common = {"api_key": self.target.api_key, "max_retries": retries, "default_headers": {"x-mock-scope": self.scope}, **options}
        if form == "classic":
            made: openai.OpenAI = openai.AzureOpenAI(azure_endpoint=self.target.base_url, api_version=api_version, **common)
        elif form == "azure":
            made = openai.AzureOpenAI(base_url=f"{self.target.base_url}/openai/v1/", api_version=api_version, **common)
        else:
            made = openai.OpenAI(base_url=f"{self.target.base_url}/openai/v1/", **common)
        self._clients.append(made)
        return made

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients:
            client.close()


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The target of the run."""
    option = request.config.getoption
    kind, url, key = option("--target"), option("--base-url"), option("--api-key")
    if kind == "cassette":
        yield Target("cassette")
    elif kind == "azure":
        try:
            chosen = azure_from_environment(url, key, accepted=option("--accept-costs"))
        except AzureNotAllowed as problem:
            pytest.exit(str(problem), returncode=2)
        yield chosen
    elif url:
        yield Target("mock", url.rstrip("/"), key or "contract")
    else:
        with started_mock("--quiet") as started:
            yield started


@pytest.fixture
def service(request: pytest.FixtureRequest, target: Target) -> Iterator[Service]:
    """The service under contract, in a scope of its own; its exchanges come from or go to a cassette where the run says so."""
    needs = frozenset(need for marker in request.node.iter_markers("needs") for need in marker.args)
    missing = target.missing(needs)
    if missing:
        pytest.skip("; ".join(missing))
    made = Service(target, clock.fresh_name("contract"))
    path = Path(request.config.getoption("--cassettes")) / f"{request.node.path.stem}.{request.node.name}.yaml"
    with ExitStack() as stack:
        finish = None
        if target.kind == "cassette":
            finish = stack.enter_context(tape.playing(path))
        elif request.config.getoption("--record"):
            known = cassette.Provenance(source=target.kind, date=clock.today(), case=request.node.name, sdk=f"openai {openai.__version__}")
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(tape.recording(path, known))
        yield made
        made.close()
        if finish is not None and not request.node.stash.get(FAILED, False):
            finish()


FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember whether the contract itself failed: then what its cassette still holds is no finding."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = bool(report.failed)
    return report
