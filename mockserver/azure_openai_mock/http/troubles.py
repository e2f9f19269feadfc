"""Which faults one exchange gets: those of its rules, of its own header, and of the scope's chaos, as functions over frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import faults
from ..azure import errors
from ..azure import headers as azure_headers
from ..behaviour.book import Decision
from ..faults.stage import LONG, Stage
from ..service.call import Call
from ..wire.frames import Head
from ..wire.refusal import Refusal
from ..wire.types import Event
from ..world import real_sleep
from .front import HEADER

TIMEOUTS = ("x-stainless-read-timeout", "x-stainless-timeout")
"""Headers in which the official clients announce for how many seconds they wait (Python, and Node in whole seconds)."""


def faulted(call: Call, decision: Decision | None) -> list[faults.Fault]:
    """The faults in the order in which they wrap the answer, innermost first. Raises a Refusal for a header that cannot be read."""
    setups = list(decision.faults) if decision is not None else []
    header = call.headers.get(HEADER)
    if header:
        try:
            setups.extend(faults.from_header(header))
        except faults.Wrong as problem:
            raise Refusal("control_bad_request", message=f"{HEADER}: {problem}") from None
    if not setups:
        return []
    call.notes["faults"] = [str(setup) for setup in setups]
    stage = stage_of(call)
    return [setup(stage) for setup in setups]


def stage_of(call: Call) -> Stage:
    """What faults may use of this exchange."""
    clock = call.scope.world.clock

    def render(key: str | int, /, **fields: Any) -> tuple[Head, bytes]:
        by_status = key if isinstance(key, int) else None
        refusal = Refusal(errors.key_for_status(key) if isinstance(key, int) else key, **fields)
        rendered = errors.render(refusal, request_id=call.request_id, status=by_status)
        usual = azure_headers.refusal(rendered, call.profile, call.region, request_id=call.request_id, apim_request_id=call.request_id)
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
