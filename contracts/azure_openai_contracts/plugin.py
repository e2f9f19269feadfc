"""pytest's side of the kit: `-p azure_openai_contracts.plugin --target cassette|mock|azure`.

A contract asks for `client` and is played once by each driver. When it is done, every check looks at what was exchanged, and all that is
found is told at once. On the cassette target vcrpy answers the clients, so there is neither a network nor a server; on the others a socket
answers. What cannot run somewhere is skipped and says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from . import cassette, catalogue, checks, published
from .case import Case, Client, differences, staged
from .cost import estimate
from .drive import DRIVERS
from .target import AzureNotAllowed, Target, azure_from_environment, is_open, started_mock

pytest_plugins = ("azure_openai_contracts.audit.fixture",)

RECORDS_WITH = "openai"
"""The driver whose calls are recorded: one cassette serves them all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The switch, and where the target is."""
    group = parser.getgroup("contracts", "contracts of the Azure OpenAI Responses API")
    group.addoption(
        "--target", default="cassette", choices=("cassette", "mock", "azure"), help="what to hold to the contracts (default: cassette)"
    )
    group.addoption("--base-url", default="", help="a running mock, or the Azure resource; without it a mock is started")
    group.addoption("--api-key", default="", help="its key")
    group.addoption(
        "--driver",
        default=",".join(DRIVERS),
        help=f"who calls, comma-separated: {', '.join(DRIVERS)}, or MODULE:FUNCTION for your own function (default: all three)",
    )
    group.addoption(
        "--cassettes", default=str(catalogue.cassettes()), help="where the cassettes are (default: those recorded from the mock)"
    )
    group.addoption("--record", action="store_true", help="write the cassettes anew from the target")
    group.addoption("--accept-costs", action="store_true", help="agree that calls to Azure cost money")
    group.addoption("--price", default="2.50,10.00", help="US dollars for a million tokens of input, of output (default: 2.50,10.00)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every contract is played once by each driver; a recording once."""
    if "client" in metafunc.fixturenames:
        option = metafunc.config.getoption
        drivers = [RECORDS_WITH] if option("--record") else [name for name in option("--driver").split(",") if name]
        metafunc.parametrize("client", drivers, indirect=True, ids=[name.replace(":", ".") for name in drivers])


def case_of(item: Any) -> Case:
    """The case that a test function is; what it says by `@case`, or the plain case."""
    function = getattr(item, "obj", item)
    marked: Case = getattr(function, "case", None) or Case(function.__name__)
    return replace(marked, name=f"{item.path.stem}.{function.__name__}")


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The target of the run."""
    option = request.config.getoption
    kind, url, key = option("--target"), option("--base-url"), option("--api-key")
    if kind == "cassette":
        yield Target("cassette")
    elif kind == "azure":
        yield _azure(request)
    elif url:
        given = Target("mock", url.rstrip("/"), key or "contract")
        yield replace(given, open=is_open(given))
    else:
        with started_mock("--quiet", "--api-key", "contract") as started:
            yield started


def _azure(request: pytest.FixtureRequest) -> Target:
    option = request.config.getoption
    chosen = Target("azure")
    cases = [case_of(item) for item in request.session.items if "client" in getattr(item, "fixturenames", ())]
    names = [f"{case.name}.yaml" for case in cases if not case.missing(chosen)]
    cost = estimate([_recorded(name, Path(option("--cassettes"))) for name in names], option("--price"))
    try:
        chosen = azure_from_environment(option("--base-url"), option("--api-key"), accepted=option("--accept-costs"))
    except AzureNotAllowed as problem:
        pytest.exit(f"{problem}\n{cost}", returncode=2)
    request.config.get_terminal_writer().line(f"\n{cost}")
    return chosen


def _recorded(name: str, folder: Path) -> Path:
    """Where the cassette of a case is: in that folder, else among those from the mock."""
    return folder / name if (folder / name).exists() else catalogue.cassettes() / name


@pytest.fixture
def client(request: pytest.FixtureRequest, target: Target) -> Iterator[Client]:
    """The service under contract, in a scope of its own; its exchanges come from or go to a cassette where the run says so."""
    case = case_of(request.node)
    record = request.config.getoption("--record")
    missing = [*case.missing(target), *(case.missing(Target("cassette")) if record else ())]
    if missing:
        pytest.skip("; ".join(missing))
    path = Path(request.config.getoption("--cassettes")) / f"{case.name}.yaml"
    with staged(case, target, request.param, path, record=record) as made:
        request.node.stash[PLAYED] = (case, made, path)
        if target.kind == "cassette":
            request.config.stash.setdefault(EVIDENCE, set()).add((cassette.load(path).provenance.source, case.name))
        yield made
        if request.node.stash.get(FAILED, False):
            made.scene.abandon()


@pytest.fixture
def anyone(request: pytest.FixtureRequest, target: Target) -> Iterator[Callable[[Path], Client]]:
    """Makes the client, of plain HTTP, to which a published exchange is put."""
    if request.config.getoption("--record"):
        pytest.skip("what is published is written, not recorded")
    if target.kind == "azure":
        pytest.skip("nobody can bring Azure to every one of these answers")
    with ExitStack() as stack:

        def made(path: Path) -> Client:
            fact = published.read(path)
            missing = target.missing(frozenset({"keys"} if fact.about_keys else ()))
            if missing:
                pytest.skip("; ".join(missing))
            case = Case(fact.name, profile=fact.provenance.profile)
            client = stack.enter_context(staged(case, target, "raw", path))
            request.config.stash.setdefault(EVIDENCE, set()).add((fact.provenance.source, fact.name))
            return client

        yield made


PLAYED: pytest.StashKey[tuple[Case, Client, Path]] = pytest.StashKey()
FAILED: pytest.StashKey[bool] = pytest.StashKey()
EVIDENCE: pytest.StashKey[set[tuple[str, str]]] = pytest.StashKey()
"""Whose traffic the cassettes hold that were played, and of which cases."""

PROVES: Mapping[str, str] = {
    "azure": "recorded from Azure: what Azure does",
    "documented": "written from published facts: what is published",
    "mock": "recorded from the mock: that it has not changed, nothing about Azure",
    "other": "of unknown origin: nothing",
}
"""What a cassette proves, by its source."""


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Any:
    """Play the contract, then hold what it exchanged to every check; what the flow asserted in vain is told with the rest."""
    __tracebackhide__ = True
    result, broken = None, None
    try:
        result = yield
    except AssertionError as problem:
        broken = problem
    found = _findings(pyfuncitem, played=broken is None)
    if found and broken is not None:
        broken.add_note("\n".join(found))
    elif found:
        pytest.fail("\n".join(found), pytrace=False)
    if broken is not None:
        raise broken
    return result


def _findings(item: pytest.Function, *, played: bool) -> list[str]:
    """What the checks object to in what a contract exchanged; and, where it was played to its end on a mock, what its cassette does."""
    if PLAYED not in item.stash:
        return []
    case, client, path = item.stash[PLAYED]
    found = [str(one) for one in checks.judge(client.scene.run, case.claims)]
    if played and client.scene.target.kind == "mock" and not item.config.getoption("--record") and path.exists():
        recorded = cassette.load(path).exchanges
        found += [f"its cassette: {one}" for one in checks.judge(recorded, case.claims)]
        found += [f"beside its cassette: {why}" for why in differences(recorded, client.scene.run)]
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember whether the contract itself failed: then what its cassette still holds is no finding."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = bool(report.failed)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What the run proves: evidence of different sources is counted apart, and a source that has none is named too."""
    kind = config.getoption("--target")
    counts = Counter(source for source, _ in config.stash.get(EVIDENCE, set()))
    if kind == "mock":
        terminalreporter.write_line("target: a mock. What held here says how the mock is, not how Azure is.")
        terminalreporter.write_line(
            f"held to: {counts['documented']} exchanges {PROVES['documented']}; {counts['azure']} {PROVES['azure']}"
        )
    elif kind == "cassette" and counts:
        for source, proves in PROVES.items():
            if counts[source] or source == "azure":
                terminalreporter.write_line(f"evidence: {counts[source]} cassettes {proves}")
