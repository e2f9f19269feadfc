"""What several exchanges say of one another: chains, branches, what was stored, listed and deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..exchange import Exchange, responses_in
from .check import Check, Finding, Run, each, short

FINAL: Final = ("completed", "incomplete", "failed", "cancelled")


def created(run: Run) -> Iterator[tuple[Exchange, dict[str, Any], dict[str, Any]]]:
    """Every creation that ended with a Response: the exchange, what was asked, what came."""
    for exchange, response in responses_in(run):
        asked = exchange.request.json
        if exchange.operation == "responses.create" and isinstance(asked, dict):
            yield exchange, asked, response


def id_in(exchange: Exchange) -> str:
    """The id in the path of a call on one response, empty where there is none."""
    return exchange.request.path.partition("/responses/")[2].partition("/")[0]


def _parent(exchange: Exchange) -> Iterator[str]:
    asked, response = exchange.request.json, exchange.response
    if exchange.operation != "responses.create" or response is None or not isinstance(asked, dict):
        return
    if response.get("previous_response_id") != asked.get("previous_response_id"):
        yield f"it was to continue {asked.get('previous_response_id')!r} and continues {response.get('previous_response_id')!r}"


def _counted(run: Run) -> Iterator[Finding]:
    made = {response["id"]: (asked, response) for _, asked, response in created(run)}
    for exchange, asked, response in created(run):
        before = made.get(str(asked.get("previous_response_id")))
        if before is None or asked.get("truncation") == "auto" or response.get("usage") is None or before[1].get("usage") is None:
            continue
        if before[0].get("instructions") and not asked.get("instructions"):
            continue  # instructions do not carry over, so the context may shrink
        if before[0].get("tools") and not asked.get("tools"):
            continue
        if response["usage"]["input_tokens"] <= before[1]["usage"]["input_tokens"]:
            yield exchange, f"{response['usage']['input_tokens']} input tokens after a turn of {before[1]['usage']['input_tokens']}"


def _shared(run: Run) -> Iterator[Finding]:
    made = {response["id"]: response for _, _, response in created(run)}
    for exchange, asked, response in created(run):
        parent = made.get(str(asked.get("previous_response_id")))
        if parent and len(parent["id"]) == len(response["id"]) == 55 and parent["id"][5:21] != response["id"][5:21]:
            yield exchange, f"{response['id']} continues {parent['id']} and does not share its beginning"


def _fresh(run: Run) -> Iterator[Finding]:
    seen: set[str] = set()
    for exchange, _, response in created(run):
        if response["id"] in seen:
            yield exchange, f"the id {response['id']} was given before"
        seen.add(response["id"])


def _kept(run: Run) -> Iterator[Finding]:
    made: dict[str, dict[str, Any]] = {}
    for exchange, response in responses_in(run):
        if exchange.operation == "responses.create" and response.get("status") in FINAL:
            made[response["id"]] = response
        elif exchange.operation == "responses.retrieve" and id_in(exchange) in made:
            before = made[id_in(exchange)]
            other = [name for name in before if name != "billing" and _plain(before[name]) != _plain(response.get(name))]
            if other:
                yield exchange, f"it differs from what was created in {', '.join(other)}"


def _plain(value: Any) -> Any:
    """Without what is encrypted anew at each telling."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name != "encrypted_content"}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _asked_for(exchange: Exchange) -> Iterator[str]:
    response = exchange.response
    if exchange.operation in ("responses.retrieve", "responses.cancel") and response is not None and response.get("id") != id_in(exchange):
        yield f"{id_in(exchange)} was asked for, {response.get('id')} came"


def _not_stored(run: Run) -> Iterator[Finding]:
    loose = {response["id"] for _, asked, response in created(run) if asked.get("store") is False}
    for exchange in run:
        if exchange.operation in ("responses.retrieve", "responses.input_items") and id_in(exchange) in loose and exchange.ok:
            yield exchange, "it was not to be stored and is there"


def _deleted(exchange: Exchange) -> Iterator[str]:
    if exchange.operation != "responses.delete" or not exchange.ok or exchange.answer is None:
        return
    body = exchange.answer.json
    if body != {"id": id_in(exchange), "object": "response.deleted", "deleted": True}:
        yield f"the body is {short(body)}"


def _gone(run: Run) -> Iterator[Finding]:
    gone: set[str] = set()
    for exchange in run:
        if exchange.operation == "responses.delete" and exchange.ok:
            gone.add(id_in(exchange))
        elif str(exchange.operation).startswith("responses.") and id_in(exchange) in gone and exchange.ok:
            yield exchange, "it was deleted and is there"
        elif exchange.operation == "responses.create" and exchange.ok:
            asked = exchange.request.json
            if isinstance(asked, dict) and asked.get("previous_response_id") in gone:
                yield exchange, f"it continues {asked['previous_response_id']}, which was deleted"


CHAINING: Final[Mapping[str, Check]] = {
    "a response names the parent that it was given": each(_parent),
    "the whole chain is counted": Check(_counted),
    "ids of a chain share their beginning": Check(_shared),
    "no id is given to two responses": Check(_fresh),
}

STORING: Final[Mapping[str, Check]] = {
    "what is stored is what was answered": Check(_kept),
    "the response that is asked for comes": each(_asked_for),
    "what is not to be stored cannot be had again": Check(_not_stored),
}

DELETION: Final[Mapping[str, Check]] = {
    "a deletion says what it deleted": each(_deleted),
    "what was deleted is gone and cannot be continued": Check(_gone),
}
