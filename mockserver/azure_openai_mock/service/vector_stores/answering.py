"""What `file_search` finds for a response: searched before anything is said, for the offline model and for rules that leave it open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...azure import inputs
from ...behaviour.book import Decision
from ...search import attributes
from ...store.protocol import Store
from ...wire.types import Item, Object
from ..asking import Asked
from ..scope import Scope
from .searching import of, result_of

CALL = "file_search_call"
RESULTS = "file_search_call.results"


def declared(asked: Asked) -> list[tuple[int, Object]]:
    """The `file_search` tools of the request, each with its place. Raises the refusal of a filter that is none."""
    tools = [(index, spec) for index, spec in enumerate(asked.tools) if spec["type"] == "file_search"]
    for index, spec in tools:
        if spec.get("filters") is not None:
            attributes.check(spec["filters"], f"tools[{index}].filters")
    return tools


async def found(store: Store, scope: Scope, asked: Asked, decision: Decision) -> tuple[Mapping[str, object], Decision]:
    """What the offline model finds for the user's words; or the rule's decision, its searches without results filled in."""
    tools = declared(asked)
    if not tools:
        return {}, decision
    spec = tools[0][1]
    if decision.say is None:
        query = inputs.fresh_user_text(asked.items)
        return {"results": await _results(store, scope, spec, [query] if query else [])}, decision
    if RESULTS not in asked.includes or not any(_open(item) for item in decision.say):
        return {}, decision
    said: list[Item] = []
    for item in decision.say:
        given = {"results": await _results(store, scope, spec, item.get("queries") or [])} if _open(item) else {}
        said.append({**item, **given})
    return {}, replace(decision, say=said)


def _open(item: Item) -> bool:
    return item["type"] == CALL and item.get("results") is None


async def _results(store: Store, scope: Scope, spec: Object, queries: list[str]) -> list[Object]:
    ranking: Any = spec.get("ranking_options") or {}
    hits = await of(store).search(
        scope,
        spec["vector_store_ids"],
        queries,
        limit=spec.get("max_num_results") or 20,
        filters=spec.get("filters"),
        threshold=ranking.get("score_threshold") or 0.0,
    )
    return [result_of(hit) for hit in hits]
