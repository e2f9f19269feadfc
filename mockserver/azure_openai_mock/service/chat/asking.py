"""A chat request, understood: validated in the service's order and weighed, in the same form as a Responses request. Reads only."""

from __future__ import annotations

from typing import Any

from ...azure import chat, inputs, models
from ...azure.models import Deployment
from ...azure.shapes import kind_of
from ...engine import schema, tokens
from ...tools import TOOLS, choice
from ...wire.refusal import Refusal
from ...wire.types import Object
from ..asking import Asked
from ..call import Call
from . import messages


def asked_of(call: Call) -> Asked:
    """Understand the call, or raise the first refusal that the service would give."""
    body: Any = call.json
    if not isinstance(body, dict):
        raise Refusal("invalid_json")
    deployment = deployment_of(call, body, "chat")
    chat.check(body, profile=call.profile)
    _together(body)
    messages.paired(body["messages"])
    declared = messages.tools_of(body)
    tools = [_checked(spec, index, body) for index, spec in enumerate(declared)]
    if not tools and (body.get("tool_choice") or body.get("function_call")):
        raise Refusal("tool_choice_only_with_tools")
    items = messages.items_of(body["messages"])
    request = messages.request_of(body, deployment.name, items, tools)
    choice.check(request.get("tool_choice"), tools)
    _format(request)
    chat.able(body, model=deployment.model)
    reasons = deployment.model.reasoning
    sent = tokens.of_items(map(inputs.weighed, items), reasons=reasons)
    fixed = tokens.of_tools(tools, reasons=reasons)
    window = deployment.model.context_window
    if window and sent + fixed > window:
        raise Refusal("context_length_exceeded_chat", limit=window, tokens=sent + fixed)
    includes = frozenset(request.get("include") or ())
    return Asked(request, deployment, items, None, [], tools, includes, sent=sent, carried=0, fixed=fixed)


def deployment_of(call: Call, body: Object, route: models.Route) -> Deployment:
    """The deployment that the path names, or on v1 the body. Raises the refusal of one that is not there or cannot do it."""
    name = call.ids.get("deployment", body.get("model"))
    if name is None:
        raise Refusal("missing_required_parameter", param="model")
    if not isinstance(name, str):
        raise Refusal("invalid_type", param="model", expected="a string", got=kind_of(name))
    call.notes["model"] = name
    given = call.scope.settings.deployments
    listed = given if isinstance(given, dict) else None
    try:
        return models.resolve(call.profile, call.region, name, deployments=listed, strict=given == "strict", route=route)
    except Refusal as refusal:
        if refusal.key == "deployment_not_found" and call.surface == "deployments":
            raise Refusal("deployment_not_found_classic", hint=refusal.hint) from None
        raise


def _together(body: Object) -> None:
    """Parameters that do not go together."""
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        raise Refusal("both_max_tokens")
    if body.get("top_logprobs") and not body.get("logprobs"):
        raise Refusal("invalid_parameter", param="top_logprobs", reason="'logprobs' must be true to use 'top_logprobs'.")
    if body.get("stream_options") and not body.get("stream"):
        raise Refusal("invalid_parameter", param="stream_options", reason="'stream_options' is only allowed when 'stream' is enabled.")
    if body.get("metadata") and body.get("store") is not True:
        raise Refusal("metadata_without_store")
    if (body.get("response_format") or {}).get("type") == "json_object" and not messages.speaks_of_json(body["messages"]):
        raise Refusal("json_not_mentioned_chat")


def _checked(spec: Object, index: int, body: Object) -> Object:
    at = f"functions[{index}]" if body.get("functions") else f"tools[{index}].{spec['type']}"
    tool = TOOLS[spec["type"]]
    tool.check(spec, at)
    return tool.echo(spec)


def _format(request: Object) -> None:
    """A `json_schema` format whose schema the service would not take is refused in its words."""
    form = (request.get("text") or {}).get("format") or {}
    if form.get("type") != "json_schema":
        return
    try:
        if form["strict"]:
            schema.check_strict(form["schema"], at="response_format")
        else:
            schema.check_loose(form["schema"], at="response_format")
    except schema.SchemaProblem as problem:
        raise Refusal("invalid_json_schema", param="response_format", name=form["name"], reason=problem.message) from None
