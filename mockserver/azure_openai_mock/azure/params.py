"""The parameters of `POST /responses`, checked against the rows of params.yaml in the order in which the service reports.

That order (observed): `known` (model, input, unknown names), then `inputs.check`, then `shaped` (types and values), then stored state,
then `provided` (an empty input), then `able` (what the model cannot do). `check` runs the three that need only the body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from ..wire.refusal import Refusal
from ..wire.types import Object
from . import tables
from .shapes import Check, Shapes, kind_of, newer, rooted

if TYPE_CHECKING:
    from .models import ModelRow, Profile

Able: TypeAlias = "Callable[[str, Any, Object, ModelRow], None]"
"""`(parameter, value, body, model)`: raises where the model cannot do it."""

TABLE = "params"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rows that a profile knows. `checks` are in the service's order; `later` are the months of those that it does not know yet."""

    checks: Mapping[str, Check]
    later: Mapping[str, str]
    moved: Mapping[str, Mapping[str, str]]
    able: tuple[tuple[str, Able], ...]


def check(body: Object, *, model: ModelRow, profile: Profile) -> None:
    """Raise the first Refusal that the service would give for a top-level parameter."""
    known(body, profile=profile)
    shaped(body, profile=profile)
    able(body, model=model)


def known(body: Object, *, profile: Profile, answered: bool = True) -> None:
    """That `model` and `input` are there and no parameter is unknown. A stored prompt may bring both (recorded).

    `answered` is False where the context is only compacted or weighed: a previous response, or a conversation, is enough then (documented).
    Who sends `messages` sends no `input`, and is told that it moved rather than that it is missing (observed).
    Refuses with `missing_required_parameter`, or names the parameter that is unknown.
    """
    name = body.get("model")
    if type(name) is not str and ("model" in body or body.get("prompt") is None):
        _no_model(body)
    rules = rules_of(profile.month)
    brought = ("prompt",) if answered else ("prompt", "previous_response_id", "conversation")
    if "input" not in body and all(body.get(name) is None for name in brought):
        if "messages" in body:
            _unknown(body, rules)
        raise Refusal("missing_required_parameter", param="input")
    if not body.keys() <= rules.checks.keys():
        _unknown(body, rules)


def shaped(body: Object, *, profile: Profile) -> None:
    """That every parameter has the right type and a value that is taken. `null` is the same as leaving it out.

    Refuses the one that comes first in the service's order (recorded).
    """
    checks = rules_of(profile.month).checks
    try:
        for name, value in body.items():
            if value is not None:
                checks[name](value)
    except Refusal:
        _first(body, checks)
        raise
    if body.get("previous_response_id") is not None and body.get("conversation") is not None:
        raise Refusal("conversation_and_previous_response")
    _limited(body, profile)


def provided(body: Object) -> None:
    """That there is something to answer: an empty input needs stored state or a prompt. Judged after the state was found (observed).

    Refuses with `input_required`.
    """
    if body.get("input") in ("", []) and not any(body.get(name) for name in ("previous_response_id", "prompt", "conversation")):
        raise Refusal("input_required")


def able(body: Object, *, model: ModelRow) -> None:
    """That the model can do what is asked: the last thing that the service looks at (observed)."""
    for name, test in rules_of("").able:
        value = body.get(name)
        if value is not None:
            test(name, value, body, model)


def _limited(body: Object, profile: Profile) -> None:
    """What the profile lists among its limitations."""
    limits = profile.limitations
    if "tool_choice" in limits and body.get("tool_choice") is not None:
        raise Refusal(limits["tool_choice"].refusal, param="tool_choice")
    if "structured_outputs" in limits and ((body.get("text") or {}).get("format") or {}).get("type") == "json_schema":
        refusal = limits["structured_outputs"].refusal
        raise Refusal(refusal, param="text.format.type", got="json_schema", supported=("json_object", "text"))


def _no_model(body: Object) -> None:
    if "model" not in body:
        raise Refusal("missing_required_parameter", param="model")
    value = body["model"]
    raise Refusal("invalid_type", param="model", expected="a string", got="an object" if value is None else kind_of(value))


def _unknown(body: Object, rules: Rules) -> None:
    name = next(name for name in body if name not in rules.checks)
    moved = rules.moved.get(name)
    if moved:
        raise Refusal(moved["refusal"], param=name, name=name, moved_to=moved["to"])
    raise Refusal("unknown_parameter", param=name, hint=newer(name, rules.later.get(name)))


def _first(body: Object, checks: Mapping[str, Check]) -> None:
    """Raise the refusal that comes first in the service's order, which is not the order of the body."""
    for name, test in checks.items():
        value = body.get(name)
        if value is not None:
            try:
                test(value)
            except Refusal as refusal:
                raise rooted(refusal, name) from None


# ---- what a model can do ----


def effort_of(body: Object, model: ModelRow) -> str | None:
    """The reasoning effort that a request runs with; None where the model does not reason."""
    asked: str | None = (body.get("reasoning") or {}).get("effort")
    return asked or model.effort


def _reasons_now(body: Object, model: ModelRow) -> bool:
    """Sampling and log probabilities go with models that do not reason, and with effort `none` (recorded)."""
    return effort_of(body, model) not in (None, "none")


def _sampling(name: str, value: Any, body: Object, model: ModelRow) -> None:
    default = name == "temperature" and value == 1  # observed: the default is taken, but only for temperature
    if _reasons_now(body, model) and not default:
        raise Refusal("sampling_unsupported", param=name)


def _logprobs(name: str, value: Any, body: Object, model: ModelRow) -> None:
    if _reasons_now(body, model) and value != 0:
        raise Refusal("logprobs_with_reasoning", param=name)


def _include(name: str, value: Any, body: Object, model: ModelRow) -> None:
    if "message.output_text.logprobs" in value:
        _logprobs(name, value, body, model)


def _effort(_: str, value: Any, body: Object, model: ModelRow) -> None:
    for member in ("effort", "summary", "generate_summary"):
        asked = value.get(member)
        if asked is None:
            continue
        if model.effort is None:
            raise Refusal("unsupported_with_model", param=f"reasoning.{member}")
        taken = model.efforts if member == "effort" else model.summaries
        if asked not in taken:
            named = tuple(value for value in taken if value != "auto")  # observed: auto is taken and not listed
            raise Refusal("unsupported_value_with_model", param=f"reasoning.{member}", got=asked, model=model.name, supported=named)


def _verbosity(_: str, value: Any, body: Object, model: ModelRow) -> None:
    asked = value.get("verbosity")
    if asked is not None and asked not in model.verbosities:
        raise Refusal("unsupported_value_with_model", param="text.verbosity", got=asked, model=model.name, supported=model.verbosities)


def _retention(name: str, value: Any, body: Object, model: ModelRow) -> None:
    if value.replace("-", "_") not in model.retentions:
        raise Refusal("retention_24h_only" if "24h" in model.retentions else "retention_not_supported", param=name)


_ABLE: Mapping[str, Able] = {
    "sampling": _sampling,
    "logprobs": _logprobs,
    "effort": _effort,
    "verbosity": _verbosity,
    "retention": _retention,
}


@lru_cache(maxsize=16)
def rules_of(month: str) -> Rules:
    """The compiled rows for a profile of that month (`2025-08`)."""
    table = tables.load(TABLE)
    shapes = Shapes()
    rows: Mapping[str, Mapping[str, Any]] = table["parameters"]
    later = {name: row["since"] for name, row in rows.items() if row.get("since", "") > month}
    checks = {name: shapes.compile(row["is"]) for name, row in rows.items() if name not in later}
    judged = [("include", _include), *((name, _ABLE[row["model"]]) for name, row in rows.items() if "model" in row)]
    return Rules(checks, later, table["moved"], tuple(judged))
