"""What a pattern says: its text, parsed."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from .characters import ANY, CLASSES, CONTROLS, TOP, Ranges, complement, union, with_property

MAX_GROUPS = 20
"""How deep groups may nest."""


class PatternProblem(ValueError):
    """The pattern is malformed, not regular or too large. The message says which; `malformed` tells the first from the others."""

    def __init__(self, message: str, *, malformed: bool = True) -> None:
        super().__init__(message)
        self.malformed = malformed


class Set(NamedTuple):
    """One character of these."""

    ranges: Ranges


class At(NamedTuple):
    """A place, not a character."""

    where: str
    """`start`, `end`, `word` (a word boundary) or `inner` (none)."""


class Then(NamedTuple):
    """One part behind the other."""

    parts: tuple[Node, ...]


class Either(NamedTuple):
    """One of the branches."""

    branches: tuple[Node, ...]


class Times(NamedTuple):
    """The part, `least` to `most` times; without end where that is None."""

    part: Node
    least: int
    most: int | None


class Look(NamedTuple):
    """What follows is, or is not, the part."""

    part: Node
    positive: bool


Node: TypeAlias = Set | At | Then | Either | Times | Look


def parsed(pattern: str) -> Node:
    """The tree of the pattern. Raises PatternProblem."""
    return _Parser(pattern).parse()


class _Parser:
    """Recursive descent over the pattern; `at` is the next character's place."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def parse(self) -> Node:
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

    def _either(self) -> Node:
        branches = [self._then()]
        while self._ahead("|"):
            branches.append(self._then())
        return branches[0] if len(branches) == 1 else Either(tuple(branches))

    def _then(self) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._times(self._atom()))
        return parts[0] if len(parts) == 1 else Then(tuple(parts))

    def _times(self, part: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return part
        if isinstance(part, (At, Look)):
            raise PatternProblem("nothing to repeat")
        if self._ahead("?") or self._ahead("+"):  # lazy and possessive: the same language
            pass
        if self._bounds() is not None:
            raise PatternProblem("multiple repeat")
        return Times(part, *bounds)

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

    def _atom(self) -> Node:
        letter = self._take()
        if letter == "(":
            return self._group()
        if letter == "[":
            return Set(self._class())
        if letter == ".":
            return Set(ANY)
        if letter == "^":
            return At("start")
        if letter == "$":
            return At("end")
        if letter in "*+?":
            raise PatternProblem("nothing to repeat")
        if letter == "\\":
            return self._escape()
        return Set(((ord(letter), ord(letter)),))

    def _group(self) -> Node:
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
            return Look(node, looks == "=")
        return Then((node,)) if isinstance(node, (At, Look)) else node

    def _escape(self) -> Node:
        letter = self._peek()
        where = {"b": "word", "B": "inner", "A": "start", "Z": "end", "z": "end"}.get(letter)
        if where:
            self.at += 1
            return At(where)
        if letter in "123456789" and letter:
            raise PatternProblem("look-behind, flags and back-references are not supported", malformed=False)
        return Set(self._escaped())

    def _escaped(self) -> Ranges:
        letter = self._take()
        if letter in CLASSES:
            return CLASSES[letter]
        if letter in "pP":
            return self._property(negative=letter == "P")
        if letter in CONTROLS:
            code = CONTROLS[letter]
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
        if not digits or not set(digits) <= set("0123456789abcdefABCDEF") or int(digits, 16) > TOP:
            raise PatternProblem("bad hexadecimal escape")
        self.at = end + 1
        return int(digits, 16)

    def _property(self, *, negative: bool) -> Ranges:
        end = self.pattern.find("}", self.at, self.at + 40)
        if not self._ahead("{") or end < 0:
            raise PatternProblem("bad character property")
        name = self.pattern[self.at : end]
        self.at = end + 1
        ranges = with_property(name)
        if ranges is None:
            raise PatternProblem(f"unknown character property {name}", malformed=False)
        return complement(ranges) if negative else ranges

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
        ranges = union(parts)
        return complement(ranges) if negative else ranges

    def _member(self) -> Ranges:
        low = self._single()
        dash = self._peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", "")
        if not dash or len(low) != 1 or low[0][0] != low[0][1]:
            return low
        self.at += 1
        high = self._single()
        if len(high) != 1 or high[0][0] != high[0][1]:
            return union((*low, (45, 45), *high))
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
