"""The response object as its `created` event shows it: which keys, in which order, with which defaults, and how a request is echoed.

Key order (recorded): `id, object, created_at, status`, then the others in alphabetical order, `user` and `metadata` last. What a request
changes of the defaults is small (`overrides`, a row can keep it); `build` lays it over a skeleton that is made once per profile and model.
Echoed objects are shared with the request and the skeleton: nobody changes them in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from ..wire.types import Object, Response
from . import tables
from .inputs import IMAGE_URL, prompt_variable
from .params import TABLE, effort_of

if TYPE_CHECKING:
    from .models import Deployment, ModelRow, Profile

FIRST = ("id", "object", "created_at", "status")
LAST = ("user", "metadata")

Echo: TypeAlias = Callable[[Any, Object, "Skeleton"], Any]
"""`(value, body, skeleton)` gives the echoed value; a value that is the skeleton's own leaves no override."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The response to a silent request. `echoes` are the parameters that the profile's response shows."""

    response: Response
    model: ModelRow
    echoes: Mapping[str, Echo]
    shown: frozenset[str]


def of(
    body: Object,
    *,
    deployment: Deployment,
    profile: Profile,
    id: str,
    created_at: int,
    previous_response_id: str | None = None,
    tools_echo: list[Object] | None = None,
) -> Response:
    """The response object of a new run: no output, no usage, `queued` where it runs in the background."""
    changes = overrides(body, deployment=deployment, profile=profile, previous_response_id=previous_response_id, tools_echo=tools_echo)
    return build(changes, deployment=deployment, profile=profile, id=id, created_at=created_at)


def overrides(
    body: Object,
    *,
    deployment: Deployment,
    profile: Profile,
    previous_response_id: str | None = None,
    tools_echo: list[Object] | None = None,
) -> Object:
    """What the request changes of the profile's and the model's defaults, in echoed form. `body` has passed `params.check`.

    `tools_echo` are the declarations as the tools echo them.
    """
    skeleton = skeleton_of(profile.month, deployment.model)
    usual, echoes = skeleton.response, skeleton.echoes
    changes: Object = {}
    for name, value in body.items():
        echo = echoes.get(name)
        if echo is None or value is None:
            continue
        echoed = echo(value, body, skeleton)
        if name not in usual or echoed != usual[name] or type(echoed) is not type(usual[name]):
            changes[name] = echoed
    if body.get("prompt") is not None and body.get("instructions") is None:
        changes["instructions"] = [dict(OF_A_PROMPT)]
    if tools_echo:
        changes["tools"] = tools_echo
    if previous_response_id is not None:
        changes["previous_response_id"] = previous_response_id
    return changes


OF_A_PROMPT: Object = {"type": "message", "content": [], "role": "developer"}
"""What the instructions are where a stored prompt gives them: its messages (recorded); the text of a prompt that is not known is empty."""


def build(changes: Object, *, deployment: Deployment, profile: Profile, id: str, created_at: int) -> Response:
    """The response object from its overrides, in the recorded order."""
    response = skeleton_of(profile.month, deployment.model).response.copy()
    size = len(response)
    response.update(changes)
    if len(response) != size:
        response = _ordered(response)
    response["id"] = id
    response["created_at"] = created_at
    response["model"] = deployment.name
    response["output"] = []
    if changes.get("background"):
        response["status"] = "queued"
    return response


def final_tier(response: Response) -> str:
    """The service tier of a finished response: `auto` is served as `default` (recorded), a tier that was asked for stays."""
    asked = response.get("service_tier")
    return "default" if asked in (None, "auto") else str(asked)


def _ordered(response: Response) -> Response:
    middle = sorted(response.keys() - {*FIRST, *LAST})
    return {name: response[name] for name in (*FIRST, *middle, *LAST) if name in response}


@lru_cache(maxsize=256)
def skeleton_of(month: str, model: ModelRow) -> Skeleton:
    """The skeleton of a profile's month and a model."""
    table = tables.load(TABLE)
    rows: Mapping[str, Mapping[str, str]] = table["parameters"]
    members = frozenset(name for name, row in table["members"].items() if row.get("shown", "") <= month <= row.get("until", "9999"))
    response: Response = {"id": "", "object": "response", "created_at": 0, "status": "in_progress", "model": ""}
    for name, row in {**rows, **table["answered"]}.items():
        if "default" in row and row.get("shown", "") <= month:
            response[name] = _DEFAULTS[name](model, members) if row["default"] == "model" else orjson.loads(row["default"])
    given = ("given", "tools", None)
    echoes = {name: _ECHOES[row["echo"]] for name, row in rows.items() if row.get("echo") not in given and row.get("shown", "") <= month}
    return Skeleton(_ordered(response), model, echoes, members)


# ---- defaults that depend on the model ----


def _default_reasoning(model: ModelRow, members: frozenset[str]) -> Object:
    return _reasoning_of({}, model, members)


def _reasoning_of(asked: Object, model: ModelRow, members: frozenset[str]) -> Object:
    """Keys in alphabetical order; `auto` becomes what is in effect (recorded: summary auto is detailed)."""
    echoed: Object = {}
    if "reasoning.context" in members:
        context = asked.get("context")
        echoed["context"] = model.context if context in (None, "auto") else context
    echoed["effort"] = effort_of({"reasoning": asked}, model)
    summary = asked.get("summary") or asked.get("generate_summary")
    if "reasoning.generate_summary" in members:
        echoed["generate_summary"] = summary
        return echoed
    if "reasoning.mode" in members and model.effort is not None:
        echoed["mode"] = asked.get("mode") or "standard"
    echoed["summary"] = "detailed" if summary == "auto" else summary
    return echoed


def _text_of(asked: Object, members: frozenset[str]) -> Object:
    echoed: Object = {"format": _format_of(asked.get("format") or {"type": "text"})}
    if "text.verbosity" in members:
        echoed["verbosity"] = asked.get("verbosity") or "medium"
    elif asked.get("verbosity"):
        echoed["verbosity"] = asked["verbosity"]
    return echoed


def _format_of(given: Object) -> Object:
    if given["type"] != "json_schema":
        return {"type": given["type"]}
    strict = given.get("strict")
    return {
        "type": "json_schema",
        "description": given.get("description"),
        "name": given["name"],
        "schema": _undialected(given["schema"]),
        "strict": True if strict is None else strict,
    }


def _undialected(schema: Object) -> Object:
    """A format's schema as it is echoed: without the `$schema` that names its dialect (recorded: 11 of 11; a function's keeps it)."""
    return {keyword: value for keyword, value in schema.items() if keyword != "$schema"} if "$schema" in schema else schema


_DEFAULTS: Mapping[str, Callable[[ModelRow, frozenset[str]], Any]] = {
    "text": lambda _, members: _text_of({}, members),
    "top_p": lambda model, _: model.top_p,
    "reasoning": _default_reasoning,
    "prompt_cache_retention": lambda model, _: model.retention,
}


# ---- echoes ----


def _same(value: Any, _: Object, __: Skeleton) -> Any:
    return value


def _moderation(_: Any, __: Object, ___: Skeleton) -> None:
    """The object is the result, which is not there yet."""


def _prompt(value: Object, body: Object, _: Skeleton) -> Object:
    variables = value.get("variables")
    included = IMAGE_URL in (body.get("include") or ())
    filled = None if variables is None else {name: prompt_variable(one, urls=included) for name, one in variables.items()}
    return {"id": value["id"], "variables": filled, "version": value.get("version")}


_ECHOES: Mapping[str, Echo] = {
    "same": _same,
    "number": lambda value, _, __: float(value),
    "text": lambda value, _, skeleton: _text_of(value, skeleton.shown),
    "reasoning": lambda value, _, skeleton: _reasoning_of(value, skeleton.model, skeleton.shown),
    "service_tier": lambda value, _, __: "priority" if value == "fast" else value,
    "conversation": lambda value, _, __: {"id": value} if isinstance(value, str) else {"id": value["id"]},
    "prompt": _prompt,
    "moderation": _moderation,
}
