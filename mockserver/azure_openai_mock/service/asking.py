"""A create request, understood: validated in the service's order, its chain found, its context weighed. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..azure import inputs, models, params
from ..azure.models import Deployment
from ..azure.shapes import kind_of
from ..behaviour.question import answers_in
from ..engine import tokens
from ..store.protocol import Store
from ..tools import answers, choice
from ..wire import json
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import context
from .call import Call
from .declared import checked_tools


@dataclass(frozen=True, slots=True)
class Asked:
    """A create request that was found good: everything that its answer depends on, before anyone decided what is said.

    `items` is the new input, `before` the parent turn as far as it was read anyway, `calls` the call ids still open after the input.
    `sent`, `carried` and `fixed` are tokens: of the input, of the chain before it, of instructions and tools.
    """

    request: Object
    deployment: Deployment
    items: list[Item]
    parent: context.Parent | None
    before: list[Item]
    tools: list[Object]
    includes: frozenset[str]
    sent: int
    carried: int
    fixed: int

    @property
    def turn(self) -> int:
        """1 + the answers visible in the context, stateless histories included."""
        return 1 + answers_in(self.items) + (self.parent.digest.turn if self.parent and self.parent.stitched else 0)


async def asked_of(store: Store, call: Call) -> Asked:
    """Understand the call, or raise the first refusal that the service would give."""
    request: Any = call.json
    if not isinstance(request, dict):
        raise Refusal("invalid_json")
    deployment = _deployment(call, request)
    params.known(request, profile=call.profile)
    items = inputs.check(request["input"], profile=call.profile) if "input" in request else []
    params.shaped(request, profile=call.profile)
    tools = checked_tools(request, deployment, call)
    choice.check(request.get("tool_choice"), tools)
    if request.get("background") is True and request.get("store") is False:
        raise Refusal("background_needs_store", param="background")
    parent = await context.parent_of(store, call.scope, call.profile, deployment.name, request.get("previous_response_id"))
    params.provided(request)
    params.able(request, model=deployment.model)
    items = await context.referred(store, call.scope, items)
    stitched = parent is not None and parent.stitched
    answers.check(items, parent.digest.open if parent is not None and stitched else ())
    if parent is not None and not stitched:
        asked, answered = deployment.name, parent.digest.model
        call.notes["not_stitched"] = f"{answered} answered the parent, {asked} is asked: this profile ignores the history"
    fixed = tokens.count(request.get("instructions") or "" if isinstance(request.get("instructions"), str) else "")
    return Asked(
        request=request,
        deployment=deployment,
        items=items,
        parent=parent,
        before=parent.items() if parent is not None and stitched else [],
        tools=tools,
        includes=frozenset(request.get("include") or ()),
        sent=tokens.of_items(inputs.text_of(item) for item in items),
        carried=parent.digest.tokens if parent is not None and stitched else 0,
        fixed=fixed + sum(tokens.count(json.compact(tool).decode()) for tool in tools),
    )


def _deployment(call: Call, request: Object) -> Deployment:
    name = request.get("model")
    if name is None and request.get("prompt") is not None:
        name = call.profile.default_model
    if name is None:
        raise Refusal("missed_model_deployment" if call.surface == "dated" else "missing_required_parameter", param="model")
    if not isinstance(name, str):
        raise Refusal("invalid_type", param="model", expected="a string", got=kind_of(name))
    call.notes["model"] = name
    given = call.scope.settings.deployments
    listed = given if isinstance(given, dict) else None
    return models.resolve(call.profile, call.region, name, deployments=listed, strict=given == "strict")
