"""Ranking: words by their stems, scores between 0 and 1, best first, whatever is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.search.index import Chunk, Index, words_of


def index_of(*texts: str, filename: str = "a.txt") -> Index:
    return Index([Chunk("f", filename, text) for text in texts])


def places(index: Index, query: str) -> list[int]:
    return [hit.place for hit in index.search(query, 10)]


def test_words_are_compared_by_their_stems_without_case_and_accents() -> None:
    index = index_of("The invoices were cancelled.", "Café au lait")
    assert places(index, "INVOICE cancelling") == [0]
    assert places(index, "cafe") == [1]


def test_a_store_of_one_chunk_finds_it() -> None:
    (hit,) = index_of("Paris is the capital of France.").search("What is the capital of France?", 5)
    assert hit.score > 0.5


def test_more_of_the_query_is_a_better_hit() -> None:
    index = index_of("red boats", "red boats in the harbour", "green hills", "a red hill")
    assert places(index, "red boats harbour")[0] == 1


def test_a_files_name_counts() -> None:
    index = Index([Chunk("a", "travel-expenses.md", "Keep every receipt."), Chunk("b", "holidays.md", "Keep every form.")])
    assert places(index, "travel expenses") == [0]


def test_signs_that_are_words_are_found_one_by_one() -> None:
    assert places(index_of("東京は日本の首都です。", "Kyoto"), "首都") == [0]


def test_small_words_count_only_where_there_are_no_others() -> None:
    assert words_of("what is the tide") == ["tide"]
    assert words_of("who are you") == ["who", "are", "you"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5), st.text(max_size=60))
def test_any_query_is_answered_in_order_with_scores_between_0_and_1(texts: list[str], query: str) -> None:
    hits = index_of(*texts).search(query, 3)
    assert len(hits) <= 3
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_threads_search_it_one_after_the_other() -> None:
    index = index_of(*(f"boat number {number} in the harbour" for number in range(500)))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda number: index.search(f"boat {number}", 1)[0].place, range(40)))
    assert found == list(range(40))
