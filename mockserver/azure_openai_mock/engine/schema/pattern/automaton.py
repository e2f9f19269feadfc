"""What a pattern becomes: states and moves, of a bounded number."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .characters import Ranges, contains
from .tree import At, Either, Look, Node, PatternProblem, Set, Then, Times

MAX_STATES = 2000
"""States an automaton may have; a larger pattern is refused."""
MAX_LOOKS = 8
"""Look-aheads side by side that a pattern may have."""
WORDS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
"""What a word is made of, for its boundaries."""


class Automaton:
    """States by number. `free[s]` are moves that read nothing, under a condition or `""`; `reads[s]` is the one that reads a character."""

    def __init__(self) -> None:
        self.free: list[list[tuple[str, int]]] = []
        self.reads: list[tuple[Ranges, int] | None] = []
        self.looks: list[tuple[Automaton, int, bool]] = []
        """Look-aheads: their automaton (it starts at state 0), its end, and whether it must match. Condition: `look` and the index."""

    def state(self) -> int:
        """A new state. Raises PatternProblem where there would be too many."""
        if len(self.free) >= MAX_STATES:
            raise PatternProblem("the pattern is too large", malformed=False)
        self.free.append([])
        self.reads.append(None)
        return len(self.free) - 1

    def build(self, node: Node, start: int) -> int:
        """Add the node after `start`; the state where it ends. Raises PatternProblem for a tree that takes too many states."""
        if isinstance(node, Set):
            end = self.state()
            here = start if self.reads[start] is None and not self.free[start] else self._after(start)
            self.reads[here] = (node.ranges, end)
            return end
        if isinstance(node, At):
            end = self.state()
            self.free[start].append((node.where, end))
            return end
        if isinstance(node, Look):
            return self._look(node, start)
        if isinstance(node, Then):
            for part in node.parts:
                start = self.build(part, start)
            return start
        if isinstance(node, Either):
            end = self.state()
            for branch in node.branches:
                self.free[self.build(branch, self._after(start))].append(("", end))
            return end
        return self._repeat(node, start)

    def _look(self, node: Look, start: int) -> int:
        if len(self.looks) >= MAX_LOOKS:
            raise PatternProblem("the pattern is too large", malformed=False)
        inner = Automaton()
        self.looks.append((inner, inner.build(node.part, inner.state()), node.positive))
        end = self.state()
        self.free[start].append((f"look{len(self.looks) - 1}", end))
        return end

    def _after(self, start: int) -> int:
        fresh = self.state()
        self.free[start].append(("", fresh))
        return fresh

    def _repeat(self, node: Times, start: int) -> int:
        for _ in range(node.least):
            start = self.build(node.part, self._after(start))
        if node.most is None:
            loop = self._after(start)
            self.free[self.build(node.part, self._after(loop))].append(("", loop))
            return self._after(loop)
        end = self.state()
        for _ in range(node.most - node.least):
            self.free[start].append(("", end))
            start = self.build(node.part, self._after(start))
        self.free[start].append(("", end))
        return end

    def closure(self, states: Iterable[int], holds: Callable[[str], bool]) -> frozenset[int]:
        """All states reached without reading, over the conditions that hold."""
        seen = set(states)
        stack = list(seen)
        while stack:
            for condition, other in self.free[stack.pop()]:
                if other not in seen and (not condition or holds(condition)):
                    seen.add(other)
                    stack.append(other)
        return frozenset(seen)


def starts(machine: Automaton, end: int, text: str) -> list[bool]:
    """For every place in the text whether a match begins there. Read from the back: one pass, however much follows is to be looked at."""
    ahead = [starts(inner, final, text) for inner, final, _ in machine.looks]
    before: list[list[tuple[str, int]]] = [[] for _ in machine.free]
    readers: list[list[tuple[Ranges, int]]] = [[] for _ in machine.free]
    for state, moves in enumerate(machine.free):
        for condition, other in moves:
            before[other].append((condition, state))
        read = machine.reads[state]
        if read is not None:
            readers[read[1]].append((read[0], state))
    found = [False] * (len(text) + 1)
    states: set[int] = set()
    for place in range(len(text), -1, -1):
        states.add(end)
        stack = list(states)
        while stack:
            for condition, other in before[stack.pop()]:
                if other not in states and (not condition or _condition(condition, machine, ahead, text, place)):
                    states.add(other)
                    stack.append(other)
        found[place] = 0 in states
        if place:
            code = ord(text[place - 1])
            states = {other for state in states for ranges, other in readers[state] if contains(ranges, code)}
    return found


def _condition(condition: str, machine: Automaton, ahead: list[list[bool]], text: str, place: int) -> bool:
    if condition == "start":
        return place == 0
    if condition == "end":
        return place == len(text)
    if condition.startswith("look"):
        index = int(condition[4:])
        return ahead[index][place] == machine.looks[index][2]
    sides = (text[place - 1] in WORDS if place else False, text[place] in WORDS if place < len(text) else False)
    return (sides[0] != sides[1]) == (condition == "word")
