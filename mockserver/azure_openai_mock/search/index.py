"""Chunks ranked by BM25 over SQLite's FTS5, in memory. Words are compared by their stems, without case and accents.

FTS5's own ranking knows no word that stands in every chunk; here it keeps a little weight, so that a store of one file finds it. A score
is 1 where a chunk of average length has every word of the query once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import apsw

K1, B = 1.2, 0.75
"""The usual constants of BM25."""
NAME_WEIGHT = 0.6
"""What a word in the file's name counts beside one in the text."""
MOST_WORDS = 64
"""Words of a query that are looked for."""

_WORD = re.compile(r"\w+")
_IDEOGRAPH = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])")
_SMALL_WORDS = """a about an and any are as at be been but by can could did do does for from had has have he her his how i if in into is
it its just me my of on or our she so some such tell than that the their them then there these they this to us was we were what when where
which who whom whose why will with would you your please find search file files document documents say says said know much many"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""Words that say nothing of what is looked for; they count where a query has no others."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file's text. `file` is where it belongs, for whoever holds the index."""

    file: str
    filename: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found, by its place in the index; `score` is between 0 and 1."""

    place: int
    score: float


class Index:
    """An index over chunks, built once. Threads may search it, one after the other."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks
        self._turn = Lock()
        self._database = database = apsw.Connection(":memory:")
        database.register_fts5_function("relevance", _relevance)
        database.execute("CREATE VIRTUAL TABLE chunks USING fts5(name, text, tokenize = 'porter unicode61 remove_diacritics 2')")
        with database:
            rows = ((place, _spaced(_WORD_BREAKS.sub(" ", chunk.filename)), _spaced(chunk.text)) for place, chunk in enumerate(chunks))
            database.executemany("INSERT INTO chunks (rowid, name, text) VALUES (?, ?, ?)", rows)

    def search(self, query: str, limit: int) -> list[Hit]:
        """The best `limit` chunks, best first; of equals the one that came first."""
        words = words_of(query)
        if not words or not self.chunks:
            return []
        wanted = " OR ".join(f'"{word}"' for word in words)
        best = "SELECT rowid, relevance(chunks) AS score FROM chunks WHERE chunks MATCH ? ORDER BY score DESC, rowid LIMIT ?"
        with self._turn:
            return [Hit(place, round(min(score, 1.0), 4)) for place, score in self._database.execute(best, (wanted, limit))]


_WORD_BREAKS = re.compile(r"[_\W]+")


def words_of(query: str) -> list[str]:
    """The distinct words of a query that are looked for, in order."""
    words = list(dict.fromkeys(word.casefold() for word in _WORD.findall(_spaced(query))))
    return [word for word in words if word not in _SMALL][:MOST_WORDS] or words[:MOST_WORDS]


def _spaced(text: str) -> str:
    """Signs that are words in themselves, set apart."""
    return _IDEOGRAPH.sub(r" \1 ", text)


@dataclass(frozen=True, slots=True)
class _Query:
    """What is the same for all chunks: each word's rarity, and the chunks' average length."""

    rarities: tuple[float, ...]
    whole: float
    length: float


def _relevance(api: apsw.FTS5ExtensionApi, /, *_: object) -> float:
    query = api.aux_data
    if query is None:
        query = api.aux_data = _weighed(api)
    length = K1 * (1 - B + B * api.column_size(-1) / query.length)
    score = 0.0
    for word, rarity in enumerate(query.rarities):
        named, said = (len(places) for places in api.phrase_locations(word))
        count = said + NAME_WEIGHT * named
        score += rarity * count * (K1 + 1) / (count + length)
    return float(score / query.whole)


def _weighed(api: apsw.FTS5ExtensionApi) -> _Query:
    rows = api.row_count
    rarities = []
    for word in range(api.phrase_count):
        holding: list[None] = []
        api.query_phrase(word, lambda _, held: held.append(None), holding)
        rarities.append(math.log(1 + (rows - len(holding) + 0.5) / (len(holding) + 0.5)))
    return _Query(tuple(rarities), sum(rarities), api.column_total_size(-1) / rows)
