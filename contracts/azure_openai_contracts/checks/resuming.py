"""Resuming a stream, and runs in the background."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..exchange import Exchange, responses_in
from .chains import FINAL, id_in
from .check import Check, Finding, Run, each, responses_of

PADDING: Final = ("obfuscation", "encrypted_content")
"""Members that differ each time an event is told."""

ORDER: Final = ("queued", "in_progress", *FINAL)


def _told(event: dict[str, Any]) -> Any:
    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items() if name not in PADDING}
        return [plain(one) for one in value] if isinstance(value, list) else value

    return plain({name: value for name, value in event.items() if name != "response"})


def _id_of(exchange: Exchange) -> str:
    for event in exchange.answer.events if exchange.answer else []:
        if isinstance(event.get("response"), dict):
            return str(event["response"].get("id"))
    return ""


def _from_there(exchange: Exchange) -> Iterator[str]:
    answer, query = exchange.answer, dict(exchange.request.query)
    if exchange.operation != "responses.retrieve" or not (answer and answer.is_stream and answer.events):
        return
    first, after = answer.events[0].get("sequence_number"), int(query.get("starting_after", -1))
    if first != after + 1:
        yield f"after {after} it goes on with {first}"


def _same(run: Run) -> Iterator[Finding]:
    told: dict[str, dict[Any, Any]] = {}
    for exchange in run:
        answer = exchange.answer
        if answer is None or not answer.is_stream:
            continue
        id = id_in(exchange) or _id_of(exchange)
        known = told.setdefault(id, {})
        for event in answer.events:
            number = event.get("sequence_number")
            if number is not None and number in known and known[number] != _told(event):
                yield exchange, f"event {number} was told otherwise before"
                break
            known[number] = _told(event)


def _forward(run: Run) -> Iterator[Finding]:
    last: dict[str, str] = {}
    for exchange, response in responses_in(run):
        id, status = str(response.get("id")), str(response.get("status"))
        before = last.get(id)
        if before in FINAL and status != before:
            yield exchange, f"it was {before} and is {status}"
        elif before in ORDER and status in ORDER and ORDER.index(status) < ORDER.index(before) and status not in FINAL:
            yield exchange, f"it was {before} and is {status} again"
        last[id] = status


def _at_once(exchange: Exchange) -> Iterator[str]:
    asked = exchange.request.json
    if exchange.operation != "responses.create" or not isinstance(asked, dict) or asked.get("background") is not True:
        return
    for response in responses_of(exchange)[:1]:
        if response.get("status") not in ("queued", "in_progress"):
            yield f"a run in the background begins {response.get('status')}"
        if response.get("background") is not True:
            yield f"background is {response.get('background')!r}"


def _cancelled(exchange: Exchange) -> Iterator[str]:
    response = exchange.response
    if exchange.operation != "responses.cancel" or response is None:
        return
    if response.get("status") not in FINAL:
        yield f"it is {response.get('status')} after it was cancelled"
    if response.get("status") == "cancelled" and (response.get("output") or response.get("usage") is not None):
        yield "it is cancelled and has output or usage"


RESUMING: Final[Mapping[str, Check]] = {
    "a stream goes on after the number that was asked for": each(_from_there),
    "an event is told the same each time": Check(_same),
}

BACKGROUND: Final[Mapping[str, Check]] = {
    "a run in the background begins at once and unfinished": each(_at_once),
    "a status never goes back": Check(_forward),
    "what is cancelled is cancelled, without output": each(_cancelled),
}
