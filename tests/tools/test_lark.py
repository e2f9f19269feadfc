"""Grammars: the texts that are said are texts of the grammar, and what cannot be followed is said to be beyond."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.tools import lark
from azure_openai_mock.world import Dice

JSON = """
start: value
?value: dict | list | STRING | "true"
list: "[" [value ("," value)*] "]"
dict: "{" [pair ("," pair)*] "}"
pair: STRING ":" value
STRING.2: /"[a-z]+"/  // a text
"""


@settings(deadline=None, max_examples=25)
@given(st.integers())
@pytest.mark.parametrize(
    ("grammar", "taken"),
    [
        ('start: "a" ~ 3', "aaa"),
        ('start: "a"~2..4 "b"?', "a{2,4}b?"),
        ('start: ("x" | "y")+ [";"]', "[xy]+;?"),
        ("start: NUMBER\nNUMBER: /[0-9]{1,3}/", "[0-9]{1,3}"),
        ('start: "a".."c"', "[abc]"),
        ('start: first\n  | "z" -> last\nfirst: "q"', "q|z"),
        ("start: INT\n%import common.INT", "[0-9]+"),
        ('start: "a" "b"\n%import common.WS\n%ignore WS', "a b"),
        ('start: "(" start ")" | "x"', r"\(*x\)*"),
        (JSON, r"[\[\]{}\",:a-z]+"),
    ],
)
def test_a_text_of_the_grammar_is_said(grammar: str, taken: str, seed: int) -> None:
    assert re.fullmatch(taken, lark.sample(grammar, Dice(seed)))


@pytest.mark.parametrize(
    "grammar",
    [
        "",
        "a: b",
        "start: missing",
        'start: start "a"',
        'start: "a',
        "start: {x}",
        "start: a{b}",
        'start: ("a"',
        "%import python.NAME\nstart: NAME",
        "start: " + "(" * 500 + '"a"' + ")" * 500,
        'start: "a" ~ 99999',
        'start: x~999\nx: y~999\ny: "a"~999',
        "start: /(/",
        "x" * 60_000,
    ],
)
def test_what_cannot_be_followed_is_beyond(grammar: str) -> None:
    with pytest.raises(lark.Beyond):
        lark.sample(grammar, Dice(1))


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from('start:ab"/()[]|?*+~.\n %->{}09'), max_size=60))
def test_any_text_is_a_grammar_or_beyond(grammar: str) -> None:
    with contextlib.suppress(lark.Beyond):
        assert isinstance(lark.sample("start: " + grammar, Dice(1)), str)
