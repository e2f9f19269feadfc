"""Embeddings: a unit vector for each text, the same for the same text for ever. No state is kept."""

from __future__ import annotations

import array
import asyncio
import base64
import struct
import sys
from typing import Any

from ..azure import embeddings
from ..engine import embedding, tokens
from ..store.protocol import Store
from ..wire.refusal import Refusal
from . import limits
from .call import Answer, Call, Plan, Whole
from .chat.asking import deployment_of
from .deciding import decide

LARGE = 2_000
"""Tokens from which on the vectors are made in a thread of their own, so that they hold nobody up."""


class Embeddings:
    """The operation on embeddings, over one store (for counts of rules and limits)."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def create(self, call: Call) -> Plan:
        """`POST /embeddings`: one vector for each input, in order. Refuses an input that is longer than the model reads."""
        await decide(self.store, call, call.json)
        body: Any = call.json
        if not isinstance(body, dict):
            raise Refusal("invalid_json")
        deployment = deployment_of(call, body, "embeddings")
        inputs = embeddings.check(body, model=deployment.model)
        weights = [tokens.count(one) if isinstance(one, str) else len(one) for one in inputs]
        if max(weights) > embeddings.limit("tokens"):
            raise Refusal("embedding_too_long", limit=embeddings.limit("tokens"), tokens=max(weights))
        weight = sum(weights)
        call.notes["tokens"] = {"counted": weight, "exact": False}
        call.notes["limits"] = await limits.admit(self.store, call, deployment, weight)
        full = embeddings.vectors_of(deployment.model).dimensions
        dense = body.get("encoding_format") == "base64"

        async def run() -> Answer:
            def shown() -> list[dict[str, Any]]:
                return [_shown(one, index, body.get("dimensions") or full, full, dense=dense) for index, one in enumerate(inputs)]

            data = shown() if weight < LARGE else await asyncio.to_thread(shown)
            usage = {"prompt_tokens": weight, "total_tokens": weight}
            return Whole({"object": "list", "data": data, "model": deployment.model.name, "usage": usage})

        return Plan(run, deployment)


def _shown(one: embeddings.Input, index: int, dimensions: int, full: int, *, dense: bool) -> dict[str, Any]:
    if isinstance(one, str):
        vector = embedding.of_text(one, dimensions, full=full)
    else:
        vector = embedding.of_tokens(one, dimensions, full=full)
    return {"object": "embedding", "index": index, "embedding": _packed(vector) if dense else _single(vector)}


def _single(vector: list[float]) -> list[float]:
    """The numbers as single precision has them."""
    form = f"<{len(vector)}f"
    return list(struct.unpack(form, struct.pack(form, *vector)))


def _packed(vector: list[float]) -> str:
    """Little-endian single precision, in base64."""
    packed = array.array("f", vector)
    if sys.byteorder == "big":
        packed.byteswap()
    return base64.b64encode(packed.tobytes()).decode()
