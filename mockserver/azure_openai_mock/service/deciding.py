"""What is said and what goes wrong, for any operation: the scope's rules, recordings, this request's own fault header, and chaos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..azure import errors
from ..behaviour.book import NOTHING, Decision, Spend
from ..behaviour.question import ENTRA, Question
from ..store.protocol import Store
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from .call import FAULT_HEADER, Call
from .journals import spend

if TYPE_CHECKING:
    from ..behaviour.replay import Replay


async def decide(
    store: Store,
    call: Call,
    request: Object | None = None,
    *,
    items: Sequence[Item] = (),
    before: Sequence[Item] = (),
    turn: int = 1,
    refused: Refusal | None = None,
) -> Decision:
    """Ask the scope's rules about this call, then its recordings, spend what is used, and note it for the journal.

    `refused` is what the service says to the call anyway. Raises the refusal of a call that no recording answers.
    """
    book, replay = call.scope.book, call.scope.replay
    disorder = None if call.operation.startswith(ENTRA) else call.scope.disorder()
    header = call.headers.get(FAULT_HEADER)
    if not book and disorder is None and replay is None and header is None:
        call.decision = NOTHING
        return NOTHING
    question = Question(
        operation=call.operation,
        model=str((request or {}).get("model") or "") if isinstance(request, dict) else "",
        request=request if isinstance(request, dict) else {},
        items=items,
        turn=turn,
        headers=call.headers,
        region=call.region.name,
        profile=call.profile.name,
        before=before,
    )

    async def spent(rule: str, times: int | None) -> int | None:
        return await spend(store, call.scope, rule, times)

    decision = call.decision = await book.decide(question, call.scope.world.dice, spent)
    if replay is not None and decision.say is None and decision.outcome is None and replay.answers(call.operation):
        decision = await _replayed(replay, call, decision, before, spent, refused)
    if disorder is not None:
        decision = await disorder.disturb(decision, question, call.scope.world.dice, store, call.scope.name)
    if header is not None:
        decision = _failing(decision, header)
    call.decision = decision
    return decision


def _failing(decision: Decision, header: str) -> Decision:
    """The decision with the failed response that the request's own header asks for. The faults in it are the wire's: nothing here."""
    from .. import faults
    from ..behaviour import outcome

    try:
        failed = outcome.failures(faults.spelled(header))
    except faults.Wrong as problem:
        raise Refusal("control_bad_request", message=f"{FAULT_HEADER}: {problem}") from None
    return decision if failed is None else replace(decision, outcome=failed)


async def _replayed(replay: Replay, call: Call, ruled: Decision, before: Sequence[Item], spent: Spend, refused: Refusal | None) -> Decision:
    """What was recorded for this call, with what rules add to it."""
    from ..behaviour.replay import Asking, around

    body = call.json if isinstance(call.json, dict) else {}
    model = call.ids.get("deployment") or str(body.get("model") or "")
    status = None if refused is None else errors.row(refused.key).status
    return around(await replay.decide(Asking(call.operation, body, model, before), spent, refused=status), ruled)
