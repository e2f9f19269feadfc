"""From an understood request and a decision to the turn that will be told. Pure but for the scope's dice and clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..azure import envelope, errors, filters, inputs, moderation
from ..azure.profiles import Profile
from ..behaviour import offline
from ..behaviour.book import Decision
from ..engine import schema, tokens
from ..engine.turn import AT_ONCE, WHOLE, Ending, Pace, Turn
from ..tools import answers, telling
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from ..world import Dice, Minter
from . import filtering, limited, logprobs
from .asking import Asked
from .call import Call
from .resource import needed, resource_of
from .stored import Digest, Stored
from .usage import REASONING_OF_EFFORT, REASONING_STEP, Weight

BACKGROUND = Pace(queued=0.05, total=0.5)
"""A background run where no pace is given: 50 ms queued, 500 ms in all."""


def made_of(call: Call, asked: Asked, decision: Decision, *, found: Mapping[str, object] | None = None) -> Stored:
    """The response to be told and kept; `found` is what its tools found. Raises the content filter's refusal where the decision says so."""
    seed = call.scope.world.dice.bits(16)
    now = call.scope.now()
    outcome: Mapping[str, Any] = decision.outcome or {}
    prompt = filtering.prompt_of(asked)
    filtering.admit(prompt, outcome)
    said, ending = _said(asked, prompt.newest, decision, outcome, Dice(seed), found or {})
    if ending == WHOLE and (left := filtering.cut(prompt.newest, said)) is not None:
        said, ending = left, Ending(incomplete="content_filter")
    chain = asked.parent.digest.chain if asked.parent is not None else seed[:8].hex()
    minter = Minter(chain, seed, now)
    background = asked.request.get("background") is True
    shown = envelope.of(
        asked.request,
        deployment=asked.deployment,
        profile=call.profile,
        id=minter.id("resp", 0),
        created_at=int(now),
        previous_response_id=asked.request.get("previous_response_id"),
        tools_echo=asked.tools,
    )
    weight = _weight(asked, said, shown)
    call.notes["tokens"] = weight.journal()
    turn = Turn(
        envelope=shown,
        said=tuple(said),
        chain=chain,
        seed=seed,
        created_at=now,
        closing=_closing(call, asked, prompt, said, weight, outcome, shown),
        ending=ending,
        pace=_pace(call, asked, decision, background=background),
        background=background,
        resource=resource_of(call) if needed(said) else "",
        obfuscate=_obfuscated(asked.request, background=background),
        options=telling.options(asked.request, asked.items),
    )
    digest = Digest(
        turn=asked.turn if said or ending.failed else asked.turn - 1,
        tokens=weight.carried + weight.sent + weight.output,
        model=asked.deployment.name,
        chain=chain,
        open=(),
    )
    made = Stored(
        turn,
        tuple(asked.items),
        digest,
        expires=int(now) + call.profile.retention,
        parent=asked.parent.id if asked.parent is not None and asked.parent.stitched else None,
        includes=asked.includes,
    )
    asks = not ending.failed and any(item["type"] in answers.ANSWERED_BY for item in said)
    calls = answers.open_calls(made.output()) if asks else ()
    return replace(made, digest=replace(digest, open=tuple(calls))) if calls else made


def _said(
    asked: Asked, text: str, decision: Decision, outcome: Mapping[str, Any], dice: Dice, found: Mapping[str, object]
) -> tuple[list[Item], Ending]:
    """What is said and how it ends: a rule's words to the letter, or the offline model's within `max_output_tokens`."""
    ending = _ending(outcome)
    if "refusal" in outcome:
        return [{"type": "message", "content": [{"type": "refusal", "refusal": outcome["refusal"]}]}], ending
    if decision.say is not None:
        return [_dressed(item, asked, dice) for item in decision.say], ending
    said = _answered(
        offline.Prompt(
            model=asked.deployment.name,
            text=text,
            items=asked.items[asked.dropped :],
            request=asked.request,
            dice=dice,
            before=asked.before,
            tools=asked.tools,
            includes=asked.includes,
            reasons=asked.deployment.model.reasoning and effort_of(asked) != "none",
            reasoning_content=asked.deployment.model.reasoning_content,
            found=found,
            want=outcome.get("structured", "typical"),
        )
    )
    said = [*_compacted(asked), *(_dressed(item, asked, dice) for item in said)]
    said = limited.stopped(said, asked.request.get("stop") or ())
    limit, beside = asked.request.get("max_output_tokens"), _beside(asked)
    if ending.incomplete == "max_output_tokens":
        half = sum(limited.weight(item, beside) for item in said) // 2
        limit = half if limit is None else min(limit, half)
    if limit is not None:
        said, lost = limited.cut(said, limit, beside)
        if lost and ending == WHOLE:
            ending = Ending(incomplete="max_output_tokens")
    return said, ending


def _answered(prompt: offline.Prompt) -> list[Item]:
    """What the offline model says. A schema that no value satisfies is found only here, and refused as a defective one (assumed)."""
    try:
        return offline.answer(prompt)
    except schema.Unsatisfiable as problem:
        raise Refusal("invalid_json_schema", param="text.format.schema", name="schema", reason=str(problem)) from None


def _compacted(asked: Asked) -> list[Item]:
    """The compaction that `context_management` asks for where the context weighs more than its threshold."""
    for entry in asked.request.get("context_management") or ():
        threshold = entry.get("compact_threshold") if isinstance(entry, dict) and entry.get("type") == "compaction" else None
        if isinstance(threshold, int) and asked.sent + asked.carried + asked.fixed > threshold:
            return [{"type": "compaction"}]
    return []


def _dressed(item: Item, asked: Asked, dice: Dice) -> Item:
    """The item with what this model and these includes add to every item of its kind; what was given stays."""
    model = asked.deployment.model
    if item["type"] == "reasoning":
        added: Item = {"content": []} if model.reasoning_content else {}
        if "reasoning.encrypted_content" in asked.includes:
            added["encrypted_content"] = ""
        return {**added, **item}
    if item["type"] == "message":
        return _voiced({"phase": "final_answer", **item} if model.phase else dict(item), asked, dice)
    return dict(item)


def _voiced(item: Item, asked: Asked, dice: Dice) -> Item:
    """The message with log probabilities on its text, where they are included."""
    if "message.output_text.logprobs" not in asked.includes:
        return item
    top = asked.request.get("top_logprobs") or 0
    content = item.get("content", "")
    parts = []
    for part in [content] if isinstance(content, str) else content:
        whole = {"type": "output_text", "text": part} if isinstance(part, str) else part
        if whole.get("type", "output_text") == "output_text" and not whole.get("logprobs"):
            whole = {**whole, "logprobs": logprobs.of(whole["text"], dice, top=top)}
        parts.append(whole)
    return {**item, "content": parts}


def effort_of(asked: Asked) -> str:
    """The reasoning effort in force: the request's, or the model's own."""
    wanted = asked.request.get("reasoning")
    effort = wanted.get("effort") if isinstance(wanted, dict) else None
    return str(effort or asked.deployment.model.default_effort or "none")


def _ending(outcome: Mapping[str, Any]) -> Ending:
    if "incomplete" in outcome:
        return Ending(incomplete=outcome["incomplete"])
    if outcome.get("content_filter") == "completion":
        return Ending(incomplete="content_filter")
    if "failed" in outcome:
        key = outcome["failed"]
        error = None if key is None else errors.error_object(key)
        event = None if key is None or error is None else errors.stream_error(key)["error"]
        return Ending(failed=True, event=event, error=error, after=outcome.get("after"))
    return WHOLE


def _pace(call: Call, asked: Asked, decision: Decision, *, background: bool) -> Pace:
    """The rule's pace, else the scope's latency for this model, else at once (in the background: a moment)."""
    pace = decision.pace
    disorder = call.scope.disorder()
    if pace is None and disorder is not None:
        pace = disorder.pace(asked.deployment.model.name, call.scope.world.dice, effort_of(asked))
    if pace is None:
        return BACKGROUND if background else AT_ONCE
    return replace(pace, queued=pace.queued or BACKGROUND.queued) if background else pace


def _obfuscated(request: Object, *, background: bool) -> bool:
    """Foreground streams are, unless the request says no; background streams and replays never (recorded)."""
    options = request.get("stream_options")
    wanted = not (isinstance(options, dict) and options.get("include_obfuscation") is False)
    return request.get("stream") is True and not background and wanted


def _beside(asked: Asked) -> limited.Cost:
    text = asked.request.get("text")
    form = text.get("format") if isinstance(text, dict) else None
    shaped = isinstance(form, dict) and form.get("type") == "json_schema"
    return limited.cost(reasons=asked.deployment.model.reasoning, tools=bool(asked.tools), shaped=shaped)


def _weight(asked: Asked, said: list[Item], shown: Object) -> Weight:
    beside = _beside(asked)
    output = sum(limited.weight(item, beside) for item in said)
    thought = sum(1 for item in said if item["type"] == "reasoning")
    effort = (shown.get("reasoning") or {}).get("effort") or "medium"
    return Weight(
        sent=asked.sent,
        carried=asked.carried,
        fixed=asked.fixed,
        output=output,
        reasoning=thought * (REASONING_OF_EFFORT.get(effort, REASONING_STEP) or REASONING_STEP),
        exact=tokens.exact(),
    )


def _closing(
    call: Call, asked: Asked, prompt: filtering.Prompt, said: list[Item], weight: Weight, outcome: Mapping[str, Any], shown: Object
) -> Object:
    closing: Object = {"service_tier": envelope.final_tier(shown), "usage": weight.usage(cache_writes=call.profile.cache_writes)}
    searches = sum(item["type"] == "web_search_call" for item in said)
    if searches and shown.get("tool_usage"):
        closing["tool_usage"] = {**shown["tool_usage"], "web_search": {"num_requests": searches}}
    findings = filtering.found(prompt, said, outcome)
    if call.profile.content_filters:
        spoken = sum(len(value) for item in said for value in _strings(item))
        closing["content_filters"] = filters.annotated(prompt=prompt.length, completion=spoken, findings=findings)
    if asked.request.get("moderation") is not None:
        closing["moderation"] = moderation.results(asked.request["moderation"]["model"], findings)
    return closing


def _strings(item: Item) -> list[str]:
    content = item.get("content")
    if isinstance(content, str):
        return [content]
    return [inputs.text_of(item)]


def seeded(profile: Profile, now: float, response: Object, items: list[Item]) -> Stored:
    """A response given whole through the control API: shown as given, chainable, kept from now on for the profile's retention.

    It has ended: cancelling one that ran in the background shows it as it is.
    """
    ident = str(response["id"])
    chain = _chain_of(ident)
    background = response.get("background") is True
    started: Object = {
        **response,
        "status": "queued" if background else "in_progress",
        "output": [],
        "usage": None,
        **({"completed_at": None} if "completed_at" in response else {}),
    }
    output = list(response.get("output") or [])
    seed = ident.encode()[:64].ljust(16, b"0")
    turn = Turn(envelope=started, said=tuple(output), chain=chain, seed=seed, created_at=now, background=background)
    weight = tokens.of_items(inputs.weighed(item) for item in (*items, *output))
    digest = Digest(1, weight, str(response.get("model") or ""), chain, tuple(answers.open_calls(output)))
    whole = {**response, "output": output}
    return Stored(turn, tuple(items), digest, expires=int(now) + profile.retention, seeded=whole)


def _chain_of(ident: str) -> str:
    body = ident.rpartition("_")[2]
    return body[:16] if len(body) >= 16 else body.ljust(16, "0")
