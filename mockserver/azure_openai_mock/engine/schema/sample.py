"""A value that satisfies a schema. It always does: what is built is judged, and what cannot be built is refused with its place.

Typical values follow the names of the fields and what the user said. Building is bounded in schemas tried, values made and characters
written, so that no schema, however it nests or repeats itself, takes long or grows large.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeAlias

from ...world import Dice
from . import formats, words
from .flat import Flat, flatten
from .heights import ENDLESS, Heights
from .numbers import number
from .pattern import PatternProblem, compiled
from .problem import Unsatisfiable
from .validate import identity, limit, mapping, matches, names, schemas, validate

Want: TypeAlias = Literal["typical", "smallest", "largest", "boundary"]

MAX_STEPS = 20_000
"""Schemas that are built from for one sample, in vain ones included."""
MAX_VAIN = 1_000
"""Ways that may be tried in vain."""
MAX_TEXT = 1_000_000
"""Characters that are written for one sample."""
MAX_ITEMS = 10_000
"""Items that an array may have to have."""
_ROOM, _ROOM_TEXT = 600, 50_000
"""Schemas and characters after which everything else is as small as it may be."""
MAX_DEPTH = 90
"""How deep a value may nest, unions and references counted."""
_ROOMY = 12
"""Depth below which a typical value is as low as the schema allows."""
_TURNS = 1
"""How often a recursive schema is entered at will; within itself it takes the lowest branch."""
_ATTEMPTS = 8
_OTHERS: tuple[Want, ...] = ("smallest", "largest", "boundary", "typical")
_LARGEST_ITEMS = 20
_LARGEST_TEXT = 2000


class _Spent(Unsatisfiable):
    """The bounds of the whole sample are used up: no other branch is tried."""


def sample(schema: Any, dice: Dice, *, hint: str = "", want: Want = "typical") -> Any:
    """A JSON value that `validate` finds no violation in. Raises Unsatisfiable.

    `hint` is what the user last said; typical values refer to it. `want`: the smallest or largest value within reason, or one at the edges
    of the allowed ranges.
    """
    for attempt in range(3):
        value = _Sampler(schema, dice.fork(f"sample {attempt}"), hint[: words.HINT_LENGTH], want).make([schema], _Place(""))
        violation = validate(value, schema)
        if violation is None:
            return value
    raise Unsatisfiable("", f"no value was found ({violation})")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value is being built. `tight`: as low as the schema allows. `vary` tells the items of one list apart."""

    path: str
    name: str = ""
    depth: int = 0
    vary: int = 0
    tight: bool = False

    def inner(self, step: str | int, *, name: str | None = None, vary: int | None = None) -> _Place:
        pointer = str(step).replace("~", "~0").replace("/", "~1")
        return _Place(
            f"{self.path}/{pointer}", self.name if name is None else name, self.depth + 1, self.vary if vary is None else vary, self.tight
        )


class _Sampler:
    def __init__(self, root: Any, dice: Dice, hint: str, want: Want) -> None:
        self.root = root
        self.dice = dice
        self.hint = hint
        self.want = want
        self.heights = Heights(root)
        self.steps = 0
        self.vain = 0
        self.written = 0
        self.entered: Counter[int] = Counter()
        self.spoken = words.spoken_numbers(hint)

    def make(self, parts: list[Any], place: _Place) -> Any:
        """A value that satisfies all of the parts."""
        self.steps += len(parts)
        if self.steps > MAX_STEPS:
            raise _Spent(place.path, "the schema asks for too much")
        if place.depth > MAX_DEPTH:
            raise Unsatisfiable(place.path, "no value of reasonable depth satisfies the schema")
        flat = flatten(self.root, parts, place.path)
        for target in flat.targets:
            self.entered[target] += 1
        try:
            if place.depth > _ROOMY or self._full() or any(self.entered[target] > _TURNS for target in flat.targets):
                place = replace(place, tight=True)
            return self._made(flat, parts, place)
        finally:
            for target in flat.targets:
                self.entered[target] -= 1

    def _made(self, flat: Flat, parts: list[Any], place: _Place) -> Any:
        why: list[Unsatisfiable] = []
        wanted = self.want
        try:
            for attempt in range(_ATTEMPTS if flat.loose else 1):
                tried = replace(place, vary=place.vary + attempt // 2, tight=place.tight or attempt % 2 == 1)
                # What is only judged may ask for another kind of value than the one that is wanted.
                self.want = wanted if attempt < 2 else _OTHERS[attempt % len(_OTHERS)]
                for value in self._candidates(flat, tried, why):
                    if not flat.loose or all(validate(value, part, root=self.root) is None for part in parts):
                        return value
        finally:
            self.want = wanted
        raise max(why, key=lambda problem: (bool(problem.reason), len(problem.path)), default=Unsatisfiable(place.path))

    def _candidates(self, flat: Flat, place: _Place, why: list[Unsatisfiable]) -> Iterator[Any]:
        """Values built in every way that is there; why a way failed is added to `why`."""
        ways = self._branches(flat, place) if flat.unions else self._plain(flat.keywords, place)
        for way in ways:
            try:
                yield way()
            except _Spent:
                raise
            except Unsatisfiable as problem:
                why.append(problem)
                self.vain += 1
                if self.vain > MAX_VAIN:
                    raise _Spent(place.path, "no value was found in reasonable time") from None

    # --- unions ---

    def _branches(self, flat: Flat, place: _Place) -> Iterator[Callable[[], Any]]:
        union, *others = flat.unions
        held = [flat.keywords, *({"anyOf": other} for other in others)]
        ordered = self._ordered(union, place)
        inner = replace(place, depth=place.depth + 1, vary=place.vary // max(1, len(union)))
        for branch in ordered:
            yield partial(self.make, [*held, branch], inner)

    def _ordered(self, union: list[Any], place: _Place) -> list[Any]:
        """The branches, the one to try first at the front. Those without end come last whatever is wanted."""
        height = self.heights.of
        if place.tight or self.want == "smallest":
            return sorted(union, key=lambda branch: (height(branch), not _is_null(branch)))
        ended = [branch for branch in union if height(branch) < ENDLESS]
        ended.sort(key=_is_null)
        if self.want == "largest":
            ended.sort(key=height, reverse=True)
        turn = place.vary if self.want != "boundary" else self.dice.integer(max(1, len(ended)))
        turn %= max(1, len(ended))
        return ended[turn:] + ended[:turn] + [branch for branch in union if height(branch) >= ENDLESS]

    # --- one list of keywords ---

    def _plain(self, keywords: dict[str, Any], place: _Place) -> Iterator[Callable[[], Any]]:
        if "enum" in keywords:
            yield lambda: self._option(keywords, place)
            return
        if self.want == "typical" and not place.vary and not place.tight:
            yield lambda: self._given(keywords, place)
        builders: dict[str, Callable[[dict[str, Any], _Place], Any]] = {
            "null": lambda rules, here: None,
            "boolean": self._boolean,
            "integer": self._number,
            "number": self._number,
            "string": self._string,
            "array": self._array,
            "object": self._object,
        }
        for kind in self._kinds(keywords, place):
            if kind in builders:
                yield partial(builders[kind], {**keywords, "type": kind}, place)

    def _kinds(self, keywords: Mapping[str, Any], place: _Place) -> list[str]:
        said = keywords.get("type")
        kinds = [str(kind) for kind in said] if isinstance(said, list) else [str(said)] if said is not None else [_implied(keywords)]
        if said is None and place.tight:
            kinds.append("null")
        if place.tight or self.want == "smallest":
            return sorted(kinds, key=_SIMPLE.index if set(kinds) <= set(_SIMPLE) else str)
        kinds.sort(key=lambda kind: kind == "null")
        turn = place.vary % len(kinds) if kinds and place.vary else 0
        return kinds[turn:] + kinds[:turn]

    def _option(self, keywords: dict[str, Any], place: _Place) -> Any:
        rest = {keyword: value for keyword, value in keywords.items() if keyword != "enum"}
        options = [option for option in schemas(keywords["enum"])[:MAX_ITEMS] if validate(option, rest, root=self.root) is None]
        if not options:
            raise Unsatisfiable(place.path, "no option of the enumeration is allowed")
        if self.want == "boundary" and not place.vary:
            return options[0 if self.dice.integer(2) else -1]
        if self.want == "largest" and not place.vary:
            return max(options, key=lambda option: len(str(option)))
        low = f" {self.hint.lower()} "
        said = [option for option in options if isinstance(option, str) and option and option.lower() in low]
        if said and self.want == "typical" and not place.vary:
            return max(said, key=len)
        return options[place.vary % len(options)]

    def _given(self, keywords: dict[str, Any], place: _Place) -> Any:
        """The default or the first example, if it is good and says something. What the user said is better."""
        heard = words.heard(place.name, str(keywords.get("description") or ""), self.hint)
        if heard is not None and validate(heard, keywords, root=self.root) is None and "string" in self._kinds(keywords, place):
            raise Unsatisfiable(place.path)
        for value in (keywords.get("default"), *schemas(keywords.get("examples"))[:5], keywords.get("example")):
            if value not in (None, "", [], {}) and validate(value, keywords, root=self.root) is None:
                return deepcopy(value)
        raise Unsatisfiable(place.path)

    def _boolean(self, keywords: Mapping[str, Any], place: _Place) -> bool:
        first = self.want in ("typical", "largest") or (self.want == "boundary" and self.dice.integer(2) == 1)
        return first if place.vary % 2 == 0 else not first

    # --- numbers ---

    def _number(self, keywords: dict[str, Any], place: _Place) -> float:
        wanted = list(words.numbers(place.name, self.hint)) if self.want == "typical" else []
        if self.want == "typical":
            wanted += [*self.spoken[:1], 3]
        whole = keywords["type"] == "integer"
        value = number(keywords, place.path, whole=whole, wanted=wanted, end=self._end(), vary=place.vary)
        if value in self.spoken:
            self.spoken.remove(value)
        return value

    def _full(self) -> bool:
        """Whether so much is made that the rest had better be small."""
        return self.steps > _ROOM or self.written > _ROOM_TEXT

    def _end(self) -> str | None:
        if self._full() and self.want != "typical":
            return "low"
        if self.want == "boundary":
            return "low" if self.dice.integer(2) else "high"
        return {"smallest": "low", "largest": "high"}.get(self.want)

    # --- strings ---

    def _string(self, keywords: dict[str, Any], place: _Place) -> str:
        least = math.ceil(limit(keywords, "minLength", 0))
        top = limit(keywords, "maxLength", math.inf)
        most = None if top == math.inf else math.floor(top)
        if (most is not None and most < least) or least > MAX_TEXT:
            raise Unsatisfiable(place.path, "no text is that long")
        end = self._end()
        _usable(keywords.get("pattern"), place)
        for text in self._texts(keywords, place, least, most, end):
            long_enough = least <= len(text) and (most is None or len(text) <= most)
            if long_enough and formats.holds(keywords.get("format"), text) and matches(keywords.get("pattern"), text):
                self.written += len(text)
                if self.written > MAX_TEXT:
                    raise _Spent(place.path, "the schema asks for too much text")
                return text
        raise Unsatisfiable(place.path, "no text was found")

    def _texts(self, keywords: dict[str, Any], place: _Place, least: int, most: int | None, end: str | None) -> Iterator[str]:
        pattern, form = keywords.get("pattern"), keywords.get("format")
        description = str(keywords.get("description") or "")
        if end is None:
            said = words.heard(place.name, description, self.hint, place.vary)
            if said is not None:
                yield said
        if isinstance(form, str) and form in formats.CHECKS:
            good = formats.texts(form, self.dice, least=least, most=most, vary=place.vary)
            yield from sorted(good, key=len, reverse=end == "high") if end else good
        if isinstance(pattern, str):
            if end is None:
                yield from words.texts(place.name, description, self.hint, place.vary)
            yield from self._patterned(pattern, place, least, most, end)
        if pattern is None and (form is None or form not in formats.CHECKS):
            yield from self._prose(place, description, least, most, end)

    def _patterned(self, pattern: str, place: _Place, least: int, most: int | None, end: str | None) -> Iterator[str]:
        expression = compiled(pattern)
        long = None if end is None or place.vary else end == "high"
        for _ in range(_ATTEMPTS):
            text = expression.sample(self.dice.integer, least=least, most=most, long=long)
            if text is None:
                return
            yield text
            long = None

    def _prose(self, place: _Place, description: str, least: int, most: int | None, end: str | None) -> Iterator[str]:
        if end == "low" and not place.vary:
            yield "a" * least
        if end == "high" and not place.vary:
            length = max(least, min(most if most is not None else least + 100, max(least, _LARGEST_TEXT)))
            yield _fitted("lorem ipsum dolor sit amet", length, length)
        first = ""
        for text in words.texts(place.name, description, self.hint, place.vary):
            first = first or text
            yield text
        if not place.vary:
            yield _fitted(first, least, most)
        # Items of one list that must differ in few characters: count in letters.
        size = max(least, 1) if most is None or most else 0
        yield _counted(place.vary, size, max(size, min(most if most is not None else size + 8, size + 8)))

    # --- arrays ---

    def _array(self, keywords: dict[str, Any], place: _Place) -> list[Any]:
        least = math.ceil(limit(keywords, "minItems", 0))
        top = limit(keywords, "maxItems", math.inf)
        if least > MAX_ITEMS or least > top:
            raise Unsatisfiable(place.path, "no array has so many items")
        leading = schemas(keywords.get("prefixItems"))
        needed = math.ceil(limit(keywords, "minContains", 1)) if "contains" in keywords else 0
        least = max(least, needed)
        made: list[Any] = []
        seen: set[Any] = set()
        unique = keywords.get("uniqueItems") is True
        for index in range(self._count(least, top, len(leading), place)):
            parts = [leading[index] if index < len(leading) else keywords.get("items", True)]
            if len(leading) <= index < len(leading) + needed or index < needed <= least - len(leading):
                parts.append(keywords["contains"])
            try:
                item = self._item(parts, place, index, seen if unique else None)
            except _Spent:
                raise
            except Unsatisfiable:
                if len(made) < least:
                    raise
                break
            made.append(item)
        return made

    def _count(self, least: int, top: float, leading: int, place: _Place) -> int:
        end = self._end()
        if place.tight or end == "low":
            return least
        usual = max(leading, 2) if end is None else _LARGEST_ITEMS if top < math.inf else max(leading, 3)
        wanted = min(max(least, usual), top)
        return int(wanted if place.vary < 4 or end else min(top, wanted + place.vary // 4))

    def _item(self, parts: list[Any], place: _Place, index: int, seen: set[Any] | None) -> Any:
        """The item at that place; one that is not in `seen` yet, if that is given."""
        name = place.name.removesuffix("ies") + "y" if place.name.endswith("ies") else place.name.removesuffix("s")
        if seen is None:
            return self.make(parts, place.inner(index, name=name, vary=index if self.want == "typical" else 0))
        for attempt in range(len(seen) + _ATTEMPTS * 4):
            vary = index + attempt if attempt < len(seen) + _ATTEMPTS else self.dice.integer(1 << 16)
            item = self.make(parts, place.inner(index, name=name, vary=vary))
            mark = identity(item)
            if mark not in seen:
                seen.add(mark)
                return item
        raise Unsatisfiable(f"{place.path}/{index}", "there are not that many different items")

    # --- objects ---

    def _object(self, keywords: dict[str, Any], place: _Place) -> dict[str, Any]:
        declared = mapping(keywords.get("properties"))
        needed = _needed(keywords)
        top = limit(keywords, "maxProperties", math.inf)
        least = max(math.ceil(limit(keywords, "minProperties", 0)), len(needed))
        if least > min(top, MAX_ITEMS):
            raise Unsatisfiable(place.path, "no object has so many properties")
        wanted = [name for name in declared if name in needed or self._optional(place)]
        made: dict[str, Any] = {}
        vary = place.vary
        left = min(top, MAX_ITEMS) - len(needed)
        for name in (*wanted, *(name for name in needed if name not in declared)):
            must = name in needed
            if not must and left <= 0:
                continue
            try:
                made[name] = self.make(_rules(keywords, name), place.inner(name, name=name, vary=vary))
            except _Spent:
                raise
            except Unsatisfiable:
                if must:
                    raise
                continue
            left -= not must
        self._fill(made, keywords, place, least, top)
        return made

    def _optional(self, place: _Place) -> bool:
        """Whether properties that need not be there are there."""
        if place.tight or self.want == "smallest":
            return False
        return self.want != "boundary" or self.dice.integer(2) == 1

    def _fill(self, made: dict[str, Any], keywords: dict[str, Any], place: _Place, least: int, top: float) -> None:
        """Properties that no name is given for: as many as there must be, one where a map would else be empty."""
        rest = keywords.get("additionalProperties", True)
        a_map = isinstance(rest, Mapping) and not keywords.get("properties") and self._optional(place)
        wanted = min(max(least, 1 if a_map else 0), top)
        declared = [name for name in mapping(keywords.get("properties")) if name not in made]
        for index in range(MAX_ITEMS):
            if len(made) >= wanted:
                return
            name = declared.pop(0) if declared else self._new_name(keywords, place, index)
            if name in made:
                continue
            try:
                made[name] = self.make(_rules(keywords, name), place.inner(name, name=name, vary=index))
            except _Spent:
                raise
            except Unsatisfiable:
                if not declared and index > _ATTEMPTS:
                    break
        if len(made) < least:
            raise Unsatisfiable(place.path, "there are not that many different properties")

    def _new_name(self, keywords: dict[str, Any], place: _Place, index: int) -> str:
        if "propertyNames" in keywords:
            name = self.make([{"type": "string"}, keywords["propertyNames"]], place.inner("name", name="key", vary=index))
            return str(name)
        patterns = list(mapping(keywords.get("patternProperties")))
        if patterns and keywords.get("additionalProperties") is False:
            _usable(patterns[index % len(patterns)], place)
            return next(self._patterned(patterns[index % len(patterns)], place, 0, None, None), "example")
        return "example" if not index else f"example_{index + 1}"


_SIMPLE = ("null", "boolean", "integer", "number", "string", "array", "object")


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and (schema.get("type") in ("null", ["null"]) or ("const" in schema and schema["const"] is None))


_SIGNS = (
    ("object", frozenset(("properties", "required", "additionalProperties", "patternProperties", "minProperties", "propertyNames"))),
    ("array", frozenset(("items", "prefixItems", "minItems", "uniqueItems", "contains"))),
    ("number", frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))),
)


def _usable(pattern: Any, place: _Place) -> None:
    """Refuse a pattern that cannot be judged: a text that might not match it is no sample."""
    if isinstance(pattern, str):
        try:
            compiled(pattern)
        except PatternProblem as problem:
            raise Unsatisfiable(place.path, f"the pattern {pattern[:60]!r} cannot be used: {problem}") from None


def _implied(keywords: Mapping[str, Any]) -> str:
    """The type that a schema without one has in mind."""
    if "minLength" in keywords or "pattern" in keywords or "format" in keywords:
        return "string"
    return next((kind for kind, signs in _SIGNS if signs.intersection(keywords)), "string")


def _needed(keywords: Mapping[str, Any]) -> list[str]:
    """Required names, and what these require in turn."""
    needed = list(dict.fromkeys(names(keywords.get("required"))))
    dependent = mapping(keywords.get("dependentRequired"))
    for name in needed:
        needed.extend(other for other in names(dependent.get(name)) if other not in needed)
    return needed


def _rules(keywords: Mapping[str, Any], name: str) -> list[Any]:
    """All schemas that a property of that name must satisfy."""
    declared = mapping(keywords.get("properties"))
    rules = [declared[name]] if name in declared else []
    rules += [rule for pattern, rule in mapping(keywords.get("patternProperties")).items() if matches(pattern, name)]
    return rules or [keywords.get("additionalProperties", True)]


def _fitted(text: str, least: int, most: int | None) -> str:
    """The text cut or repeated to that length."""
    if most is not None and len(text) > most:
        cut = text[:most]
        return cut.rstrip().ljust(least, ".") if len(cut.rstrip()) >= least else cut
    text = text or "a"
    return text if len(text) >= least else (text + " ") * (least // (len(text) + 1)) + text[: least % (len(text) + 1)]


_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _counted(count: int, least: int, most: int) -> str:
    """The `count`-th text of letters and digits: all of one length before any of the next."""
    size = least
    while size < most and count >= len(_LETTERS) ** size:
        count -= len(_LETTERS) ** size
        size += 1
    text = ""
    for _ in range(min(size, 12)):
        count, digit = divmod(count, len(_LETTERS))
        text += _LETTERS[digit]
    return text.ljust(size, "a")
