"""Drift: how the installed `openai` SDK's types, the cassettes and the mock differ, each by name. Nothing leaves the machine.

All three are read into one vocabulary of paths: `event TYPE`, `event TYPE.member`, `item TYPE`, `item message.content[output_text].text`,
`response.usage.input_tokens`, `parameter NAME`. The SDK's come from its type annotations; the mock's from what it really answers when it is
made to say every kind of item; the cassettes' from what was recorded. What differs for a known reason stands in `drift.yaml`; a known gap
that is no more is itself a difference.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import types
import typing
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

import yaml

from . import cassette, clock
from .exchange import Answer, Exchange, Request, headers_of
from .operations import CHATS
from .target import Control, ControlProblem, NoMock, Target, started_mock

Severity: TypeAlias = Literal["error", "warning", "notice"]

KNOWN_GAPS: Final = Path(__file__).with_name("drift.yaml")
CASSETTES: Final = Path("cassettes")
MODEL: Final = "gpt-5"
"""The deployment that is asked: a model that has every kind of item."""
DEEPEST: Final = 5
"""Members are compared so many levels deep."""


# ---- the SDK's types --------------------------------------------------------------------------------------------------------------------


Place: TypeAlias = tuple[str, ...]
"""From the top down: `("item message", "content", "[output_text]", "text")`."""


def name_of(path: Place) -> str:
    """The path as it is written: `item message.content[output_text].text`."""
    return ".".join(path).replace(".[", "[")


@dataclass(frozen=True)
class Fact:
    """What a type says of a path: whether the member must be there, and whether anything may stand below it."""

    required: bool = False
    open: bool = False


Surface: TypeAlias = dict[Place, Fact]


@dataclass(frozen=True)
class Types:
    """The annotations that say what the API is: unions of event and item models, the Response model, the parameters of create."""

    events: Any
    items: Any
    response: Any
    parameters: Sequence[Any]

    @classmethod
    def installed(cls) -> Types:
        """Those of the installed `openai`."""
        from openai.types import responses
        from openai.types.responses import response_create_params as params

        both = (params.ResponseCreateParamsNonStreaming, params.ResponseCreateParamsStreaming)
        return cls(responses.ResponseStreamEvent, responses.ResponseOutputItem, responses.Response, both)


_BARE: Final = ("output", "tools", "tool_choice", "instructions", "metadata", "prompt", "conversation", "moderation")
"""Members below which nothing is compared: items are by themselves, the rest echoes the request."""


def surface_of(known: Types) -> Surface:
    """Everything that the types name."""
    out: Surface = {("response",): Fact(required=True)}
    for model in members_of(known.events):
        for name in literals_of(model):
            event = (f"event {name}",)
            out[event] = Fact(required=True)
            out.update({(*event, member): Fact(info.is_required(), open=True) for member, info in fields_of(model)})
    for model in members_of(known.items):
        for name in literals_of(model):
            out[(f"item {name}",)] = Fact(required=True)
            out.update(_below((f"item {name}",), model))
    for member, info in fields_of(known.response):
        fact = Fact(info.is_required(), open=member in _BARE)
        out[("response", member)] = fact
        if not fact.open:
            out.update(_nested(("response", member), info.annotation, fact))
    for shape in known.parameters:
        out.update({(f"parameter {name}",): Fact() for name in typing.get_type_hints(shape)})
    return out


def _below(path: Place, model: Any) -> Surface:
    out: Surface = {}
    for member, info in fields_of(model):
        fact = Fact(info.is_required(), open=member in _BARE and len(path) == 1)
        out[(*path, member)] = fact
        out.update({} if fact.open else _nested((*path, member), info.annotation, fact))
    return out


def _nested(path: Place, annotation: Any, fact: Fact) -> Surface:
    """What stands below a member: the members of the models in it, or anything at all."""
    out: Surface = {}
    for kind in members_of(annotation):
        origin = typing.get_origin(kind)
        if origin is list:
            out.update(_nested(path, typing.get_args(kind)[0], fact))
        elif fields_of(kind) and len(path) >= DEEPEST:
            out[path] = Fact(fact.required, open=True)
        elif fields_of(kind):
            tagged = [(*path, f"[{tag}]") for tag in literals_of(kind)]
            out.update(dict.fromkeys(tagged, Fact()))
            for place in tagged or [path]:
                out.update(_below(place, kind))
        elif origin is dict or kind in (object, Any, dict):
            out[path] = Fact(fact.required, open=True)
    return out


def members_of(annotation: Any) -> list[Any]:
    """The alternatives of a union, through `Annotated`, without None."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return members_of(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [one for part in typing.get_args(annotation) if part is not type(None) for one in members_of(part)]
    return [annotation]


def fields_of(model: Any) -> list[tuple[str, Any]]:
    """The members of a pydantic model, by the names that stand on the wire; none for anything else."""
    known: Mapping[str, Any] = getattr(model, "model_fields", None) or {}
    return [(info.alias or name, info) for name, info in known.items()]


def literals_of(model: Any) -> list[str]:
    """The values of a model's `type`, where it is a literal."""
    kind = dict(fields_of(model)).get("type")
    found = [one for one in members_of(kind.annotation) if typing.get_origin(one) is Literal] if kind else []
    return [str(value) for one in found for value in typing.get_args(one)]


def examples_of(model: Any) -> Iterator[dict[str, Any]]:
    """Values of a model: the least one, and that with each member in each of its alternatives."""
    least = {name: example_of(info.annotation) for name, info in fields_of(model) if info.is_required()}
    yield least
    for name, info in fields_of(model):
        for one in members_of(info.annotation):
            inner = typing.get_args(one)[0] if typing.get_origin(one) is list else None
            kinds = members_of(inner) if inner is not None else [one]
            values = [example_of(kind, full=True) for kind in kinds]
            yield from ({**least, name: [value] if inner is not None else value} for value in values)


def example_of(annotation: Any, depth: int = 0, *, full: bool = False) -> Any:
    """A value of a type: what is required, or with `full` all of it; the first alternative everywhere."""
    kind = next(iter(members_of(annotation)))
    origin = typing.get_origin(kind)
    if depth > DEEPEST:
        return None
    if origin is Literal:
        return typing.get_args(kind)[0]
    if origin is list:
        return [example_of(typing.get_args(kind)[0], depth + 1, full=full)] if full or depth else []
    if fields_of(kind):
        wanted = [(name, info) for name, info in fields_of(kind) if full or info.is_required()]
        return {name: example_of(info.annotation, depth + 1, full=full) for name, info in wanted}
    return {str: "x", int: 0, float: 0.5, bool: False}.get(typing.cast("type", kind), {})


# ---- what was answered ------------------------------------------------------------------------------------------------------------------


def told_in(exchanges: Iterable[Exchange]) -> set[Place]:
    """The paths that stand in answers."""
    out: set[Place] = {("response",)}
    for exchange in exchanges:
        if exchange.answer is None or not exchange.ok:
            continue
        for event in exchange.answer.events if exchange.operation not in CHATS else ():
            name = f"event {event.get('type')}"
            out |= {(name,), *((name, member) for member in event)}
            out |= set(_items([event.get("item")])) | set(_response(event.get("response")))
        out |= set(_response(exchange.answer.json))
    return out


def _response(value: Any) -> Iterator[Place]:
    if isinstance(value, dict) and value.get("object") == "response":
        for member, inner in value.items():
            yield ("response", member)
            if member not in _BARE:
                yield from _told(("response", member), inner)
        yield from _items(value.get("output") or [])


def _items(values: Iterable[Any]) -> Iterator[Place]:
    for item in values:
        if isinstance(item, dict):
            yield (f"item {item.get('type')}",)
            yield from _members((f"item {item.get('type')}",), item)


def _members(path: Place, value: Mapping[str, Any]) -> Iterator[Place]:
    for member, inner in value.items():
        yield (*path, member)
        yield from _told((*path, member), inner)


def _told(path: Place, value: Any) -> Iterator[Place]:
    if len(path) >= DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _told(path, one)
    elif isinstance(value, dict):
        tagged = (*path, f"[{value['type']}]") if isinstance(value.get("type"), str) else path
        yield tagged
        yield from _members(tagged, value)


@dataclass
class Heard:
    """What a mock tells. `given` is what it tells only where a rule says so; `refused` what it would not tell, with its reasons."""

    paths: set[Place] = field(default_factory=set)
    given: set[Place] = field(default_factory=set)
    refused: dict[Place, str] = field(default_factory=dict)


class _Mock:
    """One scope of a mock, asked by plain HTTP."""

    def __init__(self, target: Target) -> None:
        self.target, self.scope = target, clock.fresh_name("drift")
        self.control = Control(target, self.scope)
        self.control.settings(profile="ga")

    def create(self, **body: Any) -> Exchange:
        """`POST /responses`."""
        return self.ask("/openai/v1/responses", {"model": MODEL, "input": "Go on.", **body})

    def ask(self, path: str, body: Mapping[str, Any]) -> Exchange:
        """Any call with a body."""
        url = urlsplit(self.target.base_url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=30)
        headers = {"api-key": self.target.api_key, "x-mock-scope": self.scope, "content-type": "application/json"}
        sent = json.dumps(body).encode()
        try:
            connection.request("POST", path, sent, headers)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        request = Request("POST", path, headers_of(headers), sent)
        return Exchange(request, Answer(answer.status, headers_of(answer.getheaders()), raw))

    def with_rule(self, rule: Mapping[str, Any], **body: Any) -> Exchange:
        """The same under one rule alone. Raises ControlProblem for a rule that the mock does not take."""
        self.control.call("DELETE", "/rules")
        self.control.call("POST", "/rules", dict(rule))
        return self.create(**body)


_SCHEMA: Final = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}

_TURNS: Final[Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]] = (
    ({}, {}),
    ({}, {"stream": True}),
    ({}, {"stream": True, "background": True}),
    ({}, {"prompt": {"id": "pmpt_example", "variables": {"name": "Ada"}}}),
    ({"outcome": {"refusal": "No."}}, {"stream": True}),
    ({"outcome": {"failed": "server_error"}}, {"stream": True}),
    ({"outcome": {"incomplete": "max_output_tokens"}}, {"stream": True}),
    ({"fault": [{"error_event": {"after": 3}}]}, {"stream": True}),
    ({"fault": [{"keepalive": 1}]}, {"stream": True}),
    ({}, {"input": "Say it in JSON.", "text": {"format": {"type": "json_object"}}}),
    ({}, {"text": {"format": {"type": "json_schema", "name": "n", "strict": True, "schema": _SCHEMA}}}),
    ({"say": [{"type": "reasoning", "summary": ["Hm."]}, "So."]}, {"include": ["reasoning.encrypted_content"]}),
    ({"say": [{"type": "compaction"}]}, {"stream": True, "input": [{"role": "user", "content": "Go on."}, {"type": "compaction_trigger"}]}),
    (
        {"say": [{"type": "image_generation_call", "result": "aGk="}]},
        {"stream": True, "tools": [{"type": "image_generation", "partial_images": 1}]},
    ),
)
"""Rules and requests that make a mock tell what no single item does."""


def heard_from(target: Target, known: Types) -> Heard:
    """What a mock tells when it is made to say each kind of item that the types name, and end in each way."""
    mock, out = _Mock(target), Heard()
    for rule, body in _TURNS:
        out.paths |= told_in([mock.with_rule(rule, **body) if rule else mock.create(**body)])
    held = mock.ask("/openai/v1/conversations", {}).answer
    if held is not None and isinstance(held.json, dict) and "id" in held.json:
        out.paths |= told_in([mock.create(conversation=held.json["id"])])
    for model in members_of(known.items):
        for name in literals_of(model):
            _say(mock, name, model, out)
    for path, *_ in surface_of(known):
        if path.startswith("parameter "):
            _send(mock, path, out)
    mock.control.reset()
    return out


def _send(mock: _Mock, path: str, out: Heard) -> None:
    """Whether a parameter is known: null is a value of most, and the complaint about an unknown one has a code of its own."""
    answer = mock.create(**{"input": "Go on.", path.removeprefix("parameter "): None}).answer
    if answer is not None and (answer.error or {}).get("code") == "unknown_parameter":
        out.refused[(path,)] = str((answer.error or {}).get("message"))
    else:
        out.paths.add((path,))


def _say(mock: _Mock, name: str, model: Any, out: Heard) -> None:
    """Make the mock say an item: as little of it as there can be, then with each of its members."""
    for number, example in enumerate(examples_of(model)):
        item = {member: value for member, value in example.items() if member != "id" and (number or member != "status")}
        told, refused = _said(mock, {**item, "type": name})
        out.given |= told
        if number == 0:
            out.paths |= told
            out.refused.update({(f"item {name}",): refused} if refused else {})


def _said(mock: _Mock, item: Mapping[str, Any]) -> tuple[set[Place], str]:
    """What is told when the mock is to say this item, or why it does not."""
    try:
        exchange = mock.with_rule({"say": [dict(item)]}, stream=True)
    except ControlProblem as problem:
        return set(), str(problem).partition("answered ")[2] or str(problem)
    error = exchange.answer.error if exchange.answer else None
    return (set(), str(error.get("message"))) if error else (told_in([exchange]), "")


# ---- comparing --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One of them has what another lacks. `name` says which and what, and is what `drift.yaml` matches; `known` is the reason there."""

    name: str
    severity: Severity
    why: str = ""
    known: str = ""


@dataclass(frozen=True)
class Gap:
    """A row of `drift.yaml`: differences whose names match `gap` (with `*`), and why they are."""

    gap: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether it is about that difference."""
        return fnmatchcase(difference.name, self.gap.replace("[", "[[]"))


def known_gaps(path: Path = KNOWN_GAPS) -> list[Gap]:
    """The rows of the file; a row may list several gaps. Raises ValueError for a row without a gap or a reason."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for row in rows:
        if not (isinstance(row, dict) and row.get("gap") and row.get("reason") and set(row) == {"gap", "reason"}):
            raise ValueError(f"{path.name}: a row has a gap and a reason, nothing else: {row!r}")
    return [Gap(gap, row["reason"]) for row in rows for gap in (row["gap"] if isinstance(row["gap"], list) else [row["gap"]])]


def compare(sdk: Surface, mock: Heard, recorded: Mapping[str, set[Place]]) -> list[Difference]:
    """All differences; of what one of them lacks altogether only the top is named. `recorded` is source -> paths in its cassettes."""
    out = list(_lacking(sdk, mock))
    out += [
        Difference(f"SDK lacks {name_of(path)}", "notice")
        for path in sorted(mock.paths)
        if path not in sdk and _is_top(path, sdk) and not _is_open(path, sdk)
    ]
    told = mock.paths | mock.given
    for source, paths in sorted(recorded.items()):
        severity: Severity = "warning" if source == "mock" else "error"
        lacking = sorted(path for path in paths - told if _is_top(path, told) and not _is_open(path, sdk))
        out += [Difference(f"mock lacks {name_of(path)} of {source} cassettes", severity) for path in lacking]
        unknown = sorted(path for path in paths - sdk.keys() - told if _is_top(path, sdk) and not _is_open(path, sdk))
        out += [Difference(f"SDK lacks {name_of(path)} of {source} cassettes", "notice") for path in unknown]
    return out


def _lacking(sdk: Surface, mock: Heard) -> Iterator[Difference]:
    """What the SDK names and the mock does not tell. What it tells of an item when it is given is no more than a notice deep inside."""
    known = mock.paths | mock.given
    for path, fact in sdk.items():
        if path not in known and _is_top(path, known):
            yield Difference(f"mock lacks {name_of(path)}", "error" if fact.required else "warning", mock.refused.get(path, ""))
        elif path not in mock.paths and _is_top(path, mock.paths):
            inside = len(path) > 2 or not path[0].startswith("item ")
            yield Difference(f"mock tells {name_of(path)} only when given", "notice" if inside else "warning")


def _is_top(path: Place, paths: Container[Place]) -> bool:
    """Whether what it belongs to is there: else the absence of that is the difference."""
    return len(path) == 1 or path[:-1] in paths


def _is_open(path: Place, sdk: Surface) -> bool:
    """Whether the SDK lets anything stand there."""
    return any(sdk.get(path[:length], Fact()).open for length in range(1, len(path)))


def explained(differences: Iterable[Difference], gaps: Sequence[Gap]) -> list[Difference]:
    """The differences, each with the reason that is known for it, and a warning for every gap that is no more."""
    found = list(differences)
    out = [replace(one, known=next((gap.reason for gap in gaps if gap.covers(one)), "")) for one in found]
    stale = [gap for gap in gaps if not any(gap.covers(one) for one in found)]
    return out + [Difference(f"no longer a gap: {gap.gap}", "warning", "take the row away") for gap in stale]


def recorded_under(folder: Path) -> dict[str, set[Place]]:
    """Source -> what the cassettes of that source tell. Raises CassetteProblem."""
    out: dict[str, set[Place]] = {}
    for path in cassette.files_under(folder) if folder.is_dir() else []:
        one = cassette.load(path)
        out.setdefault(one.provenance.source, set()).update(told_in(one.exchanges))
    return out


def drift(
    *, target: Target | None = None, cassettes: Path = CASSETTES, gaps: Path = KNOWN_GAPS, known: Types | None = None
) -> list[Difference]:
    """The differences between the SDK's types, the cassettes and the mock: the installed types and a mock of its own where none are given.

    Raises NoMock and CassetteProblem.
    """
    types_ = known or Types.installed()
    if target is None:
        with started_mock("--quiet", "--profile", "ga") as started:
            heard = heard_from(started, types_)
    else:
        heard = heard_from(target, types_)
    return explained(compare(surface_of(types_), heard, recorded_under(cassettes)), known_gaps(gaps))


# ---- the command ------------------------------------------------------------------------------------------------------------------------


def command(argv: Sequence[str]) -> int:
    """`azure-openai-mock drift`: 0 where nothing new differs, 1 where something does, 2 where it could not be looked at."""
    made = argparse.ArgumentParser("azure-openai-mock drift", description="Compare the installed SDK's types, the cassettes and the mock.")
    made.add_argument("--cassettes", type=Path, default=CASSETTES, help="the folder of cassettes (default: %(default)s)")
    made.add_argument(
        "--gaps", type=Path, default=KNOWN_GAPS, metavar="FILE", help="known gaps with their reasons (default: the kit's own)"
    )
    made.add_argument("--url", default="", help="a running mock; without it one is started")
    made.add_argument("--all", action="store_true", help="known gaps and notices too")
    made.add_argument("--json", action="store_true", help="print everything as JSON")
    given = made.parse_args(argv)
    try:
        target = Target("mock", given.url.rstrip("/")) if given.url else None
        found = drift(target=target, cassettes=given.cassettes, gaps=given.gaps)
    except (NoMock, ControlProblem, cassette.CassetteProblem, ValueError, OSError) as problem:
        sys.stderr.write(f"azure-openai-mock drift: {problem}\n")
        return 2
    new = [one for one in found if one.severity != "notice" and not one.known]
    if given.json:
        print(json.dumps({"sdk": _version(), "new": len(new), "differences": [asdict(one) for one in found]}, indent=2))
    else:
        print("\n".join(_lines(found if given.all else new, found)))
    return 1 if new else 0


def _lines(shown: Sequence[Difference], found: Sequence[Difference]) -> Iterator[str]:
    for one in shown:
        reason = f" (known: {one.known})" if one.known else ""
        yield f"{one.severity:8} {one.name}{f': {one.why}' if one.why else ''}{reason}"
    known = sum(bool(one.known) for one in found)
    notices = sum(one.severity == "notice" and not one.known for one in found)
    new = len(found) - known - notices
    yield f"openai {_version()}: {new} new differences, {known} known, {notices} notices"


def _version() -> str:
    import openai

    return str(openai.__version__)
