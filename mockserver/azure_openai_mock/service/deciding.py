"""What is said and what goes wrong, for any operation: the scope's rules, this request's own fault header, and chaos."""

from __future__ import annotations

from collections.abc import Sequence

from ..behaviour.book import NOTHING, Decision
from ..behaviour.question import ENTRA, Question
from ..store.protocol import Store
from ..wire.types import Item, Object
from .call import Call
from .journals import spend


async def decide(
    store: Store,
    call: Call,
    request: Object | None = None,
    *,
    items: Sequence[Item] = (),
    before: Sequence[Item] = (),
    turn: int = 1,
) -> Decision:
    """Ask the scope's rules about this call, spend those that are used, and note them for the journal."""
    book = call.scope.book
    disorder = None if call.operation.startswith(ENTRA) else call.scope.disorder()
    if not len(book) and disorder is None:
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
    )

    async def spent(rule: str, times: int | None) -> int | None:
        return await spend(store, call.scope, rule, times)

    decision = await book.decide(question, call.scope.world.dice, spent)
    if disorder is not None:
        decision = await disorder.disturb(decision, question, call.scope.world.dice, store, call.scope.name)
    call.decision = decision
    return decision
