"""The parameters of `POST /chat/completions`, checked against the rows of chat.yaml: what is there, its shape, what the model can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from ..wire.refusal import Refusal
from ..wire.types import Object
from . import tables
from .shapes import Check, Shapes, inside, newer, rooted, wrong_type

if TYPE_CHECKING:
    from .models import ModelRow, Profile

Able: TypeAlias = "Callable[[str, Any, Object, ModelRow], None]"

TABLE = "chat"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rows that a profile's month knows; `later` are the months of those that it does not know yet."""

    checks: Mapping[str, Check]
    messages: Mapping[str, Check]
    later: Mapping[str, str]
    able: tuple[tuple[str, Able], ...]
    not_emulated: Mapping[str, str]
    obfuscation: tuple[int, int] | None


def obfuscation(body: Object, *, profile: Profile) -> tuple[int, int] | None:
    """How the chunks of the stream are padded, `(block, rest)`; None where they are not."""
    if body.get("stream") is not True or (body.get("stream_options") or {}).get("include_obfuscation") is False:
        return None
    return rules_of(profile.month).obfuscation


def metadata(body: Any) -> Object:
    """The metadata of a change to a stored chat. Raises the refusal of a body that has none, or none that may be."""
    if type(body) is not dict:
        raise Refusal("invalid_json")
    if "metadata" not in body:
        raise Refusal("missing_required_parameter", param="metadata")
    given: Object = body["metadata"] or {}
    try:
        rules_of("9999").checks["metadata"](given)
    except Refusal as refusal:
        raise rooted(refusal, "metadata") from None
    return given


def check(body: Object, *, profile: Profile) -> None:
    """Raise the first Refusal for a parameter or a message. `null` is the same as leaving a parameter out."""
    rules = rules_of(profile.month)
    for name in body:
        if name not in rules.checks:
            raise Refusal("unrecognized_argument", name=name, hint=newer(name, rules.later.get(name)))
    if body.get("messages") is None:
        raise Refusal("missing_required_parameter", param="messages")
    for name, value in body.items():
        if value is None:
            continue
        try:
            rules.checks[name](value)
        except Refusal as refusal:
            raise rooted(refusal, name) from None
        if name in rules.not_emulated:
            raise Refusal("not_emulated", param=name, feature=rules.not_emulated[name], hint=f"{name} is not emulated")
    for index, message in enumerate(body["messages"]):
        try:
            _message(message, rules)
        except Refusal as refusal:
            raise rooted(inside(refusal, f"[{index}]"), "messages") from None


def _message(message: Any, rules: Rules) -> None:
    if type(message) is not dict:
        raise wrong_type("an object", message)
    role = message.get("role")
    if role is None:
        raise Refusal("missing_required_parameter", param=".role")
    test = rules.messages.get(role) if type(role) is str else None
    if test is None:
        raise Refusal("invalid_value", param=".role", got=str(role), supported=tuple(rules.messages))
    test(message)
    if role == "assistant" and not any(message.get(name) for name in ("content", "refusal", "tool_calls", "function_call", "audio")):
        if "content" in message and message["content"] is not None:
            return
        raise Refusal("invalid_type", param=".content", expected="a string", got="null")


def able(body: Object, *, model: ModelRow) -> None:
    """Raise the Refusal of what the model cannot do."""
    for name, test in rules_of("9999").able:
        value = body.get(name)
        if value is not None:
            test(name, value, body, model)


def _reasons(body: Object, model: ModelRow) -> bool:
    return (body.get("reasoning_effort") or model.effort) not in (None, "none")


def _sampling(name: str, value: Any, body: Object, model: ModelRow) -> None:
    usual = 0 if name.endswith("penalty") else 1
    if _reasons(body, model) and value != usual:
        raise Refusal("unsupported_value_default", param=name, got=value, usual=usual)


def _single(name: str, value: Any, body: Object, model: ModelRow) -> None:
    if _reasons(body, model) and value not in (False, [], {}):
        raise Refusal("unsupported_with_model", param=name)


def _max_tokens(name: str, _: Any, __: Object, model: ModelRow) -> None:
    if model.reasoning:
        raise Refusal("max_tokens_unsupported", param=name)


def _effort(name: str, value: Any, _: Object, model: ModelRow) -> None:
    if model.effort is None:
        raise Refusal("unrecognized_argument", name=name)
    if value not in model.efforts:
        raise Refusal("unsupported_value_with_model", param=name, got=value, model=model.name, supported=model.efforts)


def _verbosity(name: str, value: Any, _: Object, model: ModelRow) -> None:
    if value not in model.verbosities:
        raise Refusal("unsupported_value_with_model", param=name, got=value, model=model.name, supported=model.verbosities)


_ABLE: Mapping[str, Able] = {
    "sampling": _sampling,
    "single": _single,
    "max_tokens": _max_tokens,
    "effort": _effort,
    "verbosity": _verbosity,
}


@lru_cache(maxsize=16)
def rules_of(month: str) -> Rules:
    """The compiled rows for a profile of that month."""
    table = tables.load(TABLE)
    shapes = Shapes(table["shapes"])
    rows: Mapping[str, Mapping[str, Any]] = table["parameters"]
    padding = table["obfuscation"]
    later = {name: row["since"] for name, row in rows.items() if row.get("since", "") > month}
    return Rules(
        checks={name: shapes.compile(row["is"]) for name, row in rows.items() if name not in later},
        messages={role: shapes.compile(row) for role, row in table["messages"].items()},
        later=later,
        able=tuple((name, _ABLE[row["model"]]) for name, row in rows.items() if "model" in row),
        not_emulated={name: row["what"] for name, row in table["not_emulated"].items()},
        obfuscation=(int(padding["block"]), int(padding["rest"])) if padding["since"] <= month else None,
    )
