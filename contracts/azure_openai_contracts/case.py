"""A case: what is done to the service, what that needs, and which claims apply. The same case runs against every target by every driver.

    @case(needs=("time travel",))
    def test_a_response_lives_thirty_days(client: Client) -> None:
        made = client.create(input="remember me")
        client.control.advance("30d")
        assert client.retrieve(made.id).status == 404

What a flow asserts is what only it can know. What holds of every exchange (the grammar of events, the shape of errors, …) is in `checks`,
and is looked at when the flow is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from . import cassette, checks, clock, tape
from .checks import Objection
from .drive import Ask, Connection, Driver, Raw, Reply, driver_of
from .exchange import Exchange, Request
from .operations import ROUTES
from .target import Control, Target

TODAY: Final = "ga"
"""The profile that is Azure as it answers today: the only one in which a case can run on Azure itself."""

Flow: TypeAlias = "Callable[[Client], Any]"


@dataclass(frozen=True)
class Step:
    """One call of a case written as data; `status` is what must come.

    A string `{first}` stands for the id that the step named `first` got, `{first.output.0.call_id}` for what stands there in its body.
    """

    operation: str
    body: Mapping[str, Any] | None = None
    id: str | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    status: int = 200


@dataclass(frozen=True)
class Case:
    """What is done: `flow(client)`, or `steps`.

    `needs` are names of `target.NEEDS`; `claims` are families of checks, empty for all that apply. `profile` is the month in which it is
    played: a case that is not about today cannot run on Azure, and says so.
    """

    name: str
    flow: Flow | None = None
    steps: tuple[Step, ...] = ()
    needs: frozenset[str] = frozenset()
    profile: str = TODAY
    claims: tuple[str, ...] = ()

    def missing(self, target: Target) -> list[str]:
        """Why it cannot run there; empty where it can."""
        return target.missing(self.needs | ({"profiles"} if self.profile != TODAY else set()))

    def play(self, client: Client) -> None:
        """Do it."""
        if self.flow is not None:
            self.flow(client)
        named: dict[str, Reply] = {}
        for step in self.steps:
            reply = client.ask(Ask(step.operation, _filled(step.id, named), _filled(step.body, named), _filled(step.query, named)))
            assert reply.status == step.status, (
                f"{step.name or step.operation}: {reply.status}, not {step.status}: {reply.answer.body[:300]!r}"
            )
            if step.name:
                named[step.name] = reply


_REFERENCE = re.compile(r"\{(\w+)((?:\.\w+)*)\}")


def _filled(value: Any, named: Mapping[str, Reply]) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(one, named) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(one, named) for one in value]
    match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    found: Any = named[match[1]].body
    for part in match[2].split(".")[1:] or ["id"]:
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


Test = TypeVar("Test", bound=Callable[..., Any])


def case(*, needs: tuple[str, ...] = (), profile: str = TODAY, claims: tuple[str, ...] = ()) -> Callable[[Test], Test]:
    """Say what a contract needs, in which month it plays, and to which families of claims it is held."""

    def mark(test: Test) -> Test:
        test.case = Case(test.__name__, None, (), frozenset(needs), profile, claims)  # type: ignore[attr-defined]
        return test

    return mark


# ---- the client that a flow is given ----------------------------------------------------------------------------------------------------


class Scene:
    """What one case shares: the target, the control of a mock, and everything that was exchanged, in order."""

    def __init__(self, target: Target, driver: str, profile: str) -> None:
        self.target, self.driver, self.profile = target, driver, profile
        self.scope = clock.fresh_name("contract")
        self.control = Control(target, self.scope)
        self.run: list[Exchange] = []
        self.abandoned = False
        self._drivers: list[Driver] = []

    def heard(self, reply: Reply) -> Reply:
        """Keep what a call exchanged."""
        reply.exchanges = [replace(one, notes={**one.notes, "profile": self.profile}) for one in reply.exchanges]
        self.run.extend(reply.exchanges)
        return reply

    def connected(self, connection: Connection, name: str) -> Driver:
        """A driver on that connection, closed with the scene."""
        made = driver_of(name)(connection)
        self._drivers.append(made)
        return made

    def abandon(self) -> None:
        """The flow did not come to its end: what its cassette still holds is no finding, and what was recorded is not kept."""
        self.abandoned = True

    def close(self) -> None:
        """End all connections."""
        for driver in self._drivers:
            driver.close()


class Client:
    """What a flow calls the service with. Every call hands back a `Reply`, whatever the service says."""

    def __init__(self, scene: Scene, connection: Connection) -> None:
        self.scene, self.connection = scene, connection
        self._driver: Driver | None = None

    @property
    def control(self) -> Control:
        """Rules, faults and time of a mock; does nothing on a cassette."""
        return self.scene.control

    def other(self, **changes: Any) -> Client:
        """A client like this one but for some of its connection: `form`, `api_version`, `api_key`, `bearer`, `retries`, `headers`."""
        headers = {**self.connection.headers, **changes.pop("headers", {})}
        return Client(self.scene, replace(self.connection, headers=headers, **changes))

    def ask(self, ask: Ask) -> Reply:
        """Any call."""
        if self._driver is None:
            self._driver = self.scene.connected(self.connection, self.scene.driver)
        return self.scene.heard(self._driver.do(ask))

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, **also: Any) -> Reply:
        """Any request at all, by plain HTTP whoever drives else; `path` begins at the resource's root. Only the scope's header is added."""
        raw = self.scene.connected(self.connection, "raw")
        assert isinstance(raw, Raw)
        sent = {**self.connection.headers, **(headers or {})}
        return self.scene.heard(raw.send(method, self.connection.base_url + path, sent, body, **also))

    def create(self, *, model: str = "gpt-4o", take: int | None = None, **body: Any) -> Reply:
        """`POST /responses`. `take` leaves a stream after so many events."""
        return self.ask(Ask("responses.create", body={"model": self.scene.target.deployment(model), **body}, take=take))

    def stream(self, *, take: int | None = None, **body: Any) -> Reply:
        """The same, streamed."""
        return self.create(take=take, stream=True, **body)

    def chat(self, *, model: str = "gpt-4o", take: int | None = None, **body: Any) -> Reply:
        """`POST /chat/completions`."""
        return self.ask(Ask("chat.completions.create", body={"model": self.scene.target.deployment(model), **body}, take=take))

    def embed(self, *, model: str = "text-embedding-3-small", **body: Any) -> Reply:
        """`POST /embeddings`."""
        return self.ask(Ask("embeddings.create", body={"model": self.scene.target.deployment(model), **body}))

    def upload(self, name: str, data: bytes, *, purpose: str = "assistants", **form: Any) -> Reply:
        """`POST /files`."""
        return self.ask(Ask("files.create", body={"purpose": purpose, **form}, file=(name, data, "text/plain")))

    def call(self, operation: str, id: str | None = None, item: str | None = None, **body: Any) -> Reply:
        """Any call by its name: what is given by name is the query of a GET, the body of any other."""
        if ROUTES[operation][0] in ("GET", "DELETE"):
            return self.ask(Ask(operation, id, query=body, item=item))
        return self.ask(Ask(operation, id, body=body, item=item))

    def retrieve(self, id: str, **query: Any) -> Reply:
        """`GET /responses/{id}`."""
        return self.ask(Ask("responses.retrieve", id, query=query))

    def delete(self, id: str) -> Reply:
        """`DELETE /responses/{id}`."""
        return self.ask(Ask("responses.delete", id))

    def cancel(self, id: str) -> Reply:
        """`POST /responses/{id}/cancel`."""
        return self.ask(Ask("responses.cancel", id))

    def input_items(self, id: str, **query: Any) -> Reply:
        """`GET /responses/{id}/input_items`."""
        return self.ask(Ask("responses.input_items", id, query=query))

    def pages(self, id: str, **query: Any) -> list[Reply]:
        """All pages of the input items, each asked for after the last of the one before."""
        out = [self.input_items(id, **query)]
        while out[-1].body["has_more"] and len(out) < 50:
            out.append(self.input_items(id, **{**query, "after": out[-1].body["last_id"]}))
        return out

    def settled(self, id: str, *, polls: int = 100) -> Reply:
        """Poll a background run until it has ended. On a mock its clock is moved, elsewhere time passes."""
        reply = self.retrieve(id)
        for _ in range(polls):
            if reply.body["status"] not in ("queued", "in_progress"):
                break
            if self.scene.target.kind == "azure":
                clock.sleep(2)
            self.control.advance("1s")
            reply = self.retrieve(id)
        return reply


# ---- running ----------------------------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of one case with one driver. `skipped` says why it did not run; `broken` is what its flow asserted in vain."""

    case: Case
    run: list[Exchange] = field(default_factory=list)
    skipped: str = ""
    broken: BaseException | None = None
    objections: list[Objection] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found; a case that did not run is neither well nor ill."""
        return not (self.broken or self.objections or self.skipped)

    def report(self) -> str:
        """Everything that was found, one finding a line."""
        flow = [f"{type(self.broken).__name__}: {self.broken}"] if self.broken else []
        return "\n".join([*flow, *map(str, self.objections)])


class _NotKept(Exception):
    """Leaves a recording without writing it."""


@contextmanager
def staged(case: Case, target: Target, driver: str, tape_path: Path | None = None, *, record: bool = False) -> Iterator[Client]:
    """The client for a case, in a scope of its own; what passes comes from the cassette, or goes to it.

    Raises CassetteProblem for a cassette that cannot be used, and Unplayed where a flow that went well left part of its cassette unasked.
    """
    scene = Scene(target, driver, case.profile)
    headers = {"x-mock-scope": scene.scope} if target.kind != "azure" else {}
    with suppress(_NotKept), ExitStack() as stack:
        finish: Callable[[], None] | None = None
        if target.kind == "cassette":
            assert tape_path is not None, "the cassette target needs a cassette"
            finish = stack.enter_context(tape.playing(tape_path))
        elif record:
            assert tape_path is not None, "a recording needs a place"
            tape_path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(tape.recording(tape_path, provenance(case, target)))
        stack.callback(scene.close)
        scene.control.settings(profile=case.profile)
        yield Client(scene, Connection(target.base_url, target.api_key, headers=headers, bearer=target.bearer))
        if scene.abandoned:
            raise _NotKept
        if finish is not None:
            finish()


def provenance(case: Case, target: Target) -> cassette.Provenance:
    """What is known of a recording that is about to be made."""
    import openai

    source: cassette.Source = "azure" if target.kind == "azure" else "mock"
    return cassette.Provenance(source=source, profile=case.profile, date=clock.today(), case=case.name, sdk=f"openai {openai.__version__}")


def run(case: Case, target: Target, driver: str = "openai", tape_path: Path | None = None) -> Outcome:
    """Run one case without pytest, and look at everything that it exchanged. Nothing is raised for what the service does."""
    missing = case.missing(target)
    if missing:
        return Outcome(case, skipped="; ".join(missing))
    out = Outcome(case)
    try:
        with staged(case, target, driver, tape_path) as client:
            out.run = client.scene.run
            case.play(client)
    except Exception as problem:  # noqa: BLE001 - whatever the flow raises is its finding
        out.broken = problem
    out.objections = checks.judge(out.run, case.claims)
    return out


# ---- a cassette beside a live run -------------------------------------------------------------------------------------------------------


def differences(recorded: Sequence[Exchange], live: Sequence[Exchange]) -> Iterator[str]:
    """How the same case went otherwise than when its cassette was recorded: other calls, other statuses, other members in an answer."""
    if len(recorded) != len(live):
        yield f"{len(live)} calls where the cassette has {len(recorded)}"
    for number, (was, now) in enumerate(zip(recorded, live, strict=False), 1):
        if (asked := spelled(was.request)) != (asks := spelled(now.request)):
            yield f"call {number} asks {asks} where the cassette has {asked}"
        elif was.answer and now.answer and was.answer.status != now.answer.status:
            yield f"call {number} ({now}) where the cassette has {was.answer.status}"
        elif was.response and now.response and (odd := set(was.response) ^ set(now.response)):
            yield f"call {number} ({now}): the response differs in its members {', '.join(sorted(odd))}"


_ID = re.compile(r"\b([a-z]{2,5}_(?=[0-9a-f]{18})|(?:assistant|file)-(?=\w{20}))\w+|\bredacted[\w-]*")


def spelled(request: Request) -> str:
    """A request without what differs from run to run: its ids."""
    return f"{request.method} {_ID.sub(lambda found: found[1] or '…', request.path)}"
