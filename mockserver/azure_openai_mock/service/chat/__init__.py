"""Chat completions: the turn that Responses would play, shown as a chat. It is kept where the request has `store: true`."""

from __future__ import annotations

import hashlib

from ...azure import chat, errors, filters
from ...engine.chat import Envelope, Padding, chunks, fold, usage_of
from ...engine.log import Log
from ...engine.turn import Turn
from ...store.protocol import Store
from ...wire import sse
from ...wire.refusal import Refusal
from ...wire.types import Object
from ...world import alphanumeric
from .. import filtering, limits
from ..asking import Asked
from ..call import Answer, Call, Plan, Told, Whole
from ..deciding import decide
from ..making import made_of
from ..stored import Stored
from .asking import asked_of
from .kept import keep


class Chat:
    """The operation on chat completions, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def create(self, call: Call) -> Plan:
        """`POST /chat/completions`: a JSON body, or a stream where the request asks for one.

        What the Responses service refuses is refused in the chat's own words.
        """
        try:
            asked = asked_of(call)
        except Refusal as refusal:
            await decide(self.store, call, call.json, refused=refusal)
            raise
        decision = await decide(self.store, call, asked.request, items=asked.items, turn=asked.turn)
        call.notes["turn"] = asked.turn
        call.notes["limits"] = await limits.admit(self.store, call, asked.deployment, asked.weight)
        try:
            made = [made_of(call, asked, decision) for _ in range(call.json.get("n") or 1)]
        except Refusal as refusal:
            raise _of_chat(refusal) from None
        streaming = call.json.get("stream") is True
        envelope = _envelope(call, asked, made[0], decision.outcome or {}, streaming=streaming)
        call.notes["response_id"] = envelope.id
        failed = (decision.outcome or {}).get("failed") if made[0].turn.ending.failed else None

        async def run() -> Answer:
            if made[0].turn.ending.failed and not streaming:
                raise Refusal(failed if failed and errors.row(failed).faultable else "server_error")
            logs = [each.log(coarse=not streaming) for each in made]
            entries = chunks(logs, envelope)
            whole = {} if made[0].turn.ending.failed else fold([event for _, event in entries])
            if whole and call.json.get("store") is True:
                await keep(self.store, call, {"usage": usage_of([log.response for log in logs]), **whole})
            log = Log(entries, whole, logs[0].started)
            if streaming:
                return Told(log, spelling=sse.UNNAMED)
            return Whole(whole, due=log.started + log.end if log.end else None, dense=True)

        return Plan(run, asked.deployment, streaming)


def _of_chat(refusal: Refusal) -> Refusal:
    """The refusal in the form that chat completions give it."""
    if refusal.key == "content_filter":
        results = refusal.fields["content_filters"][0]["content_filter_results"]
        return Refusal("content_filter_chat", content_filter_result={name: results[name] for name in sorted(results)})
    if refusal.key == "invalid_json_schema":
        return Refusal(refusal.key, param="response_format", **refusal.fields)
    return refusal


def _envelope(call: Call, asked: Asked, made: Stored, outcome: Object, *, streaming: bool) -> Envelope:
    turn: Turn = made.turn
    findings = filtering.found(filtering.prompt_of(asked), turn.said, outcome)
    blocked = findings["completion"] if turn.ending.incomplete == "content_filter" else {}
    body = call.json
    choice = asked.request.get("tool_choice")
    padding = chat.obfuscation(body, profile=call.profile)
    return Envelope(
        id=f"chatcmpl-{alphanumeric(hashlib.blake2b(turn.seed, digest_size=24, person=b'chat').digest(), 29)}",
        created=int(turn.created_at),
        model=asked.deployment.served,
        fingerprint=_fingerprint(asked),
        prompt=[{"prompt_index": 0, "content_filter_results": filters.of_chat("prompt", findings["prompt"])}],
        spoken=filters.of_chat("completion", None if blocked else findings["completion"]),
        blocked=filters.of_chat("completion", blocked) if blocked else None,
        usage=not streaming or bool((body.get("stream_options") or {}).get("include_usage")),
        legacy=bool(body.get("functions")),
        forced=isinstance(choice, dict) and choice.get("type") in ("function", "custom"),
        padding=Padding(turn.seed, *padding) if padding else None,
    )


def _fingerprint(asked: Asked) -> str | None:
    """Of what serves: the same for all answers of a model. Models that reason have none (observed)."""
    if asked.deployment.model.reasoning:
        return None
    return f"fp_{hashlib.blake2b(asked.deployment.served.encode(), digest_size=5).hexdigest()}"
