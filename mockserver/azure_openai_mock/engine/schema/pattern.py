"""Regular expressions of clients, matched in linear time and sampled. They never reach Python's `re`.

The dialect is JSON Schema's (ECMA 262): `\\d`, `\\w`, `\\s` are ASCII, `$` is the very end, a match may lie anywhere in the text.
Look-behind and back-references are refused. A pattern becomes an automaton whose size is bounded; it is run on sets of
states, so a match costs at most states x characters, and sampled by counting how far each state is from the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""A set of characters: inclusive ranges of code points, ascending."""

MAX_STATES = 2000
"""States an automaton may have; a larger pattern is refused."""
MAX_LOOKS = 8
"""Look-aheads side by side that a pattern may have."""
MAX_GROUPS = 20
"""How deep groups may nest."""
MAX_WORK = 2_000_000
"""States and transitions that sampling may look at before it gives up."""
_TOP = 0x10FFFF


class PatternProblem(ValueError):
    """The pattern is malformed, not regular or too large. The message says which; `malformed` tells the first from the others."""

    def __init__(self, message: str, *, malformed: bool = True) -> None:
        super().__init__(message)
        self.malformed = malformed


# --- characters ---


def _union(parts: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(parts):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def _complement(ranges: Ranges) -> Ranges:
    left: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if low > start:
            left.append((start, low - 1))
        start = high + 1
    if start <= _TOP:
        left.append((start, _TOP))
    return tuple(left)


def _of(text: str) -> Ranges:
    return _union((ord(letter), ord(letter)) for letter in text)


_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE = _of(" \t\n\r\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")
_BLANK = _of(" ")
_ANY = _complement(_of("\n\r\u2028\u2029"))
_EVERY: Ranges = ((0, _TOP),)
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE, "D": _complement(_DIGIT), "W": _complement(_WORD), "S": _complement(_SPACE)}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0, "a": 7}


def _contains(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


# --- the parse tree ---


class _Set(NamedTuple):
    ranges: Ranges


class _At(NamedTuple):
    where: str
    """`start`, `end`, `word` (a word boundary) or `inner` (none)."""


class _Then(NamedTuple):
    parts: tuple[_Node, ...]


class _Either(NamedTuple):
    branches: tuple[_Node, ...]


class _Times(NamedTuple):
    part: _Node
    least: int
    most: int | None


class _Look(NamedTuple):
    """What follows is, or is not, the part."""

    part: _Node
    positive: bool


_Node: TypeAlias = _Set | _At | _Then | _Either | _Times | _Look


class _Parser:
    """Recursive descent over the pattern; `at` is the next character's place."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def parse(self) -> _Node:
        node = self._either()
        if self.at < len(self.pattern):
            raise PatternProblem("unbalanced parenthesis")
        return node

    def _peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def _take(self) -> str:
        letter = self._peek()
        if not letter:
            raise PatternProblem("unexpected end of pattern")
        self.at += 1
        return letter

    def _ahead(self, text: str) -> bool:
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _either(self) -> _Node:
        branches = [self._then()]
        while self._ahead("|"):
            branches.append(self._then())
        return branches[0] if len(branches) == 1 else _Either(tuple(branches))

    def _then(self) -> _Node:
        parts: list[_Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._times(self._atom()))
        return parts[0] if len(parts) == 1 else _Then(tuple(parts))

    def _times(self, part: _Node) -> _Node:
        bounds = self._bounds()
        if bounds is None:
            return part
        if isinstance(part, (_At, _Look)):
            raise PatternProblem("nothing to repeat")
        if self._ahead("?") or self._ahead("+"):  # lazy and possessive: the same language
            pass
        if self._bounds() is not None:
            raise PatternProblem("multiple repeat")
        return _Times(part, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._ahead(sign):
                return bounds
        if self._peek() != "{":
            return None
        end = self.pattern.find("}", self.at, self.at + 16)
        low, comma, high = self.pattern[self.at + 1 : max(end, self.at + 1)].partition(",")
        if end < 0 or not _is_number(low) or (high and not _is_number(high)):
            return None
        self.at = end + 1
        least = int(low)
        most = least if not comma else int(high) if high else None
        if most is not None and most < least:
            raise PatternProblem("min repeat greater than max repeat")
        return least, most

    def _atom(self) -> _Node:
        letter = self._take()
        if letter == "(":
            return self._group()
        if letter == "[":
            return _Set(self._class())
        if letter == ".":
            return _Set(_ANY)
        if letter == "^":
            return _At("start")
        if letter == "$":
            return _At("end")
        if letter in "*+?":
            raise PatternProblem("nothing to repeat")
        if letter == "\\":
            return self._escape()
        return _Set(((ord(letter), ord(letter)),))

    def _group(self) -> _Node:
        looks = "=" if self._ahead("?=") else "!" if self._ahead("?!") else ""
        if not looks and self._ahead("?") and not self._ahead(":"):
            behind = self.pattern.startswith(("<=", "<!"), self.at)
            named = not behind and (self._ahead("P<") or self._ahead("<"))
            if not named:
                raise PatternProblem("look-behind, flags and back-references are not supported", malformed=False)
            end = self.pattern.find(">", self.at)
            if end < 0 or not self.pattern[self.at : end].isidentifier():
                raise PatternProblem("bad group name")
            self.at = end + 1
        self.depth += 1
        if self.depth > MAX_GROUPS:
            raise PatternProblem("groups nest too deep", malformed=False)
        node = self._either()
        self.depth -= 1
        if not self._ahead(")"):
            raise PatternProblem("missing ), unterminated subpattern")
        if looks:
            return _Look(node, looks == "=")
        return _Then((node,)) if isinstance(node, (_At, _Look)) else node

    def _escape(self) -> _Node:
        letter = self._peek()
        where = {"b": "word", "B": "inner", "A": "start", "Z": "end", "z": "end"}.get(letter)
        if where:
            self.at += 1
            return _At(where)
        if letter in "123456789" and letter:
            raise PatternProblem("look-behind, flags and back-references are not supported", malformed=False)
        return _Set(self._escaped())

    def _escaped(self) -> Ranges:
        letter = self._take()
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter in "pP":
            return self._property(negative=letter == "P")
        if letter in _CONTROLS:
            code = _CONTROLS[letter]
        elif letter == "x":
            code = self._hex(2)
        elif letter == "u":
            code = self._hex(4) if not self._ahead("{") else self._braced()
        elif letter == "c":
            code = ord(self._take()) % 32
        elif letter.isascii() and letter.isalnum():
            raise PatternProblem(f"bad escape \\{letter}")
        else:
            code = ord(letter)
        return ((code, code),)

    def _hex(self, size: int) -> int:
        digits = self.pattern[self.at : self.at + size]
        if len(digits) < size or not set(digits) <= set("0123456789abcdefABCDEF"):
            raise PatternProblem("bad hexadecimal escape")
        self.at += size
        return int(digits, 16)

    def _braced(self) -> int:
        end = self.pattern.find("}", self.at, self.at + 8)
        digits = self.pattern[self.at : max(end, self.at)]
        if not digits or not set(digits) <= set("0123456789abcdefABCDEF") or int(digits, 16) > _TOP:
            raise PatternProblem("bad hexadecimal escape")
        self.at = end + 1
        return int(digits, 16)

    def _property(self, *, negative: bool) -> Ranges:
        end = self.pattern.find("}", self.at, self.at + 40)
        if not self._ahead("{") or end < 0:
            raise PatternProblem("bad character property")
        name = self.pattern[self.at : end]
        self.at = end + 1
        ranges = _property_ranges(name)
        if ranges is None:
            raise PatternProblem(f"unknown character property {name}", malformed=False)
        return _complement(ranges) if negative else ranges

    def _class(self) -> Ranges:
        negative = self._ahead("^")
        parts: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            if not self._peek():
                raise PatternProblem("unterminated character set")
            if first and self._peek() == "]" and not negative:
                raise PatternProblem("empty character set")
            first = False
            parts.extend(self._member())
        self.at += 1
        ranges = _union(parts)
        return _complement(ranges) if negative else ranges

    def _member(self) -> Ranges:
        low = self._single()
        dash = self._peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", "")
        if not dash or len(low) != 1 or low[0][0] != low[0][1]:
            return low
        self.at += 1
        high = self._single()
        if len(high) != 1 or high[0][0] != high[0][1]:
            return _union((*low, (45, 45), *high))
        if high[0][0] < low[0][0]:
            raise PatternProblem("bad character range")
        return ((low[0][0], high[0][0]),)

    def _single(self) -> Ranges:
        letter = self._take()
        if letter != "\\":
            return ((ord(letter), ord(letter)),)
        if self._ahead("b"):
            return ((8, 8),)
        return self._escaped()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 7


@lru_cache(maxsize=32)
def _property_ranges(name: str) -> Ranges | None:
    """The characters of a Unicode general category (`L`, `Lu`, `N` …) below U+3000, where most texts live; above it, letters only."""
    import unicodedata

    name = {"Letter": "L", "Alphabetic": "L", "Number": "N", "Punctuation": "P", "Lowercase": "Ll", "Uppercase": "Lu"}.get(name, name)
    if not name or name[0] not in "LMNPSZC" or len(name) > 2:
        return None
    found = [(code, code) for code in range(0x3000) if unicodedata.category(chr(code)).startswith(name)]
    if name in ("L", "Lo"):
        found.append((0x3040, 0xD7A3))
    return _union(found) or None


# --- the automaton ---


class _Automaton:
    """States by number. `free[s]` are moves that read nothing, under a condition or `""`; `reads[s]` is the one that reads a character."""

    def __init__(self) -> None:
        self.free: list[list[tuple[str, int]]] = []
        self.reads: list[tuple[Ranges, int] | None] = []
        self.looks: list[tuple[_Automaton, int, bool]] = []
        """Look-aheads: their automaton (it starts at state 0), its end, and whether it must match. Condition: `look` and the index."""

    def state(self) -> int:
        if len(self.free) >= MAX_STATES:
            raise PatternProblem("the pattern is too large", malformed=False)
        self.free.append([])
        self.reads.append(None)
        return len(self.free) - 1

    def build(self, node: _Node, start: int) -> int:
        """Add the node after `start`; the state where it ends."""
        if isinstance(node, _Set):
            end = self.state()
            here = start if self.reads[start] is None and not self.free[start] else self._after(start)
            self.reads[here] = (node.ranges, end)
            return end
        if isinstance(node, _At):
            end = self.state()
            self.free[start].append((node.where, end))
            return end
        if isinstance(node, _Look):
            return self._look(node, start)
        if isinstance(node, _Then):
            for part in node.parts:
                start = self.build(part, start)
            return start
        if isinstance(node, _Either):
            end = self.state()
            for branch in node.branches:
                self.free[self.build(branch, self._after(start))].append(("", end))
            return end
        return self._repeat(node, start)

    def _look(self, node: _Look, start: int) -> int:
        if len(self.looks) >= MAX_LOOKS:
            raise PatternProblem("the pattern is too large", malformed=False)
        inner = _Automaton()
        self.looks.append((inner, inner.build(node.part, inner.state()), node.positive))
        end = self.state()
        self.free[start].append((f"look{len(self.looks) - 1}", end))
        return end

    def _after(self, start: int) -> int:
        fresh = self.state()
        self.free[start].append(("", fresh))
        return fresh

    def _repeat(self, node: _Times, start: int) -> int:
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


_TRIES = 24
_WORDS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_REMEMBERED = 5000


class Pattern:
    """A compiled pattern."""

    def __init__(self, pattern: str) -> None:
        self.source = pattern
        self._machine = _Automaton()
        self._start = self._machine.state()
        self._end = self._machine.build(_Parser(pattern).parse(), self._start)
        self._steps: dict[tuple[frozenset[int], str, str], tuple[bool, frozenset[int]]] = {}

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the text."""
        if self._machine.looks:
            return any(_starts(self._machine, self._end, text))
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
        side = "" if not before else "w" if before in _WORDS else "-"
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
            return ((side == "w") != (letter in _WORDS if letter else False)) == (condition == "word")

        states = self._machine.closure(core, holds)
        if self._end in states:
            return True, core
        if not letter:
            return False, core
        code = ord(letter)
        after = {self._start}
        for state in states:
            read = self._machine.reads[state]
            if read is not None and _contains(read[0], code):
                after.add(read[1])
        return False, frozenset(after)

    def sample(self, draw: Callable[[int], int], *, least: int = 0, most: int | None = None, long: bool | None = None) -> str | None:
        """A text of `least` to `most` characters in which the pattern is found, or None if none was found within the bounds of work.

        `draw(n)` gives a number below n. `long`: True for the longest, False for the shortest, None for something between.
        """
        for padded in (False, True):
            sampler = _Sampler(self._machine, self._start, self._end, padded=padded)
            for attempt in range(_TRIES):
                text = sampler.text(draw, least, most, long=long, plain=long is False and not attempt)
                if text is None:
                    break
                if self.found_in(text):  # word boundaries and look-aheads are left to luck
                    return text
        return None


def _starts(machine: _Automaton, end: int, text: str) -> list[bool]:
    """For every place in the text whether a match begins there. Read from the back: one pass, however much follows is to be looked at."""
    ahead = [_starts(inner, final, text) for inner, final, _ in machine.looks]
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
            states = {other for state in states for ranges, other in readers[state] if _contains(ranges, code)}
    return found


def _condition(condition: str, machine: _Automaton, ahead: list[list[bool]], text: str, place: int) -> bool:
    if condition == "start":
        return place == 0
    if condition == "end":
        return place == len(text)
    if condition.startswith("look"):
        index = int(condition[4:])
        return ahead[index][place] == machine.looks[index][2]
    sides = (text[place - 1] in _WORDS if place else False, text[place] in _WORDS if place < len(text) else False)
    return (sides[0] != sides[1]) == (condition == "word")


_READABLE = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PRINTABLE = " -_.,:;/@#%&+='\"!?()[]{}<>*^$|~`\\"


@lru_cache(maxsize=512)
def _choices(ranges: Ranges) -> str:
    """A few good characters of the set: letters and digits first."""
    for letters in (_READABLE, _PRINTABLE):
        good = "".join(letter for letter in letters if _contains(ranges, ord(letter)))
        if good:
            return good
    for low, high in ranges:
        for code in range(low, min(high, low + 0x900) + 1):
            if code > 31 and not 0xD800 <= code <= 0xDFFF and code != 127:
                return chr(code)
    return chr(ranges[0][0]) if ranges and not 0xD800 <= ranges[0][0] <= 0xDFFF else ""


_EXTRA_LENGTH = 8
_LONG = 64


def _bit(state: int) -> int:
    return 1 << (state + 1)


class _Sampler:
    """Walks the automaton along states from which the end is exactly as far as is left to write."""

    def __init__(self, machine: _Automaton, start: int, end: int, *, padded: bool) -> None:
        self.machine = machine
        self.start = start
        self.end = end
        self.padded = padded
        self.work = 0
        self._moves: dict[tuple[int, bool], list[tuple[Ranges, int]]] = {}
        self._states: list[int] = []
        self._reach: dict[int, int] = {}
        self.layers: list[int] = []
        """For each number of characters left, the states from which exactly that many reach the end: a bit for each state."""
        self.lengths: list[int] | None = None

    # State -1 is the padding before a match; the padding after it is the end state reading itself.

    def _closure(self, state: int, *, first: bool, last: bool) -> frozenset[int]:
        return self.machine.closure((self.start if state < 0 else state,), lambda at: {"start": first, "end": last}.get(at, True))

    def moves(self, state: int, *, first: bool = False) -> list[tuple[Ranges, int]]:
        key = (state, first)
        if key not in self._moves:
            states = self._closure(state, first=first, last=False)
            found = [read for read in (self.machine.reads[each] for each in states) if read is not None]
            if self.padded and self.end in states:
                found.extend(((_WORD, self.end), (_BLANK, self.end)))
            if self.padded and state < 0:
                found.extend(((_WORD, -1), (_BLANK, -1)))
            self._moves[key] = sorted(found)
        return self._moves[key]

    def _layer(self) -> bool:
        """Add the states that are one character further from the end; False when the work is used up."""
        layer = 0
        if not self.layers:
            for state in self._all():
                if self.end in self._closure(state, first=False, last=True):
                    layer |= _bit(state)
        else:
            nearer = self.layers[-1]
            for state in self._all():
                if self._targets(state) & nearer:
                    layer |= _bit(state)
        self.work += len(self._all())
        self.layers.append(layer)
        return self.work < MAX_WORK

    def _targets(self, state: int) -> int:
        """The states that one character leads to, as bits; state -1 is bit 0."""
        mask = self._reach.get(state)
        if mask is None:
            mask = 0
            for _, other in self.moves(state):
                mask |= _bit(other)
            self._reach[state] = mask
            self.work += len(self.moves(state))
        return mask

    def _all(self) -> list[int]:
        if not self._states:
            targets = {read[1] for read in self.machine.reads if read is not None}
            self._states = sorted({self.start, *targets, *((-1, self.end) if self.padded else ())})
        return self._states

    def _possible(self, length: int) -> bool:
        begin = -1 if self.padded else self.start
        if length == 0:
            return self.end in self._closure(begin, first=True, last=True)
        return any(self.layers[length - 1] & _bit(other) for _, other in self.moves(begin, first=True))

    def text(self, draw: Callable[[int], int], least: int, most: int | None, *, long: bool | None, plain: bool) -> str | None:
        if self.lengths is None:
            self.lengths = self._lengths(least, most, long=long)
        lengths = self.lengths
        if not lengths:
            return None
        length = lengths[-1] if long else lengths[0] if long is False else lengths[draw(len(lengths))]
        written: list[str] = []
        state = -1 if self.padded else self.start
        for left in range(length - 1, -1, -1):
            ways = [move for move in self.moves(state, first=not written) if self.layers[left] & _bit(move[1])]
            ways = [way for way in ways if _choices(way[0])]
            if not ways:
                return None
            ranges, state = ways[draw(len(ways))]
            good = _choices(ranges)
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


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Pattern:
    """The pattern, compiled. Raises PatternProblem."""
    return Pattern(pattern)
