"""The battery: each situation is rules for a mock, and what may be asked of a client that meets it.

What a situation demands (`must`):
- `work`: nothing is wrong; the function must come back with an answer;
- `survive`: the trouble passes, or harms nobody who reads as the standards say; the function must come back with a whole answer;
- `cope`: it may recover or raise, but must not take a part for the whole;
- `stop`: asking again cannot help; it must not ask the same again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

Rule: TypeAlias = dict[str, Any]
Must: TypeAlias = Literal["work", "survive", "cope", "stop"]
Need: TypeAlias = Literal["", "streams", "chains", "tools"]

ASKS: Final = ("responses.create", "chat.completions.create")
"""The operations that ask the model."""

LIMIT: Final = 15.0
"""Seconds that a function has in a situation before it counts as hung."""
MOST_CALLS: Final = 30
"""Questions to the model in one situation after which the function is stopped: it goes round in circles."""


@dataclass(frozen=True)
class Usual:
    """What the function does when nothing is wrong; situations are cut to it."""

    streams: bool = False
    chains: bool = False
    tools: tuple[Mapping[str, Any], ...] = ()

    def has(self, need: Need) -> bool:
        """Whether a situation with this need makes sense for it."""
        return need == "" or bool(getattr(self, need))


@dataclass(frozen=True)
class Situation:
    """`rules` are posted to the mock; `plain` in their place where the function reads whole bodies.

    `retry_after` is the wait, in seconds, that refused answers name. `expire_after` moves the clock while the answer to the first
    question is on its way. `calls_tool`: how often the model asks for the function's first tool.
    """

    name: str
    family: str
    about: str
    must: Must
    rules: tuple[Rule, ...] = ()
    plain: tuple[Rule, ...] | None = None
    needs: Need = ""
    retry_after: float = 0.0
    expire_after: str = ""
    calls_tool: Literal["", "once", "always", "unknown"] = ""

    def rules_for(self, usual: Usual) -> list[Rule]:
        """The rules for a function with these habits."""
        rules = self.rules if usual.streams or self.plain is None else self.plain
        return [*rules, *(_tool_call(self.calls_tool, usual.tools) if self.calls_tool else [])]


def fault(*faults: Mapping[str, Any], times: int | None = 1) -> tuple[Rule, ...]:
    """The rule that makes that many answers fail so; None for all."""
    rule: Rule = {"when": {"operation": list(ASKS)}, "fault": [dict(one) for one in faults]}
    return (_spent(rule, times),)


def refused(key: str, times: int | None = 1) -> tuple[Rule, ...]:
    """The rule that refuses with that error."""
    return fault({"refuse": key}, times=times)


def outcome(times: int | None = None, **what: Any) -> tuple[Rule, ...]:
    """The rule that makes the model end so."""
    rule: Rule = {"when": {"operation": list(ASKS)}, "outcome": what}
    return (_spent(rule, times),)


def _spent(rule: Rule, times: int | None) -> Rule:
    return rule if times is None else {**rule, "times": times}


def _tool_call(how: str, tools: Sequence[Mapping[str, Any]]) -> list[Rule]:
    tool = tools[0]
    name = "no_such_tool" if how == "unknown" else str(tool.get("name"))
    call = {"type": "function_call", "name": name, "arguments": example_of(tool.get("parameters") or {})}
    rule: Rule = {"when": {"operation": list(ASKS)}, "say": [call]}
    return [_spent(rule, None if how == "always" else 1)]


def example_of(schema: Any, depth: int = 0) -> Any:
    """A value that a schema of arguments allows, as plain as can be."""
    if not isinstance(schema, Mapping) or depth > 8:
        return {}
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for several in ("anyOf", "oneOf"):
        if schema.get(several):
            return example_of(schema[several][0], depth + 1)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        wanted = schema.get("required") or []
        return {name: example_of(inner, depth + 1) for name, inner in (schema.get("properties") or {}).items() if name in wanted}
    if kind == "array":
        return [example_of(schema.get("items") or {}, depth + 1) for _ in range(int(schema.get("minItems", 0)))]
    return {"string": "Oslo", "integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}.get(str(kind))


_ONCE = "once; asking again is answered"
_FINAL = "asking again changes nothing"
_HARMLESS = "which readers of the standard do not notice"


def _passing() -> list[Situation]:
    """Errors that a client should survive."""
    rows = [
        ("429 with Retry-After", "429 that names 1.2 seconds", fault({"refuse": {"status": 429, "retry_after": 1.2}}), 1.2),
        (
            "429 three times",
            "429 that names 1 second, three times running",
            fault({"refuse": {"status": 429, "retry_after": 1}}, times=3),
            1.0,
        ),
        ("429 without Retry-After", "429 that names no wait", refused("rate_limited_without_retry_after"), 0.0),
        ("500", "the service fails", refused("server_error"), 0.0),
        ("502 from a proxy", "a proxy answers with its own HTML page", fault({"html_page": {"status": 502}}), 0.0),
        ("503", "the service is draining", refused("service_unavailable"), 0.0),
        ("504", "a gateway waited too long", refused("gateway_timeout"), 0.0),
        ("408", "the service took too long", refused("request_timeout"), 0.0),
        ("connection reset", "the connection is reset before an answer", fault({"reset": {"after": 0}}), 0.0),
        ("done but unheard", "the work is done, and the connection is reset before the answer", fault({"unheard": True}), 0.0),
    ]
    out = []
    for name, about, rules, wait in rows:
        must: Must = "cope" if name == "429 three times" else "survive"
        out.append(Situation(name, "passing errors", f"{about}, {'then it passes' if wait else _ONCE}", must, rules, retry_after=wait))
    return out


def _lasting() -> list[Situation]:
    """Errors that do not pass."""
    rows = [
        (
            "429 for ever",
            "every answer is a 429 that names 1 second",
            fault({"refuse": {"status": 429, "retry_after": 1}}, times=None),
            1.0,
        ),
        ("503 for ever", "the service stays down", refused("service_unavailable", None), 0.0),
    ]
    out = [Situation(name, "lasting errors", about, "cope", rules, retry_after=wait) for name, about, rules, wait in rows]
    final = [
        ("wrong key", "the key is not this resource's", refused("invalid_key", None)),
        ("expired token", "the Entra token has expired", refused("invalid_token", None)),
        ("no role", "the token has no role on the resource", refused("permission_denied", None)),
        ("firewall", "the resource's firewall lets nobody in", refused("access_denied", None)),
        ("no deployment", "the deployment does not exist", refused("deployment_not_found", None)),
        ("context too long", "the input is longer than the model's window", refused("context_length_exceeded", None)),
        ("prompt filtered", "the content filter blocks the prompt", outcome(content_filter="prompt")),
    ]
    return out + [Situation(name, "lasting errors", f"{about}; {_FINAL}", "stop", rules) for name, about, rules in final]


def _outcomes() -> list[Situation]:
    """Answers that are none, or only begun."""
    rows = [
        ("refusal", "the model refuses", outcome(refusal="I cannot help with that.")),
        ("incomplete", "the answer ends at max_output_tokens", outcome(incomplete="max_output_tokens")),
        ("completion filtered", "the content filter ends the answer", outcome(incomplete="content_filter")),
        ("failed", "the run fails, which its status says and not HTTP's", outcome(failed="server_error")),
    ]
    return [Situation(name, "outcomes", about, "cope", rules) for name, about, rules in rows]


def _wire() -> list[Situation]:
    """What networks and proxies do."""
    return [
        Situation(
            "cut",
            "wire",
            "the connection closes in the middle",
            "cope",
            fault({"cut": {"after": 6}}),
            plain=fault({"cut": {"after_bytes": 200}}),
        ),
        Situation(
            "reset",
            "wire",
            "the connection is reset in the middle",
            "cope",
            fault({"reset": {"after": 6}}),
            plain=fault({"reset": {"after_bytes": 200}}),
        ),
        Situation(
            "no last event",
            "wire",
            "the stream ends in order, without response.completed",
            "cope",
            fault({"no_terminal": True}),
            needs="streams",
        ),
        Situation(
            "clean end too soon", "wire", "JSON ends early, in a transfer that is in order", "cope", fault({"truncate_json": {"keep": 0.5}})
        ),
        Situation(
            "error in the stream",
            "wire",
            "an error event after the first words",
            "cope",
            fault({"error_event": {"after": 5}}),
            needs="streams",
        ),
        Situation("silence", "wire", "done, and never answered: only a timeout helps", "cope", fault({"silence": True})),
        Situation("head only", "wire", "the head arrives, the body never", "cope", fault({"headers_only": True})),
        Situation(
            "stall",
            "wire",
            "three seconds of silence in the middle, then it goes on",
            "survive",
            fault({"stall": {"after": 4, "for": "3s"}}),
            plain=fault({"stall": {"after_bytes": 100, "for": "3s"}}),
        ),
        Situation("slow first token", "wire", "two seconds until the first word", "survive", fault({"slow_first_token": "2s"})),
        Situation("trickle", "wire", f"a few bytes at a time, {_HARMLESS}", "survive", fault({"trickle": {"bytes": 64, "pause": "2ms"}})),
        Situation(
            "split characters",
            "wire",
            f"pieces end inside a character, {_HARMLESS}",
            "survive",
            fault({"split": "character"}),
            needs="streams",
        ),
        Situation("merged frames", "wire", f"several frames in one piece, {_HARMLESS}", "survive", fault({"merge": 4}), needs="streams"),
        Situation(
            "comments", "wire", f"comment frames between events, {_HARMLESS}", "survive", fault({"comment": "ping"}), needs="streams"
        ),
        Situation("CR LF", "wire", f"a proxy made the lines end in CR LF, {_HARMLESS}", "survive", fault({"crlf": True}), needs="streams"),
        Situation("keepalive", "wire", "keepalive events between the others", "survive", fault({"keepalive": 3}), needs="streams"),
    ]


def _conversation() -> list[Situation]:
    """What goes wrong between turns."""
    late = {"late": "500ms"}
    return [
        Situation(
            "expiry in the middle of a chat",
            "conversation",
            "what the second turn builds on has expired",
            "cope",
            fault(late),
            needs="chains",
            expire_after="31d",
        ),
        Situation("one tool call", "conversation", "the model asks for a tool once", "work", needs="tools", calls_tool="once"),
        Situation("endless tools", "conversation", "the model asks for a tool again and again", "cope", needs="tools", calls_tool="always"),
        Situation(
            "unknown tool", "conversation", "the model asks for a tool that was not offered", "cope", needs="tools", calls_tool="unknown"
        ),
    ]


ORDINARY: Final = Situation("ordinary", "conversation", "nothing is wrong", "work")
"""What every function is run in first: its habits there decide which situations make sense."""

BATTERY: Final[Sequence[Situation]] = (ORDINARY, *_passing(), *_lasting(), *_outcomes(), *_wire(), *_conversation())


@dataclass(frozen=True)
class Choice:
    """Which situations to run: those whose name or family contains one of the words; all without words."""

    only: tuple[str, ...] = ()
    battery: Sequence[Situation] = field(default=BATTERY, repr=False)

    def chosen(self) -> list[Situation]:
        """The situations, the ordinary one first. Raises LookupError for a word that fits none."""
        for word in self.only:
            if not any(_fits(word, one) for one in self.battery):
                raise LookupError(f"no situation {word!r}: there are {', '.join(one.name for one in self.battery)}")
        rest = [one for one in self.battery if one is not ORDINARY and (not self.only or any(_fits(word, one) for word in self.only))]
        return [ORDINARY, *rest]


def _fits(word: str, situation: Situation) -> bool:
    return word.lower() in (situation.name.lower(), situation.family.lower())
