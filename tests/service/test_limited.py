"""What an answer weighs, and what is left of it within a limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.azure import inputs
from azure_openai_mock.engine import tokens
from azure_openai_mock.service import limited

TEXT = st.text(st.characters(categories=["L", "N", "Z"], max_codepoint=0x2000), max_size=60)
COSTS = st.builds(limited.cost, reasons=st.booleans(), tools=st.booleans(), shaped=st.booleans())
ASKED = {"type": "message", "role": "user", "content": "hi"}
SAID = [
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Some words."}]},
    {"type": "function_call", "name": "get_rate", "arguments": '{"of":"EUR"}'},
]


def message(text: str) -> Any:
    return {"type": "message", "content": text}


@given(TEXT, st.integers(1, 40), COSTS)
def test_what_is_left_is_never_heavier_than_the_limit(text: str, limit: int, beside: limited.Cost) -> None:
    kept, lost = limited.cut([message(text)], limit, beside)
    assert sum(limited.weight(item, beside) for item in kept) <= limit
    assert lost is (limited.weight(message(text), beside) > limit)
    assert lost or kept == [message(text)]


@pytest.mark.parametrize("reasons", [False, True])
@pytest.mark.parametrize("said", SAID)
def test_what_was_said_weighs_in_the_next_turn_what_it_did_and_what_began_it(said: Any, reasons: bool) -> None:
    def context(*items: Any) -> int:
        return tokens.of_items(map(inputs.weighed, items), reasons=reasons)

    assert context(ASKED, said, ASKED) == context(ASKED) + limited.weight(said, limited.cost(reasons=reasons)) + context(ASKED)


def test_an_ending_costs_what_was_recorded() -> None:
    text = tokens.count("Some words.")
    assert limited.weight(message("Some words."), limited.cost(reasons=False)) == text + 1
    assert limited.weight(message("Some words."), limited.cost(reasons=False, tools=True)) == text + 2
    assert limited.weight(message("Some words."), limited.cost(reasons=True)) == text + 4
    assert limited.weight(message("Some words."), limited.cost(reasons=True, shaped=True)) == text + 8
    assert limited.weight({"type": "reasoning"}, limited.cost(reasons=True)) == 2
