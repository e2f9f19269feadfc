"""Legal exchanges to spoil: the contracts of the catalogue, played from their cassettes; and the ways to spoil them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

from azure_openai_contracts import catalogue
from azure_openai_contracts.case import Case, staged
from azure_openai_contracts.exchange import Answer, Exchange
from azure_openai_contracts.target import Target

Run = list[Exchange]
Spoil = Callable[[Run], Run]


@cache
def contract(module: str) -> ModuleType:
    """A file of the catalogue."""
    spec = importlib.util.spec_from_file_location(f"legal_{module}", catalogue.contracts() / f"{module}.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def case_named(name: str) -> Case:
    """A case of the catalogue by `file.function`, ready to be played."""
    module, _, function = name.partition(".")
    flow = getattr(contract(module), function)
    return replace(getattr(flow, "case", Case(function)), name=name, flow=flow)


@cache
def _played(name: str, driver: str) -> tuple[Exchange, ...]:
    case = case_named(name)
    with staged(case, Target("cassette"), driver, catalogue.cassettes() / f"{name}.yaml") as client:
        case.play(client)
    return tuple(client.scene.run)


def played(name: str, driver: str = "openai") -> Run:
    """What that contract exchanged, from its cassette."""
    return list(_played(name, driver))


def changed(run: Run, place: int, **changes: Any) -> Run:
    """The run with one exchange otherwise."""
    return [replace(one, **changes) if number == place % len(run) else one for number, one in enumerate(run)]


def answered(place: int = 0, **changes: Any) -> Spoil:
    """Its answer has another `status`, `body`, `headers` …"""

    def spoil(run: Run) -> Run:
        answer = run[place].answer
        assert answer is not None
        return changed(run, place, answer=replace(answer, **changes))

    return spoil


def body(edit: Callable[[Any], Any], place: int = 0) -> Spoil:
    """Its JSON body is edited in place."""

    def spoil(run: Run) -> Run:
        answer = run[place].answer
        assert answer is not None
        value = deepcopy(answer.json)
        edit(value)
        return changed(run, place, answer=replace(answer, body=json.dumps(value).encode(), headers=plain(answer)))

    return spoil


def plain(answer: Answer) -> tuple[tuple[str, str], ...]:
    """Headers of an answer whose body is not compressed."""
    return tuple(pair for pair in answer.headers if pair[0] != "content-encoding")


def told(edit: Callable[[list[dict[str, Any]]], Any], place: int = 0) -> Spoil:
    """The events of its stream are edited in place."""

    def spoil(run: Run) -> Run:
        answer = run[place].answer
        assert answer is not None
        events = deepcopy(answer.events)
        edit(events)
        spelled = "".join(f"event: {event.get('type')}\ndata: {json.dumps(event)}\n\n" for event in events).encode()
        return changed(run, place, answer=replace(answer, body=spelled, headers=plain(answer)))

    return spoil


def chunked(edit: Callable[[list[dict[str, Any]]], Any], place: int = 0, *, done: str = "data: [DONE]\n\n") -> Spoil:
    """The chunks of a chat's stream are edited in place."""

    def spoil(run: Run) -> Run:
        answer = run[place].answer
        assert answer is not None
        chunks = deepcopy(answer.events)
        edit(chunks)
        spelled = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + done
        return changed(run, place, answer=replace(answer, body=spelled.encode(), headers=plain(answer)))

    return spoil


def headed(name: str, value: str | None, place: int = 0) -> Spoil:
    """A header of its answer has another value, or is not there."""

    def spoil(run: Run) -> Run:
        answer = run[place].answer
        assert answer is not None
        headers = [pair for pair in answer.headers if pair[0] != name]
        return changed(run, place, answer=replace(answer, headers=(*headers, *([(name, value)] if value is not None else []))))

    return spoil


def asked(edit: Callable[[Any], Any], place: int = 0) -> Spoil:
    """The JSON body of its request is edited in place."""

    def spoil(run: Run) -> Run:
        value = deepcopy(run[place].request.json)
        edit(value)
        return changed(run, place, request=replace(run[place].request, body=json.dumps(value).encode()))

    return spoil


def sent(name: str, value: str | None, place: int = 0) -> Spoil:
    """A header of its request has another value, or is not there."""

    def spoil(run: Run) -> Run:
        headers = [pair for pair in run[place].request.headers if pair[0] != name]
        request = replace(run[place].request, headers=(*headers, *([(name, value)] if value is not None else [])))
        return changed(run, place, request=request)

    return spoil


def addressed(edit: Callable[[str], str], place: int = 0) -> Spoil:
    """Its URL is another."""
    return lambda run: changed(run, place, request=replace(run[place].request, url=edit(run[place].request.url)))


def both(*spoils: Spoil) -> Spoil:
    """One after the other."""

    def spoil(run: Run) -> Run:
        for one in spoils:
            run = one(run)
        return run

    return spoil
