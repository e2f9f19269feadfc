"""Vectors for texts: deterministic, of length one, and nearer to each other the more words two texts share.

Each word, and each run of three letters in it, is a feature that adds ±1 to some numbers of the vector, chosen by its hash; words that
stand in every text weigh little. A faint ground of the text's own lies under them, so that no number is zero, as with the service's models.
Shorter vectors are the beginning of the long one, made unit again, as with the service's.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

PLACES = 24
"""Numbers of the vector that a feature moves."""
PART = 1.0
"""What the runs of three letters of a word weigh together, beside the word."""
SMALL = 0.15
"""What a word weighs that stands in every text."""

GROUND = 0.05
"""How long the ground is beside what the words add up to."""

_WORD = re.compile(r"\w+")
_SMALL_WORDS = """a about an and any are as at be been but by can could did do does for from had has have he her his how i if in into is
it its just me more most my no not of on one or our out she so some such than that the their them then there these they this to too up was
we were what when where which who why will with would you your"""
_SMALL = frozenset(_SMALL_WORDS.split())


_draws = struct.Struct(f">{PLACES}H").unpack


def of_text(text: str, dimensions: int, *, full: int) -> list[float]:
    """The vector of a text: the first `dimensions` numbers of the `full` ones."""
    return _vector(_features(text.casefold()), text, dimensions, full)


def of_tokens(tokens: Sequence[int], dimensions: int, *, full: int) -> list[float]:
    """The vector of a text that came as tokens; one token is one word."""
    counted = Counter(tokens)
    features = ((f"#{token}", 1 + math.log(count)) for token, count in counted.items())
    return _vector(features, str(sorted(tokens)), dimensions, full)


def _features(text: str) -> Iterable[tuple[str, float]]:
    for word, count in Counter(_WORD.findall(text)).items():
        weight = (SMALL if word in _SMALL else 1.0) * (1 + math.log(count))
        yield word, weight
        if len(word) > 3 and word not in _SMALL:
            padded = f"<{word}>"
            runs = {padded[at : at + 3] for at in range(len(padded) - 2)}
            yield from ((run, weight * PART / math.sqrt(len(runs))) for run in sorted(runs))


def _vector(features: Iterable[tuple[str, float]], whole: str, dimensions: int, full: int) -> list[float]:
    vector = [0.0] * full
    for feature, weight in features:
        for draw in _draws(hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=2 * PLACES).digest()):
            vector[(draw >> 1) % full] += weight if draw & 1 else -weight
    scale = GROUND * (_length(vector) or 1.0) / math.sqrt(full / 3)
    vector = [number + scale * draw for number, draw in zip(vector, _ground(whole, dimensions), strict=False)]
    length = _length(vector)
    return [number / length for number in vector]


def _ground(whole: str, dimensions: int) -> Iterator[float]:
    """Numbers between -1 and 1, evenly spread, none of them 0."""
    drawn = hashlib.shake_128(whole.encode("utf-8", "surrogatepass")).digest(2 * dimensions)
    return ((2 * draw - 65_535) / 65_535 for draw in struct.unpack(f">{dimensions}H", drawn))


def _length(vector: Iterable[float]) -> float:
    return math.sqrt(sum(number * number for number in vector))
