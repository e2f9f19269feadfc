"""Rate limits that are real: requests and tokens per minute per deployment, counted in the store, on the scope's clock.

Off unless the scope's settings say so: `limits: {requests: 60, tokens: 10000}` for every deployment, or
`limits: {deployments: {chat: {requests: 5}}}` for some. Several processes share the counters. Law: in no window are more requests or
tokens admitted than its share, whoever else counts at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..azure import errors
from ..azure.headers import Limits, usual_quota
from ..azure.models import Deployment
from ..azure.tables import nearest
from ..store.protocol import Store
from ..wire.duration import seconds
from ..wire.refusal import Refusal
from ..wire.types import Object
from .call import Call
from .scope import Scope

MINUTE = 60.0
"""Seconds in which limits are given, and the renewal period that Azure's headers name (recorded)."""
RATES = {"requests": "call", "tokens": "token"}
"""What is limited -> what the refusal calls it."""
REFUSALS = {
    "both": "rate_limited",
    "retry-after": "rate_limited_retry_after",
    "retry-after-ms": "rate_limited_retry_after_ms",
    "none": "rate_limited_without_retry_after",
}
"""The setting `headers` -> the row of the error table whose headers say how long to wait."""
OF_ONE = (*RATES, "window", "headers")
"""What may be said of every deployment, and of each by its name."""


@dataclass(frozen=True, slots=True)
class Quota:
    """One deployment's limits per minute; None for no limit. Requests are judged in windows of `window` seconds, tokens by the minute."""

    requests: int | None = None
    tokens: int | None = None
    window: float = MINUTE
    refusal: str = REFUSALS["both"]

    def share(self, what: str) -> int | None:
        """How much of it one window admits; None where it is not limited. A limit above 0 admits one."""
        if what == "tokens":
            return self.tokens
        return max(1, math.floor(self.requests * self.window / MINUTE)) if self.requests else self.requests

    def span(self, what: str) -> float:
        """The length of its windows in seconds."""
        return MINUTE if what == "tokens" else self.window


def check(given: Any) -> str | None:
    """What is wrong with a `limits` setting, None where nothing is."""
    if given is None or given == "off":
        return None
    if not isinstance(given, dict):
        return 'limits: null, or an object with "requests" and "tokens" (per minute), "window", "headers" and "deployments" ({name: {…}})'
    inner = given.get("deployments", {})
    if not isinstance(inner, dict) or not all(isinstance(rates, dict) for rates in inner.values()):
        return "limits.deployments: an object of deployment names with an object each"
    common = {name: value for name, value in given.items() if name != "deployments"}
    for where, rates in (("limits", common), *((f"limits.deployments.{name}", rates) for name, rates in inner.items())):
        if problem := _wrong(rates):
            return f"{where}.{problem}"
    return None


def spelled(entries: Iterable[str]) -> Object:
    """The setting as a command line spells it: `requests=60` for every deployment, `chat:requests=5` for one. It is not checked."""
    given: Object = {}
    for entry in entries:
        path, _, value = entry.partition("=")
        deployment, _, name = path.rpartition(":")
        rates = given.setdefault("deployments", {}).setdefault(deployment, {}) if deployment else given
        rates[name] = int(value) if value.isdecimal() else value
    return given


def _wrong(rates: Mapping[str, Any]) -> str | None:
    for name in rates:
        if name not in OF_ONE:
            return f"{name}: no such limit{nearest(str(name), OF_ONE)}"
    for name in RATES:
        value = rates.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            return f"{name}: a whole number per minute"
    if str(rates.get("headers", "both")) not in REFUSALS:
        return f"headers: one of {', '.join(REFUSALS)}"
    try:
        if not 0 < seconds(rates.get("window", MINUTE)) <= MINUTE:
            return "window: at most a minute"
    except ValueError:
        return "window: a duration (1s, 10s)"
    return None


def quota_of(given: Any, deployment: str) -> Quota | None:
    """The limits of that deployment: its own where the setting names it, else those for all; None for none."""
    if not isinstance(given, dict):
        return None
    common = {name: value for name, value in given.items() if name != "deployments"}
    own = (given.get("deployments") or {}).get(deployment)
    shared = {name: common[name] for name in ("window", "headers") if name in common}
    rates = common if own is None else {**shared, **own}
    if rates.get("requests") is None and rates.get("tokens") is None:
        return None
    window = seconds(rates.get("window", MINUTE))
    return Quota(rates.get("requests"), rates.get("tokens"), window, REFUSALS[rates.get("headers", "both")])


async def admit(store: Store, call: Call, deployment: Deployment, weight: int) -> Limits | None:
    """Count one request of `weight` tokens; the headers' figures, None where nothing is limited. Raises the 429, which counts nothing."""
    quota = quota_of(call.scope.settings.limits, deployment.name)
    if quota is None:
        return None
    now = call.scope.now()
    counted, over = await _counted(store, call.scope.name, deployment.name, quota, {"requests": 1, "tokens": weight}, now)
    figures = _figures(quota, counted, now, over)
    if over is None:
        return figures
    call.notes["limits"], call.notes["deployment"] = figures, deployment
    wait = _left(quota.span(over), now)
    raise Refusal(quota.refusal, **named(call, deployment), what=RATES[over], retry_after=wait)


def named(call: Call, deployment: Deployment) -> Object:
    """What a 429 calls the deployment, and the call to it."""
    told: Object = {"deployment": deployment.name, "model": deployment.model.name, "region": call.region.display}
    if (name := errors.called(call.operation)) is not None:
        told["called"] = name
    if version := call.surface != "v1" and call.first("api-version"):
        told |= {"api": f"Azure OpenAI API version {version}", "api_version": version}
    return told


def spent(given: Any, deployment: str, what: str, wait: float) -> Limits:
    """The figures of a 429 that was asked for, whatever was counted: nothing is left of `what` for `wait` seconds."""
    quota = quota_of(given, deployment)
    figures = usual_quota()
    if quota is not None and quota.share(what) is not None:
        figures = replace(figures, **{f"limit_{what}": getattr(quota, what)})
    return replace(figures, **{f"remaining_{what}": 0, f"reset_{what}": math.ceil(wait)})


async def gauges(store: Store, scope: Scope, deployments: Iterable[str]) -> list[Object]:
    """How full the windows of these deployments and of those that the setting names are now:
    `[{"deployment", "what", "used", "share", "window" (seconds), "left" (seconds)}]`.
    """
    given = scope.settings.limits
    named = given.get("deployments") or {} if isinstance(given, dict) else {}
    now = scope.now()
    told: list[Object] = []
    for deployment in sorted({*deployments, *named}):
        quota = quota_of(given, deployment)
        if quota is None:
            continue
        for what in RATES:
            share, span = quota.share(what), quota.span(what)
            if share is not None:
                used = await store.tally(scope.name, f"{what}/{deployment}", 0, window=span, now=now)
                row = {"deployment": deployment, "what": what, "used": used, "share": share, "window": span, "left": _left(span, now)}
                told.append(row)
    return told


async def _counted(
    store: Store, scope: str, deployment: str, quota: Quota, amounts: Mapping[str, int], now: float
) -> tuple[dict[str, int], str | None]:
    """The counters with these amounts added, and what is over its limit: then they are as they were.

    It counts first and looks then: whoever looks first may find room that another has taken by the time it counts.
    """
    counted: dict[str, int] = {}
    for what, amount in amounts.items():
        share = quota.share(what)
        if share is None:
            continue
        counted[what] = await store.tally(scope, f"{what}/{deployment}", amount, window=quota.span(what), now=now)
        if counted[what] > share:
            for name in counted:
                counted[name] = await store.tally(scope, f"{name}/{deployment}", -amounts[name], window=quota.span(name), now=now)
            return counted, what
    return counted, None


def _left(window: float, now: float) -> float:
    """Seconds until the next window has begun, in whole milliseconds as the headers tell them."""
    return math.ceil((window - now % window) * 1000) / 1000


def _figures(quota: Quota, counted: Mapping[str, int], now: float, over: str | None) -> Limits:
    """What the headers say: -1 for what is not limited, and when there is more of what is used up."""
    figures: dict[str, int] = {}
    for what in RATES:
        share = quota.share(what)
        if share is None:
            figures |= {f"limit_{what}": -1, f"remaining_{what}": -1, f"reset_{what}": 0}
            continue
        left = max(share - counted.get(what, 0), 0)
        figures[f"limit_{what}"] = getattr(quota, what)
        figures[f"remaining_{what}"] = left
        figures[f"reset_{what}"] = math.ceil(_left(quota.span(what), now)) if not left or what == over else 0
    return Limits(**figures)
