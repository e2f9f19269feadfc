"""Rate limits that are real: requests and tokens per minute per deployment, counted in the store, on the scope's clock.

Off unless the scope's settings say so: `limits: {requests: 60, tokens: 10000}` for every deployment, or
`limits: {deployments: {chat: {requests: 5}}}` for some. Several processes share the counters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..azure.headers import Limits
from ..azure.models import Deployment
from ..store.protocol import Store
from ..wire.refusal import Refusal
from .call import Call

WINDOW = 60.0
"""Seconds of a window: the renewal period that Azure's headers name (recorded)."""
KEYS = frozenset({"requests", "tokens", "deployments"})


def check(given: Any) -> str | None:
    """What is wrong with a `limits` setting, None where nothing is."""
    if given is None or given == "off":
        return None
    if not isinstance(given, dict) or set(given) - KEYS:
        return 'limits: null, or an object with any of "requests", "tokens" (per minute) and "deployments" ({name: {…}})'
    inner = given.get("deployments", {})
    if not isinstance(inner, dict):
        return "limits.deployments: an object of deployment names"
    for where, rates in (("limits", given), *((f"limits.deployments.{name}", rates) for name, rates in inner.items())):
        for name in ("requests", "tokens"):
            value = rates.get(name) if isinstance(rates, dict) else False
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                return f"{where}.{name}: a whole number per minute"
    return None


def _rates(given: Any, deployment: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        return {}
    own = (given.get("deployments") or {}).get(deployment)
    return own if isinstance(own, dict) else {name: value for name, value in given.items() if name != "deployments"}


async def admit(store: Store, call: Call, deployment: Deployment, weight: int) -> Limits | None:
    """Count one request of `weight` tokens; the headers' figures, None where nothing is limited. Raises the 429."""
    rates = _rates(call.scope.settings.limits, deployment.name)
    if not rates:
        return None
    now = call.scope.now()
    left = math.ceil(WINDOW - now % WINDOW) or int(WINDOW)
    used: dict[str, int] = {}
    for what, amount, key in (("requests", 1, "rate_limited_requests"), ("tokens", weight, "rate_limited")):
        rate = rates.get(what)
        if rate is None:
            continue
        before = await store.tally(call.scope.name, f"{what}/{deployment.name}", 0, window=WINDOW, now=now)
        if before + amount > rate:
            raise Refusal(key, deployment=deployment.name, model=deployment.model.name, region=call.region.display, retry_after=left)
        used[what] = before
    for what, amount in (("requests", 1), ("tokens", weight)):
        if what in used:
            used[what] = await store.tally(call.scope.name, f"{what}/{deployment.name}", amount, window=WINDOW, now=now)
    return Limits(**_figures(rates, used, left))


def _figures(rates: Mapping[str, Any], used: Mapping[str, int], left: int) -> dict[str, int]:
    figures: dict[str, int] = {}
    for what in ("requests", "tokens"):
        rate = rates.get(what)
        figures[f"limit_{what}"] = -1 if rate is None else rate
        figures[f"remaining_{what}"] = -1 if rate is None else max(rate - used.get(what, 0), 0)
        figures[f"reset_{what}"] = 0 if rate is None or used.get(what, 0) < rate else left
    return figures
