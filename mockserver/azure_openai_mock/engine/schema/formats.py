"""The string formats of the strict subset: what is one, and what one looks like. A format that is not here says nothing about a text."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...world import Dice, uuid_of


def _calendar(year: int, month: int, day: int) -> bool:
    if not (1 <= month <= 12 and year >= 1):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))", re.ASCII)
_DURATION = re.compile(r"P(?!\Z)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)", re.ASCII)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*")
_OCTET = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)
_GROUP = re.compile(r"[0-9a-fA-F]{1,4}")


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    return found is not None and _calendar(*(int(part) for part in found.groups()))


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    hour, minute, second, away, aside = (int(part or 0) for part in found.groups())
    return hour < 24 and minute < 60 and second <= 60 and away < 24 and aside < 60


def _is_date_time(text: str) -> bool:
    return len(text) > 11 and text[10] in "Tt" and _is_date(text[:10]) and _is_time(text[11:])


def _is_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at) and len(local) <= 64 and _LOCAL.fullmatch(local) is not None and _is_hostname(domain)


def _is_hostname(text: str) -> bool:
    return 0 < len(text) <= 253 and all(len(label) <= 63 and _LABEL.fullmatch(label) for label in text.split("."))


def _is_ipv4(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(_OCTET.fullmatch(part) and int(part) < 256 for part in parts)


def _is_ipv6(text: str) -> bool:
    head, gap, tail = text.partition("::")
    if "::" in tail:
        return False
    groups = _groups(head) + _groups(tail)
    if groups and "." in groups[-1]:
        if not _is_ipv4(groups[-1]):
            return False
        groups[-1:] = ["0", "0"]
    whole = len(groups) < 8 if gap else len(groups) == 8
    return whole and all(_GROUP.fullmatch(group) for group in groups)


def _groups(text: str) -> list[str]:
    return text.split(":") if text else []


CHECKS: dict[str, Callable[[str], bool]] = {
    "date-time": _is_date_time,
    "date": _is_date,
    "time": _is_time,
    "duration": lambda text: _DURATION.fullmatch(text) is not None,
    "email": _is_email,
    "hostname": _is_hostname,
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "uri": lambda text: _URI.fullmatch(text) is not None,
}
"""Every format that is checked. All are linear in the text."""


def holds(name: object, text: str) -> bool:
    """Whether the text is of that format; true for a format that is not known."""
    check = CHECKS.get(name) if isinstance(name, str) else None
    return check is None or check(text)


TYPICAL = {
    "date-time": "2025-01-15T09:30:00Z",
    "date": "2025-01-15",
    "time": "09:30:00Z",
    "duration": "PT30M",
    "email": "user@example.com",
    "hostname": "www.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
}
_LEAST = {"duration": "P1D", "email": "a@b", "hostname": "a", "ipv4": "0.0.0.0", "ipv6": "::", "uri": "a:"}  # noqa: S104
_MOST = {
    "ipv4": "255.255.255.255",
    "ipv6": "2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "date": "9999-12-31",
    "date-time": "9999-12-31T23:59:59.999999+23:59",
    "time": "23:59:59.999999+23:59",
    "duration": "P99Y11M30DT23H59M59S",
}
_LONGEST = 4000
"""Characters to which a text is stretched at most."""


def texts(name: str, dice: Dice, *, least: int, most: int | None, vary: int = 0) -> list[str]:
    """Texts of that format and length, the most typical first; several, so that one may fit other demands too.

    `vary` tells items of a list apart.
    """
    typical = uuid_of(dice.bits(16)) if name == "uuid" else _varied(name, vary)
    found = [typical, TYPICAL.get(name, typical), _LEAST.get(name, typical), _MOST.get(name, typical)]
    found += [_stretched(name, length) for length in (least, least if most is None else most) if 0 < length <= _LONGEST]
    fitting = [text for text in found if text and holds(name, text) and least <= len(text) and (most is None or len(text) <= most)]
    return list(dict.fromkeys(fitting))


def _varied(name: str, vary: int) -> str:
    text = TYPICAL.get(name, "")
    if not vary:
        return text
    if name in ("date", "date-time"):
        return f"{2025 + vary // 336 % 900:04d}-{vary // 28 % 12 + 1:02d}-{vary % 28 + 1:02d}{text[10:]}"
    return {
        "time": f"{vary // 60 % 24:02d}:{vary % 60:02d}:00Z",
        "duration": f"PT{30 + vary}M",
        "email": f"user{vary + 1}@example.com",
        "hostname": f"www{vary + 1}.example.com",
        "ipv4": f"192.0.{2 + vary // 250 % 250}.{vary % 250 + 1}",
        "ipv6": f"2001:db8::{vary % 0xFFFF + 1:x}",
        "uri": f"https://example.com/{vary + 1}",
    }.get(name, text)


def _stretched(name: str, length: int) -> str:
    """A text of that format of exactly that length where there is one; else something that the caller drops."""
    if name == "hostname":
        return _labels(length)
    if name == "email":
        local = min(64, max(1, length - 2))
        return "u" * local + "@" + _labels(length - local - 1)
    if name == "uri":
        return ("https://example.com/" if length >= 20 else "a:").ljust(length, "a")
    if name in ("date-time", "time"):
        bare = TYPICAL[name][:-1]
        fraction = length - len(bare) - 2
        return f"{bare}.{'0' * fraction}Z" if fraction > 0 else bare + "+00:00"
    return "P" + "1" * (length - 2) + "D" if name == "duration" else ""


def _labels(length: int) -> str:
    """A host name of that length, in labels of at most 63 letters."""
    labels: list[str] = []
    while length > 0:
        size = min(63, length)
        if length - size == 1:
            size -= 1
        labels.append("a" * size)
        length -= size + 1
    return ".".join(labels)
