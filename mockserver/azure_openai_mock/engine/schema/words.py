"""What a field of that name would plausibly hold, given what the user just said. The sampler drops what does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

HINT_LENGTH = 2000
"""Characters of the hint that are read."""

_CAPITAL = re.compile(r"[A-Z][\w'’-]*(?:[ ][A-Z][\w'’-]*)*")
_AFTER = re.compile(r"\b(in|at|for|from|to|near|of|visit|and|between|or)[ ]([A-Z][\w'’-]*(?:[ ][A-Z][\w'’-]*){0,3})")
_NUMBER = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,15})?(?![\w])")
_WORD = re.compile(r"[^\W\d_]+")
_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DATE = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_URL = re.compile(r"https?://[^\s<>\"']{1,500}[^\s<>\"'.,;:!?)]")
_SUM = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?(?:[ ]?[-+*/^×÷%][ ]?\(?-?\d{1,15}(?:\.\d{1,15})?\)?){1,20}")
_EXAMPLE = re.compile(r"(?:e\.g\.|for example|such as|like|example:)[,:]?[ ]+[\"'`]?([^\"'`).;]{1,60})", re.IGNORECASE)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NOT_PLACES = _set("""
    I Im What Whats Who Where When Why How Which Is Are Can Could Would Should Do Does Did Please Tell Give Show Find Get The A An My Hi
    Hello Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October
    November December Celsius Fahrenheit JSON API Use Call Return Add Make Write Search Look Book Send Create And Or
""")


def words_of(name: str) -> tuple[str, ...]:
    """`departureCity` and `departure_city` are `departure`, `city`."""
    return tuple(word.lower() for word in _NAME_WORD.findall(name[:200]))


def places(hint: str) -> list[tuple[str, str]]:
    """Names in the text that may be places, in order, with the small word before each (`to`, `from`, or empty)."""
    found: dict[str, str] = {}
    for match in _AFTER.finditer(hint):
        place = _trimmed(match[2])
        if place:
            found.setdefault(place, match[1])
    for match in _CAPITAL.finditer(hint):
        place = _trimmed(match[0])
        if place and match.start() > 0:
            found.setdefault(place, "")
    return list(found.items())


def _trimmed(text: str) -> str:
    kept = [word for word in text.split() if word.replace("'", "").replace("’", "") not in _NOT_PLACES]
    return " ".join(word.removesuffix("'s").removesuffix("’s") for word in kept)


_THERE = _set("destination arrival to end")
_HERE = _set("origin departure from start")


def _place(hint: str, name: Sequence[str], vary: int) -> str | None:
    found = places(hint)
    wanted = "to" if _THERE.intersection(name) else "from" if _HERE.intersection(name) else ""
    chosen = [place for place, before in found if before == wanted] if wanted else []
    chosen = chosen or [place for place, _ in found]
    return chosen[vary] if vary < len(chosen) else None


def _nth(pattern: re.Pattern[str], hint: str, vary: int) -> str | None:
    found = pattern.findall(hint)
    return found[vary] if vary < len(found) else None


Heard = Callable[[str, Sequence[str], int], "str | None"]


def _listening(pattern: re.Pattern[str]) -> Heard:
    return lambda hint, name, vary: _nth(pattern, hint, vary)


_HEARD: tuple[tuple[frozenset[str], Heard], ...] = (
    (
        _set("city location place town destination origin country region state capital departure arrival area locality where"),
        _place,
    ),
    (_set("date day birthday deadline due start end from to until since"), _listening(_DATE)),
    (_set("email mail recipient to cc sender"), _listening(_EMAIL)),
    (_set("url uri link href website site page"), _listening(_URL)),
    (_set("expression formula calculation equation expr"), _listening(_SUM)),
    (
        _set("query question search q prompt input text message request task topic subject content body keywords term instruction"),
        lambda hint, name, vary: hint.strip() or None if not vary else None,
    ),
)

_KNOWN: tuple[tuple[str, Sequence[str]], ...] = (
    ("email mail", ("user@example.com", "guest@example.com")),
    ("url uri link href website site homepage", ("https://example.com/page", "https://example.com/other")),
    ("city town capital location place destination", ("Oslo", "Lima", "Kyoto", "Nairobi")),
    ("origin departure", ("Lima", "Oslo")),
    ("country nation", ("Norway", "Peru", "Japan", "Kenya")),
    ("region state province", ("Viken", "Lima", "Kansai")),
    ("language lang locale", ("English", "Norwegian")),
    ("currency", ("USD", "EUR")),
    ("timezone tz zone", ("UTC", "Europe/Oslo")),
    ("date day birthday deadline", ("2025-01-15", "2025-02-15", "2025-03-15")),
    ("datetime timestamp", ("2025-01-15T09:30:00Z", "2025-02-15T09:30:00Z")),
    ("time hour", ("09:30", "14:00")),
    ("month", ("January", "February", "March")),
    ("phone telephone mobile fax", ("+1 555 0100", "+1 555 0101")),
    ("address street", ("1 Example Street", "2 Example Street")),
    ("zip postcode postal", ("12345", "23456")),
    ("firstname first given", ("Ada", "Alan", "Grace")),
    ("surname last family", ("Lovelace", "Turing", "Hopper")),
    ("company organization organisation employer brand", ("Contoso", "Fabrikam")),
    ("file filename path", ("example.txt", "notes.txt")),
    ("color colour", ("blue", "green", "red")),
    ("unit units", ("celsius", "fahrenheit")),
    ("status", ("ok", "pending")),
    ("version", ("1.0.0", "1.0.1")),
    ("id identifier key uid ref reference", ("id-1", "id-2")),
    ("code sku", ("A1", "A2")),
    ("tag tags label labels category categories keyword keywords topic topics", ("example", "sample", "mock")),
    ("author person user username owner customer assignee participant attendee name who", ("Ada Lovelace", "Alan Turing", "Grace Hopper")),
    ("title heading headline subject", ("A short title", "Another title")),
)
_ROWS = tuple((_set(names), values) for names, values in _KNOWN)

_NUMBERS: tuple[tuple[str, float], ...] = (
    ("latitude lat", 59.91),
    ("longitude lon lng long", 10.75),
    ("confidence probability likelihood score ratio fraction similarity", 0.9),
    ("percent percentage", 90),
    ("price amount cost total subtotal fee balance", 9.5),
    ("temperature temp celsius", 21),
    ("year", 2025),
    ("month", 1),
    ("age", 36),
    ("hour hours", 9),
    ("minute minutes duration seconds", 30),
    ("weight height width length distance size", 10),
    ("rating stars", 4),
    ("index offset", 0),
    ("id number", 1),
)
_NUMBER_ROWS = tuple((_set(names), value) for names, value in _NUMBERS)


def heard(name: str, description: str, hint: str, vary: int = 0) -> str | None:
    """What the user said that this field asks for: a city, a date, an address, a sum, the question itself. None if nothing."""
    said = words_of(name)
    for names, listen in _HEARD:
        if names.intersection(said) and (found := listen(hint, said, vary)):
            return found
    if re.search(r"\bcity\b|\blocation\b", description[:300], re.IGNORECASE):
        return _place(hint, said, vary)
    return None


def texts(name: str, description: str, hint: str, vary: int = 0) -> Iterable[str]:
    """Texts for a field of that name, the most fitting first."""
    found = heard(name, description, hint, vary)
    if found:
        yield found
    example = _EXAMPLE.search(description[:1000]) if not vary else None
    if example:
        yield example[1].strip().rstrip(",")
    said = words_of(name)
    for word in _telling(said):
        for names, values in _ROWS:
            if word in names:
                value = values[vary % len(values)]
                yield value if vary < len(values) else f"{value} {vary + 1}"
    if said[-1:] == ("name",) and len(said) > 1:
        yield f"Example {' '.join(said[:-1])}" + (f" {vary + 1}" if vary else "")
    about = " ".join(hint.split())
    about = about if len(about) <= 80 else about[:79].rstrip() + "…"
    spoken = " ".join(said) if said else "text"
    first = f"About “{about}”." if about else f"An example {spoken}."
    yield first if not vary else f"{first[:-1]}, {vary + 1}."
    yield spoken if not vary else f"{spoken} {vary + 1}"


def _telling(said: Sequence[str]) -> list[str]:
    """The words of a name, the one that says most first. `name` says most only when it stands alone: a file name is not a person's."""
    kept = [word for word in reversed(said) if word != "name"]
    return kept if kept and set(said) - {"full", "name", "display"} else ["name"] if "name" in said else kept


def numbers(name: str, hint: str) -> Iterable[float]:
    """Numbers for a field of that name: one the user said beside that word, one of the usual kind, then the others of the text in order."""
    said = set(words_of(name))
    said |= {word.removesuffix("s") for word in said} | {word + "s" for word in said}
    spoken = list(_NUMBER.finditer(hint))
    for match in spoken:
        before, after = _WORD.findall(hint[max(0, match.start() - 24) : match.start()]), _WORD.findall(hint[match.end() : match.end() + 24])
        if said.intersection(word.lower() for word in (*before[-1:], *after[:1])):
            yield _number(match[0])
    for names, value in _NUMBER_ROWS:
        if names.intersection(words_of(name)):
            yield value


def spoken_numbers(hint: str) -> list[float]:
    """All numbers of the text, in order: the operands of a sum."""
    return [_number(match[0]) for match in _NUMBER.finditer(hint)]


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)
