"""A create request, understood: validated in the service's order, its chain found, its context weighed. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..azure import inputs, models, params
from ..azure.models import Deployment
from ..azure.shapes import kind_of
from ..behaviour.question import answers_in
from ..engine import schema, tokens
from ..store.protocol import Store
from ..tools import answers, choice, computer, mcp
from ..tools.tool_search import arranged
from ..wire.record import record
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import context, conversations, pictures
from .call import Call
from .declared import checked_tools
from .resource import readable

SPELLS_OUT_MODEL = "2025-09"
"""Until then the dated paths say only that the deployment is missing (recorded in August 2025); later ones answer as v1 (assumed)."""


@record(frozen=True, slots=True)
class Asked:
    """A create request that was found good: everything that its answer depends on, before anyone decided what is said.

    `items` is the new input, `before` the parent turn as far as it was read anyway, `calls` the call ids still open after the input.
    `sent`, `carried` and `fixed` are tokens: of the input, of the chain before it, of instructions and tools. The model does not see the
    first `dropped` items of the input: they were too much for its window.
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
    conversation: conversations.Conversation | None = None
    dropped: int = 0

    @property
    def weight(self) -> int:
        """What the rate limit counts on arrival: the prompt and what may be said at most (documented)."""
        limit = self.request.get("max_output_tokens")
        return self.sent + self.carried + self.fixed + (limit if isinstance(limit, int) else 0)

    @property
    def turn(self) -> int:
        """1 + the answers visible in the context, stateless histories included."""
        before = self.parent.digest.turn if self.parent and self.parent.stitched else 0
        if self.conversation is not None:
            before = self.conversation.turn
        return 1 + answers_in(self.items) + before


async def asked_of(store: Store, call: Call, *, creating: bool = True) -> Asked:
    """Understand the call, or raise the first refusal that the service would give.

    `creating` is False where the context is only weighed or compacted: then calls may be left open.
    """
    request: Any = call.json
    if not isinstance(request, dict):
        raise Refusal("invalid_json")
    deployment = _deployment(call, request)
    params.known(request, profile=call.profile, answered=creating)
    items = inputs.check(request["input"], profile=call.profile) if "input" in request else []
    params.shaped(request, profile=call.profile)
    tools = checked_tools(request, deployment, call)
    choice.check(request.get("tool_choice"), tools)
    pictures.streamed(call.profile, request, tools)
    if request.get("background") is True and request.get("store") is False:
        raise Refusal("background_needs_store", param="background")
    conversation = await _conversation(store, call, request)
    parent = await context.parent_of(store, call.scope, call.profile, deployment.name, request.get("previous_response_id"))
    _format(request)
    if creating:
        _speaks_of_json(request, items)
    params.provided(request)
    params.able(request, model=deployment.model)
    inputs.read_by(items, model=deployment.model)
    items = await context.referred(store, call.scope, items)
    readable(call, items)
    stitched = parent is not None and parent.stitched
    opened = conversation.open if conversation is not None else parent.digest.open if parent is not None and stitched else ()
    if creating:
        answers.check(items, opened, stored=request.get("store") is not False)
    if parent is not None and not stitched:
        asked, answered = deployment.name, parent.digest.model
        call.notes["not_stitched"] = f"{answered} answered the parent, {asked} is asked: this profile ignores the history"
    reasons = deployment.model.reasoning
    instructed = tokens.of_item(request["instructions"]) if request.get("instructions") else 0
    before = parent.items() if parent is not None and stitched else []
    carried = parent.digest.tokens if parent is not None and stitched else 0
    if conversation is not None:
        before, carried = await conversations.recent(store, call.scope, conversation.id), conversation.tokens
    seen = parent.id if parent is not None and stitched else None
    if creating:
        computer.acknowledged(items, before)
        await _asked_for(store, call, items, before, seen)
    await pictures.edited(store, call.scope, call.profile, tools, [*before, *items], seen)
    tools = arranged(tools, [*before, *items], flat=deployment.model.flat_loading)
    understood = Asked(
        request=request,
        deployment=deployment,
        items=items,
        parent=parent,
        before=before,
        tools=tools,
        includes=frozenset(request.get("include") or ()),
        sent=tokens.of_items(map(inputs.weighed, items), reasons=reasons),
        carried=carried,
        fixed=instructed + tokens.of_tools(tools, reasons=reasons),
        conversation=conversation,
    )
    return _fitting(understood)


async def _asked_for(store: Store, call: Call, items: Sequence[Item], before: Sequence[Item], parent: str | None) -> None:
    """Refuse a verdict on a call for which nothing in the context asked. The chain is read only where its last turn did not."""
    wanted = mcp.unasked(items, before)
    if wanted is not None and parent is not None:
        wanted = mcp.unasked(items, await context.history(store, call.scope, parent))
    if wanted is not None:
        raise Refusal("approval_request_not_found", id=wanted)


def _format(request: Object) -> None:
    """A `json_schema` format whose schema the service would not take is refused in its words."""
    given = request.get("text")
    form = given.get("format") if isinstance(given, dict) else None
    if not isinstance(form, dict) or form.get("type") != "json_schema" or "schema" not in form:
        return
    try:
        if form.get("strict") is False:
            schema.check_loose(form["schema"], at="text.format.schema")
        else:
            schema.check_strict(form["schema"], at="text.format.schema")
    except schema.SchemaProblem as problem:
        raise Refusal("invalid_json_schema", param="text.format.schema", name=form.get("name"), reason=problem.message) from None


def _speaks_of_json(request: Object, items: Sequence[Item]) -> None:
    """JSON mode wants the word in the context. What came before this request is taken to hold it (assumed), and so do instructions."""
    form = (request.get("text") or {}).get("format") or {}
    if form.get("type") != "json_object" or any(request.get(name) for name in ("previous_response_id", "conversation", "prompt")):
        return
    if not any("json" in text.lower() for text in (request.get("instructions") or "", *map(inputs.text_of, items))):
        raise Refusal("json_not_mentioned", param="input")


def _fitting(asked: Asked) -> Asked:
    """Within the model's context window: with `truncation: auto` the oldest context is dropped, else the request is refused.

    What came before the input goes first, then the input's own items; the last of them is never dropped.
    """
    window = asked.deployment.model.context_window
    over = asked.sent + asked.carried + asked.fixed - window
    if not window or over <= 0:
        return asked
    if asked.request.get("truncation") != "auto":
        raise Refusal("context_length_exceeded", param="input")
    if over <= asked.carried:
        return replace(asked, carried=asked.carried - over)
    freed = 0
    for index, item in enumerate(asked.items[:-1], start=1):
        kind, text = inputs.weighed(item)
        freed += tokens.of_item(text, kind, reasons=asked.deployment.model.reasoning)
        if freed >= over - asked.carried:
            return replace(asked, carried=0, sent=asked.sent - freed, before=[], dropped=index)
    raise Refusal("context_length_exceeded", param="input")


async def _conversation(store: Store, call: Call, request: Object) -> conversations.Conversation | None:
    given = request.get("conversation")
    if given is None:
        return None
    if request.get("previous_response_id") is not None:
        raise Refusal("conversation_and_previous_response")
    return await conversations.found(store, call.scope, given if isinstance(given, str) else str(given.get("id")))


def _deployment(call: Call, request: Object) -> Deployment:
    name = request.get("model")
    if name is None and request.get("prompt") is not None:
        name = call.profile.default_model
    if name is None:
        terse = call.surface == "dated" and call.profile.month < SPELLS_OUT_MODEL
        raise Refusal("missed_model_deployment" if terse else "missing_required_parameter", param="model")
    if not isinstance(name, str):
        raise Refusal("invalid_type", param="model", expected="a string", got=kind_of(name))
    call.notes["model"] = name
    given = call.scope.settings.deployments
    listed = given if isinstance(given, dict) else None
    return models.resolve(call.profile, call.region, name, deployments=listed, strict=given == "strict")
