"""Counting tokens: exact with the vocabulary, near it without, and cut where the tokens are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.engine import tokens

ENGLISH = """
The harbour was quiet that morning. Two fishing boats had come in before dawn, and their crews were already mending nets on the quay
while the gulls argued over what was left in the crates. Nobody expected the ferry until noon, because the wind had turned during the
night and the captain preferred to wait for the tide. In the small office behind the warehouse, the harbour master was writing her weekly
report: seventeen arrivals, fourteen departures, one engine failure, and a complaint about the noise of the new crane. She had promised the
council a proposal for the northern pier by Friday. It would need about 340 metres of timber, a dozen workers and, if the weather held, six
weeks.
"""
CODE = """
def settle(accounts: dict[str, int], transfers: list[tuple[str, str, int]]) -> dict[str, int]:
    \"\"\"Apply the transfers in order. Raises ValueError when an account would be overdrawn.\"\"\"
    balance = dict(accounts)
    for source, target, amount in transfers:
        if amount <= 0 or balance.get(source, 0) < amount:
            raise ValueError(f"cannot move {amount} from {source!r}")
        balance[source] -= amount
        balance[target] = balance.get(target, 0) + amount
    return {name: value for name, value in balance.items() if value != 0}


class Ledger:
    MAX_ENTRIES = 10_000

    def __init__(self, path: str) -> None:
        self._path = path
        self.entries: list[tuple[str, int]] = []

    def append(self, name: str, value: int) -> None:
        if len(self.entries) >= self.MAX_ENTRIES:
            self.entries = self.entries[len(self.entries) // 2 :]
        self.entries.append((name, value))
"""
DATA = json.dumps(
    {
        "orders": [
            {
                "id": f"ord_{index:04}",
                "customer": {"name": "Example Customer", "city": "Oslo"},
                "total": 12.5 * index,
                "paid": index % 2 == 0,
            }
            for index in range(12)
        ],
        "next_page": None,
        "description": "A page of orders, the newest first.",
    }
)
ORDINARY = {"english": ENGLISH, "code": CODE, "json": DATA, "pretty json": json.dumps(json.loads(DATA), indent=2)}
TEXTS = st.text(max_size=200) | st.text("ab AB12_-.\n\t'é日本🙂\u200d", max_size=200)

needs_vocabulary = pytest.mark.skipif(not tokens.exact(), reason="the extra `tokens` is not installed")


@given(TEXTS)
def test_pieces_join_to_the_text(text: str) -> None:
    for split in (tokens.split, tokens.pieces):
        parts = split(text)
        assert "".join(parts) == text
        assert all(parts)


@given(TEXTS)
def test_an_estimate_is_the_number_of_its_pieces(text: str) -> None:
    assert tokens.estimate(text) == len(tokens.pieces(text))


@given(TEXTS)
def test_there_are_no_more_pieces_than_tokens(text: str) -> None:
    assert len(tokens.split(text)) <= tokens.count(text)


@needs_vocabulary
@pytest.mark.parametrize("kind", ORDINARY)
def test_the_estimate_is_within_fifteen_percent_on_ordinary_text(kind: str) -> None:
    exact = tokens.count(ORDINARY[kind])
    assert abs(tokens.estimate(ORDINARY[kind]) - exact) <= 0.15 * exact


@needs_vocabulary
@pytest.mark.parametrize("text, count", [("", 0), ("hi", 1), ("Hello, world!", 4), ("tokenization", 2), ("1234567", 3)])
def test_counts_are_the_vocabularys_own(text: str, count: int) -> None:
    assert tokens.count(text) == count


@needs_vocabulary
def test_a_character_of_several_tokens_stays_whole() -> None:
    assert "🤷🏽" in "".join(tokens.split("so 🤷🏽 there"))
    assert all("\ufffd" not in piece for piece in tokens.split("🤷🏽‍♀️ 日本 ∮"))


@pytest.mark.parametrize("text", ["\ud800", "a\udfff b"])
def test_a_lone_surrogate_is_counted_too(text: str) -> None:
    assert tokens.count(text) > 0
    assert "".join(tokens.split(text)) == text


@needs_vocabulary
def test_a_message_weighs_its_text_and_four_and_the_answer_is_primed() -> None:
    assert tokens.of_items([("user", "hi")]) == 8
    assert tokens.of_items([("user", "hi")], reasons=True) == 7
    assert tokens.of_items([("user", "hi"), ("user", "hi")]) == 13
    assert tokens.of_items([]) == 0


def test_reasoning_that_is_sent_back_is_not_counted() -> None:
    assert tokens.of_items([("reasoning", "Long thoughts."), ("user", "hi")]) == tokens.of_items([("user", "hi")])


def test_tools_weigh_less_than_their_json_and_more_than_nothing() -> None:
    tool = {
        "type": "function",
        "name": "get_weather",
        "description": "Tells the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Where"},
                "unit": {"enum": ["c", "f"]},
                "days": {"type": ["integer", "null"]},
                "tags": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"a": {}}}]}},
            },
            "required": ["city"],
        },
    }
    assert tokens.of_tools([]) == 0
    assert 20 < tokens.of_tools([tool]) < tokens.count(json.dumps(tool))
    assert tokens.of_tools([tool, tool]) > tokens.of_tools([tool])
    assert tokens.of_tools([{"type": "web_search"}, {"name": "f", "parameters": {"properties": [1]}}]) > 0


@pytest.mark.parametrize("unit", ["a", " ", " \n", "_", "'s", "A", "é", "1", "\n", "-/", "日", "🙂", "aA1 "])
@pytest.mark.parametrize("cost", [tokens.estimate, tokens.count])
@pytest.mark.timeout(20)
def test_a_million_characters_are_counted_at_once(unit: str, cost: Callable[[str], int]) -> None:
    assert cost(unit * (1_000_000 // len(unit))) > 0


def run(program: str) -> int:
    path = next(entry for entry in sys.path if entry.endswith("mockserver"))
    return subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": path}, check=False).returncode


def test_the_vocabulary_is_not_loaded_at_import() -> None:
    assert run("import sys, azure_openai_mock.engine.tokens; sys.exit('bpe_openai' in sys.modules)") == 0


def test_without_the_extra_counts_are_the_estimate() -> None:
    program = """
import sys
sys.modules["bpe_openai"] = None
from azure_openai_mock.engine import tokens
text = "What is the weather in Oslo?"
sys.exit(tokens.exact() or tokens.count(text) != tokens.estimate(text) or tokens.split(text) != tokens.pieces(text))
"""
    assert run(program) == 0
