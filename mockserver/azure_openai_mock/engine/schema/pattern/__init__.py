"""Regular expressions of clients, matched in linear time and sampled. They never reach Python's `re`.

The dialect is JSON Schema's (ECMA 262): `\\d`, `\\w`, `\\s` are ASCII, `$` is the very end, a match may lie anywhere in the text.
Look-behind and back-references are refused. A pattern becomes an automaton whose size is bounded; it is run on sets of
states, so a match costs at most states x characters, and sampled by counting how far each state is from the end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from .automaton import WORDS, Automaton, starts
from .characters import contains
from .sampling import Sampler
from .tree import PatternProblem, parsed

__all__ = ["Pattern", "PatternProblem", "compiled"]

_TRIES = 24
_REMEMBERED = 5000


class Pattern:
    """A compiled pattern."""

    def __init__(self, pattern: str) -> None:
        self.source = pattern
        self._machine = Automaton()
        self._start = self._machine.state()
        self._end = self._machine.build(parsed(pattern), self._start)
        self._steps: dict[tuple[frozenset[int], str, str], tuple[bool, frozenset[int]]] = {}

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the text."""
        if self._machine.looks:
            return any(starts(self._machine, self._end, text))
        core: frozenset[int] = frozenset((self._start,))
        before = ""
        for letter in text:
            # What follows matters only to word boundaries, and the letter itself is what follows.
            found, core = self._step(core, before, letter)
            if found:
                return True
            before = letter
        return self._step(core, before, "")[0]

    def _step(self, core: frozenset[int], before: str, letter: str) -> tuple[bool, frozenset[int]]:
        side = "" if not before else "w" if before in WORDS else "-"
        key = (core, side, letter)
        known = self._steps.get(key)
        if known is None:
            known = self._steps_from(core, side, letter)
            if len(self._steps) >= _REMEMBERED:
                self._steps.clear()
            self._steps[key] = known
        return known

    def _steps_from(self, core: frozenset[int], side: str, letter: str) -> tuple[bool, frozenset[int]]:
        def holds(condition: str) -> bool:
            if condition == "start":
                return not side
            if condition == "end":
                return not letter
            return ((side == "w") != (letter in WORDS if letter else False)) == (condition == "word")

        states = self._machine.closure(core, holds)
        if self._end in states:
            return True, core
        if not letter:
            return False, core
        code = ord(letter)
        after = {self._start}
        for state in states:
            read = self._machine.reads[state]
            if read is not None and contains(read[0], code):
                after.add(read[1])
        return False, frozenset(after)

    def sample(self, draw: Callable[[int], int], *, least: int = 0, most: int | None = None, long: bool | None = None) -> str | None:
        """A text of `least` to `most` characters in which the pattern is found, or None if none was found within the bounds of work.

        `draw(n)` gives a number below n. `long`: True for the longest, False for the shortest, None for something between.
        """
        for padded in (False, True):
            sampler = Sampler(self._machine, self._start, self._end, padded=padded)
            for attempt in range(_TRIES):
                text = sampler.text(draw, least, most, long=long, plain=long is False and not attempt)
                if text is None:
                    break
                if self.found_in(text):  # word boundaries and look-aheads are left to luck
                    return text
        return None


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Pattern:
    """The pattern, compiled. Raises PatternProblem."""
    return Pattern(pattern)
