"""`logprobs` of what was said, where `include` asks for them: one entry a token, in the recorded shape."""

from __future__ import annotations

import math

from ..engine import tokens
from ..wire.types import Object
from ..world import Dice

OTHERS = (
    " the",
    " a",
    " and",
    ".",
    ",",
    " is",
    " to",
    " of",
    " in",
    "\n",
    " that",
    " it",
    " for",
    " on",
    " with",
    " as",
    " was",
    " be",
    " at",
    " by",
)
"""Tokens that stand as the less likely ones."""


def of(text: str, dice: Dice, *, top: int) -> list[Object]:
    """`[{token, bytes, logprob, top_logprobs}]`; the tokens are the text's own, the probabilities drawn and plausible."""
    return [_entry(piece, dice, top) for piece in tokens.split(text)]


def _entry(piece: str, dice: Dice, top: int) -> Object:
    likely = 0.5 + dice.chance() / 2
    found = _one(piece, likely)
    rest = 1 - likely
    others = []
    for other in [each for each in OTHERS if each != piece][: max(top - 1, 0)]:
        rest /= 2
        others.append(_one(other, rest))
    return {**found, "top_logprobs": [found, *others] if top else []}


def _one(piece: str, probability: float) -> Object:
    return {"token": piece, "bytes": list(piece.encode()), "logprob": round(math.log(max(probability, 1e-9)), 6)}
