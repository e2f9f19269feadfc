"""Which faults one exchange gets: those of its rules, of its own header, and of the scope's chaos, as functions over frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import faults
from ..azure import errors
from ..azure import headers as azure_headers
from ..azure.headers import Limits
from ..azure.models import Deployment
from ..behaviour.book import Decision
from ..faults.stage import LONG, Stage
from ..service import limits
from ..service.call import FAULT_HEADER, Call
from ..wire.frames import Head
from ..wire.refusal import Refusal
from ..wire.types import Event
from ..world import real_sleep

TIMEOUTS = ("x-stainless-read-timeout", "x-stainless-timeout")
"""Headers in which the official clients announce for how many seconds they wait (Python, and Node in whole seconds)."""


def faulted(call: Call, decision: Decision | None, deployment: Deployment | None) -> list[faults.Fault]:
    """The faults in the order in which they wrap the answer of that deployment, innermost first; None where no model answers.

    Raises a Refusal for a header that cannot be read.
    """
    setups = list(decision.faults) if decision is not None else []
    header = call.headers.get(FAULT_HEADER)
    if header:
        try:
            setups.extend(faults.from_header(header))
        except faults.Wrong as problem:
            raise Refusal("control_bad_request", message=f"{FAULT_HEADER}: {problem}") from None
    if not setups:
        return []
    call.notes["faults"] = [str(setup) for setup in setups]
    stage = stage_of(call, deployment)
    return [setup(stage) for setup in setups]


def stage_of(call: Call, deployment: Deployment | None) -> Stage:
    """What faults may use of this exchange."""
    clock = call.scope.world.clock

    def render(key: str | int, /, **fields: Any) -> tuple[Head, bytes]:
        by_status = key if isinstance(key, int) else None
        row = errors.row(errors.key_for_status(key) if isinstance(key, int) else key)
        throttled = deployment if row.exhausts is not None else None
        if throttled is not None:
            fields = {**limits.named(call, throttled), **fields}
        rendered = errors.render(Refusal(row.key, **fields), request_id=call.request_id, status=by_status)
        usual = azure_headers.refusal(
            rendered,
            call.profile,
            call.region,
            throttled,
            request_id=call.request_id,
            apim_request_id=call.request_id,
            client_request_id=call.headers.get("x-ms-client-request-id"),
            limits=None if throttled is None else _spent(call, throttled, row, fields),
        )
        own = {name for name, _ in rendered.headers}
        headers = (*rendered.headers, *(pair for pair in usual if pair[0] not in own))
        return Head(rendered.status, (("content-length", str(len(rendered.body))), *headers), rendered.reason), rendered.body

    def stream_error(key: str) -> Event:
        return errors.stream_error(key, request_id=call.request_id)

    streaming = (isinstance(call.json, dict) and call.json.get("stream") is True) or call.first("stream") == "true"
    return Stage(
        sleep=clock.sleep,
        stall=real_sleep,
        dice=call.scope.world.dice,
        streaming=streaming,
        render=render,
        stream_error=stream_error,
        client_timeout=announced_timeout(call.headers),
    )


def _spent(call: Call, deployment: Deployment, row: errors.ErrorRow, fields: Mapping[str, Any]) -> Limits:
    """What is left when this row comes: of the rate that its message names, nothing."""
    named = {word: rate for rate, word in limits.RATES.items()}.get(str(fields.get("what")), row.exhausts)
    wait = fields.get("retry_after", row.fields.get("retry_after"))
    return limits.spent(call.scope.settings.limits, deployment.name, str(named), errors.seconds_of(wait))


def announced_timeout(headers: Mapping[str, str]) -> float | None:
    """For how many seconds the client waits for bytes, None where it does not say or waits for ever."""
    for name in TIMEOUTS:
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if 0 <= seconds < LONG:
            return seconds
    return None
