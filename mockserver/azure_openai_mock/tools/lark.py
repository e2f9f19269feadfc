"""Texts of a Lark grammar: enough of the notation to say something that a grammar takes. Everything is bounded, and nothing of a client's
runs on `re`: a pattern is sampled by the schema sampler.

Understood: rules and terminals with priorities and aliases, strings, patterns, ranges, alternatives, groups, `[…]`, `?`, `*`, `+`, `~n`,
`~n..m`, `%import common.NAME`, `%ignore`. Beyond that (templates, lookarounds, other imports) is `Beyond`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..engine import schema
from ..wire.json import loads
from ..world import Dice

LONGEST_GRAMMAR = 50_000
"""Characters of a grammar."""
LONGEST_TEXT = 20_000
"""Characters that are made of a grammar."""
DEEPEST = 60
"""Levels of brackets in a grammar."""
_COMMON: Mapping[str, str] = {
    "DIGIT": "7", "INT": "42", "SIGNED_INT": "-42", "DECIMAL": "4.2", "FLOAT": "4.2", "SIGNED_FLOAT": "-4.2", "NUMBER": "42",
    "SIGNED_NUMBER": "-42", "HEXDIGIT": "a", "LETTER": "a", "LCASE_LETTER": "a", "UCASE_LETTER": "A", "WORD": "word", "CNAME": "name",
    "ESCAPED_STRING": '"text"', "WS": " ", "WS_INLINE": " ", "NEWLINE": "\n", "CR": "\r", "LF": "\n",
}  # fmt: skip
"""One text of each terminal of the library that grammars import from."""


class Beyond(Exception):
    """The grammar cannot be followed here, or takes no text that is short enough."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A terminal text, or a pattern to be sampled."""

    text: str
    pattern: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


@dataclass(frozen=True, slots=True)
class _Many:
    part: _Part
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[_Part, ...]


_Part = _Text | _Name | _Many | _Sequence | _Choice


def sample(grammar: str, dice: Dice) -> str:
    """A text that the grammar's `start` takes. Raises Beyond."""
    reader = _Reader(_tokens(grammar))
    rules = reader.rules()
    if "start" not in rules:
        raise Beyond("no rule is named start")
    return _Sampler(rules, dice, gap=" " if reader.spaced else "").text(_Name("start"))


# ---- reading ----

_SIGNS = frozenset("()[]|:?*+~\n")


def _tokens(text: str) -> list[str]:
    """Words and signs; a quoted text or a pattern is one word with its quotes. Comments are left out."""
    if len(text) > LONGEST_GRAMMAR:
        raise Beyond("the grammar is too long")
    tokens: list[str] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if text.startswith("//", at) and (at == 0 or text[at - 1] in " \t\r\n"):
            at = _until(text, at, "\n")
        elif sign in '"/':
            end = _closing(text, at)
            while end < len(text) and text[end] in "imslux":
                end += 1
            tokens.append(text[at:end])
            at = end
        elif text.startswith("->", at):
            tokens.append("->")
            at += 2
        elif text.startswith("..", at):
            tokens.append("..")
            at += 2
        elif sign in _SIGNS:
            tokens.append(sign)
            at += 1
        elif sign.isspace():
            at += 1
        elif sign.isalnum() or sign in "_%.!-":
            end = at + 1
            while end < len(text) and (text[end].isalnum() or text[end] in "_-" or (text[end] == "." and not text.startswith("..", end))):
                end += 1
            tokens.append(text[at:end])
            at = end
        else:
            raise Beyond(f"{sign!r} is not understood")
    return tokens


def _until(text: str, at: int, sign: str) -> int:
    found = text.find(sign, at)
    return len(text) if found < 0 else found


def _closing(text: str, at: int) -> int:
    """Behind the closing sign of the quoted text that begins at `at`."""
    end = at + 1
    while end < len(text) and text[end] != text[at]:
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise Beyond("a text has no end")
    return end + 1


class _Reader:
    """Rules from tokens, by recursive descent of bounded depth."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self.spaced = False

    def rules(self) -> dict[str, _Part]:
        rules: dict[str, _Part] = {}
        while self._at < len(self._tokens):
            word = self._take()
            if word == "\n":
                continue
            if word.startswith("%"):
                rules |= self._directive(word)
                continue
            name = (self._take() if word == "?" else word).lstrip("!?").split(".")[0]
            if self._next() == ".":  # pragma: no cover - a priority is part of the name's word
                self._take()
            if self._take() != ":":
                raise Beyond(f"{name} is not a rule")
            rules[name] = self._choice(top=True)
        return rules

    def _directive(self, word: str) -> dict[str, _Part]:
        line = []
        while self._next() not in ("\n", ""):
            line.append(self._take())
        if word == "%ignore":
            self.spaced = self.spaced or any(name.startswith("WS") or "\\s" in name or " " in name for name in line)
            return {}
        if word != "%import" or not line or not line[0].startswith("common"):
            raise Beyond(f"{word} {' '.join(line)} is not understood")
        names = [line[0].removeprefix("common.")] if "." in line[0] else [name for name in line[1:] if name not in "()"]
        alias = line[line.index("->") + 1] if "->" in line else None
        if any(name not in _COMMON for name in names):
            raise Beyond("an unknown terminal is imported")
        return {alias or name: _Text(_COMMON[name]) for name in names}

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        word = self._next()
        self._at += 1
        return word

    def _continues(self) -> bool:
        """Whether the rule goes on behind this line end: the next line begins with `|`."""
        ahead = self._at
        while ahead < len(self._tokens) and self._tokens[ahead] == "\n":
            ahead += 1
        return ahead < len(self._tokens) and self._tokens[ahead] == "|"

    def _choice(self, *, top: bool = False) -> _Part:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Beyond("nested too deep")
        options = [self._sequence(top=top)]
        while True:
            while self._next() == "\n" and (not top or self._continues()):
                self._take()
            if self._next() != "|":
                break
            self._take()
            options.append(self._sequence(top=top))
        self._depth -= 1
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def _sequence(self, *, top: bool) -> _Part:
        parts: list[_Part] = []
        while True:
            word = self._next()
            if word == "\n" and not top:
                self._take()
            elif word in ("", "|", ")", "]", "\n"):
                return _Sequence(tuple(parts))
            elif word == "->":
                self._take()
                self._take()
            else:
                parts.append(self._repeated(self._atom()))

    def _atom(self) -> _Part:
        word = self._take()
        if word in ("(", "["):
            inner = self._choice()
            if self._take() != (")" if word == "(" else "]"):
                raise Beyond("a group has no end")
            return inner if word == "(" else _Many(inner, 0, 1)
        if word.startswith('"'):
            first = _unquoted(word)
            if self._next() == "..":
                self._take()
                return _Choice((_Text(first), _Text(_unquoted(self._take()))))
            return _Text(first)
        if word.startswith("/"):
            end = word.rindex("/")
            return _Text(word[1:end].replace("\\/", "/"), pattern=True)
        if word.replace("_", "a").isalnum():
            return _Name(word)
        raise Beyond(f"{word!r} is not understood")

    def _repeated(self, part: _Part) -> _Part:
        sign = self._next()
        if sign in ("?", "*", "+"):
            self._take()
            return _Many(part, 1 if sign == "+" else 0, 1 if sign == "?" else 3)
        if sign == "~":
            self._take()
            least = self._count()
            if self._next() == "..":
                self._take()
                return _Many(part, least, max(least, min(self._count(), least + 3)))
            return _Many(part, least, least)
        return part

    def _count(self) -> int:
        word = self._take()
        if not (word.isascii() and word.isdigit() and len(word) < 5):
            raise Beyond(f"{word!r} is no number of times")
        return int(word)


def _unquoted(word: str) -> str:
    end = word.rindex('"')
    try:
        return str(loads(word[: end + 1]))
    except ValueError:
        raise Beyond(f"{word} is no text") from None


# ---- saying ----


def _heights(rules: Mapping[str, _Part]) -> dict[str, int]:
    """For every rule, how deep its shallowest text is; rules that never end are left out."""
    heights: dict[str, int] = {}
    for _ in rules:
        before = dict(heights)
        for name, part in rules.items():
            height = _height(part, heights)
            if height is not None:
                heights[name] = min(heights.get(name, height + 1), height + 1)
        if heights == before:
            break
    return heights


def _height(part: _Part, heights: Mapping[str, int]) -> int | None:
    if isinstance(part, _Text):
        return 0
    if isinstance(part, _Name):
        return heights.get(part.name)
    if isinstance(part, _Many):
        return 0 if part.least == 0 else _height(part.part, heights)
    inner = [_height(one, heights) for one in (part.parts if isinstance(part, _Sequence) else part.options)]
    known = [height for height in inner if height is not None]
    if isinstance(part, _Sequence):
        return max(known, default=0) if len(known) == len(inner) else None
    return min(known, default=None)


class _Sampler:
    """`gap` stands between the parts of a rule where the grammar ignores white space; inside a terminal there is none."""

    def __init__(self, rules: Mapping[str, _Part], dice: Dice, *, gap: str) -> None:
        self._rules = rules
        self._heights = _heights(rules)
        self._dice = dice
        self._gap = gap
        self._left = LONGEST_TEXT

    def text(self, part: _Part, depth: int = 0) -> str:
        """A text of the part. Deep inside, only what ends soonest is said."""
        self._left -= 1
        if depth > 4 * DEEPEST or self._left < 0:
            raise Beyond("the text gets too long")
        if isinstance(part, _Text):
            return self._said(part)
        if isinstance(part, _Name):
            if part.name not in self._heights:
                raise Beyond(f"{part.name} is not defined, or never ends")
            gap, self._gap = self._gap, "" if part.name.isupper() else self._gap
            said = self.text(self._rules[part.name], depth + 1)
            self._gap = gap
            return said
        if isinstance(part, _Sequence):
            return self._gap.join(filter(None, [self.text(one, depth + 1) for one in part.parts]))
        if isinstance(part, _Many):
            spare = 0 if depth > DEEPEST // 4 or _height(part.part, self._heights) is None else part.most - part.least
            times = part.least + (self._dice.integer(spare + 1) if spare else 0)
            return self._gap.join([self.text(part.part, depth + 1) for _ in range(times)])
        ending = [(height, one) for one in part.options if (height := _height(one, self._heights)) is not None]
        lowest = min(height for height, _ in ending)
        options = [one for height, one in ending if depth <= DEEPEST // 4 or height == lowest]
        return self.text(self._dice.choice(options), depth + 1)

    def _said(self, part: _Text) -> str:
        if not part.pattern:
            return part.text
        try:
            said = str(schema.sample({"type": "string", "pattern": f"^(?:{part.text})$"}, self._dice))
        except (schema.Unsatisfiable, schema.SchemaProblem):
            raise Beyond(f"/{part.text}/ is not understood") from None
        self._left -= len(said)
        return said
