"""Refusals: their shape, and that they say what was wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..exchange import Exchange
from .check import Check, each, short

WRAPPED_IN: Final = "error"
KNOWN_MEMBERS: Final = frozenset(
    {"message", "type", "param", "code", "innererror", "inner_error", "status", "content_filters", "details", "target"}
)


def refused(exchange: Exchange) -> dict[str, Any] | None:
    """The error object of a refusal, None where there is none."""
    answer = exchange.answer
    if answer is None or answer.status < 400:
        return None
    body = answer.json
    return body if isinstance(body, dict) else {}


def _wrapped(exchange: Exchange) -> Iterator[str]:
    body = refused(exchange)
    if body is None:
        return
    if set(body) == {"statusCode", "message"}:
        return  # the gateway's answer to a token that it does not take
    if not isinstance(body.get(WRAPPED_IN), dict):
        yield f"the body is {short(exchange.answer.plain if exchange.answer else b'')}"
    elif set(body) != {WRAPPED_IN}:
        yield f"beside the error stand {sorted(set(body) - {WRAPPED_IN})}"


def _says(exchange: Exchange) -> Iterator[str]:
    error = exchange.answer.error if exchange.answer else None
    if refused(exchange) is None or error is None:
        return
    if not isinstance(error.get("message"), str) or not error["message"].strip():
        yield f"it has no message: {short(error)}"
    for name in ("code", "param", "type"):
        if error.get(name) is not None and not isinstance(error[name], str):
            yield f"{name} is {short(error[name])}"
    strange = set(error) - KNOWN_MEMBERS
    if strange and "statusCode" not in error:
        yield f"it has the members {sorted(strange)}"


def _typed(exchange: Exchange) -> Iterator[str]:
    error = exchange.answer.error if exchange.answer else None
    if refused(exchange) is None or not error or exchange.answer is None:
        return
    kind, status = error.get("type"), exchange.answer.status
    if kind == "invalid_request_error" and not 400 <= status < 500:
        yield f"{kind} with the status {status}"
    if kind == "server_error" and status < 500:
        yield f"{kind} with the status {status}"
    if kind == "invalid_request_error" and set(error) < {"message", "type", "param", "code"}:
        yield f"it lacks {sorted({'message', 'type', 'param', 'code'} - set(error))}"


_QUOTED = re.compile(r"^(?:Unknown parameter|Missing required parameter|Invalid(?: type for| value for)?|Unsupported value):? '([^']+)'")


def _points(exchange: Exchange) -> Iterator[str]:
    error = exchange.answer.error if exchange.answer else None
    if refused(exchange) is None or not error or error.get("type") != "invalid_request_error" or error.get("param") is None:
        return
    quoted = _QUOTED.match(str(error.get("message")))
    if quoted and quoted[1] != error["param"] and error.get("code") in ("unknown_parameter", "missing_required_parameter", "invalid_type"):
        yield f"the message speaks of {quoted[1]!r}, param is {error['param']!r}"


def _named(exchange: Exchange) -> Iterator[str]:
    error, asked = (exchange.answer.error if exchange.answer else None), exchange.request.json
    if refused(exchange) is None or not error or error.get("code") != "previous_response_not_found":
        return
    wanted = asked.get("previous_response_id") if isinstance(asked, dict) else None
    if error.get("message") != f"Previous response with id '{wanted}' not found.":
        yield f"it says {error.get('message')!r} of {wanted!r}"
    if (exchange.answer.status if exchange.answer else 0, error.get("param"), error.get("type")) != (
        400,
        "previous_response_id",
        "invalid_request_error",
    ):
        yield f"it comes as {exchange} with the param {error.get('param')!r} and the type {error.get('type')!r}"


def _absent(exchange: Exchange) -> Iterator[str]:
    answer, operation = exchange.answer, str(exchange.operation)
    error = answer.error if answer else None
    if (
        answer is None
        or answer.status != 404
        or not error
        or operation
        not in (
            "responses.retrieve",
            "responses.delete",
            "responses.cancel",
            "responses.input_items",
        )
    ):
        return
    id = exchange.request.path.split("/responses/")[1].split("/")[0]
    if error.get("type") == "invalid_request_error" and error.get("message") != f"Response with id '{id}' not found.":
        yield f"it says {error.get('message')!r} of {id!r}"


CHECKS: Final[Mapping[str, Check]] = {
    "a refusal is one error object": each(_wrapped),
    "a refusal has a message, and members of their types": each(_says),
    "the type of a refusal fits its status": each(_typed),
    "a refusal names the parameter of which it speaks": each(_points),
    "an unknown parent is named as it was sent": each(_named),
    "an unknown response is named as it was sent": each(_absent),
}
