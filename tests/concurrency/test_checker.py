"""The checker itself, by hand and against every order there is."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .checker import ABSENT, Operation, after, linearizable

CREATE = Operation("create", "created", 0, 1)


@pytest.mark.parametrize(
    "told",
    [
        [],
        [Operation("get", "running", 2, 3)],
        [Operation("delete", "deleted", 2, 3), Operation("get", "missing", 4, 5)],
        [Operation("delete", "deleted", 2, 9), Operation("get", "running", 3, 4), Operation("get", "missing", 5, 6)],
        [Operation("cancel", "cancelled", 2, 3), Operation("chain", "chained", 4, 5), Operation("get", "cancelled", 6, 7)],
        [Operation("delete", "deleted", 2, 5), Operation("delete", "missing", 3, 4)],
        [Operation("delete", None, 2), Operation("get", "running", 3, 4), Operation("get", "missing", 8, 9)],
        [Operation("delete", None, 2), Operation("get", "running", 3, 4)],
    ],
)
def test_what_one_at_a_time_could_have_told_is_linearizable(told: list[Operation]) -> None:
    assert linearizable([CREATE, *told])


@pytest.mark.parametrize(
    "told",
    [
        [Operation("get", "missing", 2, 3)],
        [Operation("delete", "deleted", 2, 3), Operation("get", "running", 4, 5)],
        [Operation("delete", "deleted", 2, 5), Operation("delete", "deleted", 3, 4)],
        [Operation("delete", "deleted", 2, 9), Operation("get", "missing", 3, 4), Operation("get", "running", 5, 6)],
        [Operation("cancel", "cancelled", 2, 3), Operation("get", "running", 4, 5)],
        [Operation("delete", "deleted", 2, 3), Operation("chain", "chained", 4, 5)],
        [Operation("delete", "deleted", 2, 3), Operation("cancel", "cancelled", 4, 5)],
        [Operation("get", "cancelled", 2, 3), Operation("cancel", None, 4)],
    ],
)
def test_what_it_could_not_have_told_is_not(told: list[Operation]) -> None:
    assert not linearizable([CREATE, *told])


def by_every_order(history: list[Operation]) -> bool:
    def explained(order: tuple[Operation, ...]) -> bool:
        state = ABSENT
        for place, operation in enumerate(order):
            if any(later.returned < operation.began for later in order[place + 1 :]):
                return False
            state, heard = after(state, operation.asked)
            if heard != operation.heard:
                return False
        return True

    return any(explained(order) for order in permutations(history))


HEARD = {"get": ("running", "cancelled"), "cancel": ("cancelled",), "delete": ("deleted",), "chain": ("chained",)}
OPERATIONS = st.sampled_from([(asked, heard) for asked, each in HEARD.items() for heard in (*each, "missing")]).flatmap(
    lambda pair: st.builds(lambda at, length: Operation(*pair, at, at + length), st.integers(0, 8), st.integers(1, 6))
)


@settings(max_examples=100, deadline=None)
@given(st.lists(OPERATIONS, max_size=5))
def test_the_search_agrees_with_trying_every_order(told: list[Operation]) -> None:
    history = [CREATE, *told]
    assert linearizable(history) == by_every_order(history)
