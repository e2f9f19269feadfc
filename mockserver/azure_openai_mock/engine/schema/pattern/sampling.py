"""Texts in which a pattern is found, by counting how far each state of its automaton is from the end."""

from __future__ import annotations

from collections.abc import Callable

from .automaton import MAX_STATES, Automaton
from .characters import BLANK, WORD, Ranges, choices

MAX_WORK = 2_000_000
"""States and transitions that sampling may look at before it gives up."""
_EXTRA_LENGTH = 8
_LONG = 64


def _bit(state: int) -> int:
    return 1 << (state + 1)


class Sampler:
    """Walks the automaton along states from which the end is exactly as far as is left to write."""

    def __init__(self, machine: Automaton, start: int, end: int, *, padded: bool) -> None:
        self._machine = machine
        self._start = start
        self._end = end
        self._padded = padded
        self._work = 0
        self._known_moves: dict[tuple[int, bool], list[tuple[Ranges, int]]] = {}
        self._states: list[int] = []
        self._reach: dict[int, int] = {}
        self._layers: list[int] = []
        """For each number of characters left, the states from which exactly that many reach the end: a bit for each state."""
        self._chosen: list[int] | None = None

    # State -1 is the padding before a match; the padding after it is the end state reading itself.

    def _closure(self, state: int, *, first: bool, last: bool) -> frozenset[int]:
        return self._machine.closure((self._start if state < 0 else state,), lambda at: {"start": first, "end": last}.get(at, True))

    def _moves(self, state: int, *, first: bool = False) -> list[tuple[Ranges, int]]:
        key = (state, first)
        if key not in self._known_moves:
            states = self._closure(state, first=first, last=False)
            found = [read for read in (self._machine.reads[each] for each in states) if read is not None]
            if self._padded and self._end in states:
                found.extend(((WORD, self._end), (BLANK, self._end)))
            if self._padded and state < 0:
                found.extend(((WORD, -1), (BLANK, -1)))
            self._known_moves[key] = sorted(found)
        return self._known_moves[key]

    def _layer(self) -> bool:
        """Add the states that are one character further from the end; False when the work is used up."""
        layer = 0
        if not self._layers:
            for state in self._all():
                if self._end in self._closure(state, first=False, last=True):
                    layer |= _bit(state)
        else:
            nearer = self._layers[-1]
            for state in self._all():
                if self._targets(state) & nearer:
                    layer |= _bit(state)
        self._work += len(self._all())
        self._layers.append(layer)
        return self._work < MAX_WORK

    def _targets(self, state: int) -> int:
        """The states that one character leads to, as bits; state -1 is bit 0."""
        mask = self._reach.get(state)
        if mask is None:
            mask = 0
            for _, other in self._moves(state):
                mask |= _bit(other)
            self._reach[state] = mask
            self._work += len(self._moves(state))
        return mask

    def _all(self) -> list[int]:
        if not self._states:
            targets = {read[1] for read in self._machine.reads if read is not None}
            self._states = sorted({self._start, *targets, *((-1, self._end) if self._padded else ())})
        return self._states

    def _possible(self, length: int) -> bool:
        begin = -1 if self._padded else self._start
        if length == 0:
            return self._end in self._closure(begin, first=True, last=True)
        return any(self._layers[length - 1] & _bit(other) for _, other in self._moves(begin, first=True))

    def text(self, draw: Callable[[int], int], least: int, most: int | None, *, long: bool | None, plain: bool) -> str | None:
        """A text, or None where there is none of these lengths; `plain` writes the first letters that will do, else `draw` picks."""
        if self._chosen is None:
            self._chosen = self._lengths(least, most, long=long)
        lengths = self._chosen
        if not lengths:
            return None
        length = lengths[-1] if long else lengths[0] if long is False else lengths[draw(len(lengths))]
        written: list[str] = []
        state = -1 if self._padded else self._start
        for left in range(length - 1, -1, -1):
            ways = [move for move in self._moves(state, first=not written) if self._layers[left] & _bit(move[1])]
            ways = [way for way in ways if choices(way[0])]
            if not ways:
                return None
            ranges, state = ways[draw(len(ways))]
            good = choices(ranges)
            written.append(good[0] if plain else good[draw(len(good))])
        return "".join(written)

    def _lengths(self, least: int, most: int | None, *, long: bool | None) -> list[int]:
        """Lengths at which a text exists, from the shortest on; a few more than needed, for variety."""
        found: list[int] = []
        length = 0
        while most is None or length <= most:
            if length and not self._layer():
                break
            if length >= least and self._possible(length):
                found.append(length)
            if found and (long is False or length >= found[0] + (_LONG if long else _EXTRA_LENGTH)):
                break
            if not found and length > least + MAX_STATES:
                break
            length += 1
        return found
