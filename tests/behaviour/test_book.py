"""How the rules of a scope combine."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.behaviour import rule
from azure_openai_mock.behaviour.book import NOTHING, Book
from azure_openai_mock.behaviour.question import Question
from azure_openai_mock.world import Dice, World

ASK = Question(model="gpt-4o", request={"input": "the weather?"})


def book(*rules) -> Book:
    made = Book()
    made.add(rule.read_all(list(rules)))
    return made


def decide(made, question=ASK, *, dice=None, spend=None):
    return asyncio.run(made.decide(question, dice or World.fixed().dice, spend))


def said(decision):
    return None if decision.say is None else [item["content"][0]["text"] for item in decision.say]


def names(decision):
    return [setup.NAME for setup in decision.faults]


def test_no_rules_decide_nothing():
    assert decide(Book()) is NOTHING
    assert decide(book({"say": "x", "when": {"model": "other"}})) is NOTHING


def test_the_newest_matching_rule_speaks():
    made = book({"say": "old"}, {"say": "new"}, {"say": "other", "when": {"turn": 7}})
    assert said(decide(made)) == ["new"]


def test_an_outcome_speaks_too_and_leaves_the_words_to_the_model():
    decision = decide(book({"say": "old"}, {"outcome": {"incomplete": "max_output_tokens"}}))
    assert decision.say is None
    assert decision.outcome == {"incomplete": "max_output_tokens"}


def test_a_rule_of_faults_alone_leaves_the_words_to_the_next():
    decision = decide(book({"say": "hello"}, {"fault": "silence"}))
    assert said(decision) == ["hello"]
    assert names(decision) == ["silence"]


def test_pace_comes_from_the_newest_rule_that_has_one():
    decision = decide(book({"pace": {"first_token": 1}}, {"pace": {"first_token": 2}}, {"say": "x"}))
    assert decision.pace.first_token == 2


def test_faults_of_all_matching_rules_compose_the_newest_outermost():
    decision = decide(book({"fault": [{"cut": 6}, {"delay": 1}]}, {"fault": {"split": 3}}, {"fault": "crlf", "when": {"turn": 9}}))
    assert names(decision) == ["cut", "delay", "split"]


def test_every_rule_that_was_used_spends_one_of_its_times_and_no_other():
    made = book(
        {"name": "unneeded", "say": "never", "times": 1},
        {"name": "pace", "pace": {"first_token": 1}, "times": 5},
        {"name": "speaks", "say": "x", "fault": "crlf", "times": 2},
    )
    decision = decide(made)
    assert decision.rules == ("speaks", "pace")
    assert [row["used"] for row in made.listing()] == [0, 1, 1]
    decide(made)
    assert said(decide(made)) == ["never"], "a spent rule is one that does not match"
    assert decide(made).say is None


def test_times_0_is_never_used():
    assert decide(book({"say": "x", "times": 0})) is NOTHING


def test_a_list_of_lists_is_said_use_after_use():
    made = book({"say": "later"}, {"say": [["one"], ["two"]]})
    assert [said(decide(made)) for _ in range(3)] == [["one"], ["two"], ["later"]]


def test_probability_draws_from_the_given_dice_and_a_failed_draw_is_no_match():
    made = book({"name": "certain", "say": "sure"}, {"name": "chance", "say": "lucky", "probability": 0.3})
    dice = Dice(5)
    heard = [said(decide(made, dice=dice))[0] for _ in range(300)]
    assert 50 < heard.count("lucky") < 130
    again = Dice(5)
    assert [said(decide(made, dice=again))[0] for _ in range(300)] == heard
    assert decide(book({"say": "x", "probability": 0})) is NOTHING


def test_a_rule_that_does_not_match_or_is_not_needed_draws_nothing():
    made = book({"say": "x", "probability": 0.5}, {"say": "y"}, {"say": "z", "probability": 0.5, "when": {"turn": 9}})
    dice = Dice(1)
    decide(made, dice=dice)
    assert dice.bits() == Dice(1).bits()


def test_spending_may_be_shared_by_processes():
    taken = {}

    async def spend(ident, times):
        use = taken.get(ident, 0)
        if times is not None and use >= times:
            return None
        taken[ident] = use + 1
        return use

    first, second = (book({"say": [["one"], ["two"]]}) for _ in range(2))
    heard = [said(decide(made, spend=spend)) for made in (first, second, first)]
    assert heard == [["one"], ["two"], None]
    assert first.listing(taken)[0]["used"] == 2


def test_rules_are_listed_and_removed_by_their_ids():
    made = book({"name": "a", "say": "x"}, {"say": "y"})
    ids = [row["id"] for row in made.listing()]
    assert len(set(ids)) == 2
    assert made.listing()[0] == {"id": ids[0], "name": "a", "say": "x", "used": 0}
    assert made.remove(ids[1])
    assert not made.remove(ids[1])
    assert said(decide(made)) == ["x"]
    made.clear()
    assert not made


def test_ids_are_not_given_twice():
    made = book({"say": "x"})
    (first,) = [row["id"] for row in made.listing()]
    made.clear()
    assert made.add([rule.read({"say": "y"})]) != [first]


def test_scripted_rules_are_older_than_added_ones_and_come_back_when_loaded():
    script = rule.read_all([{"say": "scripted"}])
    made = Book(script)
    made.add([rule.read({"say": "added"})])
    assert said(decide(made)) == ["added"]
    made.clear()
    assert decide(made) is NOTHING
    made.load(script)
    assert said(decide(made)) == ["scripted"]


def test_another_process_has_the_same_rules():
    script = rule.read_all([{"say": "s1"}, {"say": "s2"}])
    made = Book(script)
    made.add(rule.read_all([{"say": "a1"}, {"name": "b", "fault": "crlf"}]))
    made.remove("script_1")
    other = Book(script)
    other.restore(made.document())
    assert other.listing() == made.listing()
    assert other.add([rule.read({"say": "new"})]) == made.add([rule.read({"say": "new"})])


def test_it_explains_what_failed_and_puts_the_closest_first():
    made = book(
        {"name": "far", "say": "x", "when": {"model": "gpt-5", "turn": 3}},
        {"name": "near", "say": "x", "when": {"model": "gpt-4o", "input__contains": "time"}},
    )
    told = made.explain(ASK)
    assert [row["name"] for row in told] == ["near", "far"]
    assert told[0]["failed"] == [{"condition": "input__contains", "expected": "time", "found": "the weather?"}]
    assert not told[0]["matches"]


def test_a_spent_rule_says_so():
    made = book({"say": "x", "times": 1})
    decide(made)
    assert made.explain(ASK)[0]["spent"]


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "say": st.sampled_from(["a", [["b"], ["c"]]]),
        "fault": st.sampled_from(["crlf", [{"cut": 3}, "keepalive"]]),
        "pace": st.just({"per_token": 1}),
        "times": st.integers(0, 3),
        "probability": st.sampled_from([0, 0.5, 1]),
        "when": st.sampled_from([{"turn": 1}, {"turn": 2}]),
    },
).filter(lambda given_: {"say", "fault", "pace"} & set(given_))


@settings(max_examples=80, deadline=None)
@given(st.lists(PARTS, max_size=6), st.integers(0, 5), st.integers(1, 6))
def test_decisions_are_a_function_of_rules_questions_and_dice(given_, seed, asks):
    heard = []
    for _ in range(2):
        made, dice = book(*given_), Dice(seed)
        heard.append([decide(made, dice=dice) for _ in range(asks)])
        for row, entry in zip(made.listing(), made.entries(), strict=True):
            assert entry.rule.times is None or row["used"] <= entry.rule.times
    assert heard[0] == heard[1]
