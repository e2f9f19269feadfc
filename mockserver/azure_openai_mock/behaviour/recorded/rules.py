"""Recordings as a rules file that a person may edit.

A rule's conditions are as few as tell the recorded questions apart: the model, the user's words (or the tool's output), and more only where
another question would meet them too. What rules cannot tell apart, or cannot do, is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...faults import Wrong
from ...wire import json
from ...wire.types import Object
from .. import match
from ..question import Question
from . import asked
from .recordings import Recording

if TYPE_CHECKING:
    import yaml

Problem = tuple[str, str]
"""A recording's name, and a sentence about it."""


def rules_of(recordings: Sequence[Recording]) -> tuple[list[Object], list[Problem]]:
    """The rules, oldest first as in a file, and what they cannot do."""
    problems: list[Problem] = []
    groups = _apart(_alike(recordings), problems)
    rules = [rule for when, takes in groups for rule in _sequence(when, takes, problems)]
    return rules, problems


def _alike(recordings: Iterable[Recording]) -> list[list[Recording]]:
    """Those that ask the same, together, in their order."""
    groups: dict[bytes, list[Recording]] = {}
    for one in recordings:
        groups.setdefault(asked.key_of({"operation": one.operation, **one.asked}), []).append(one)
    return list(groups.values())


# ---- conditions -------------------------------------------------------------------------------------------------------------------------


def _apart(groups: list[list[Recording]], problems: list[Problem]) -> list[tuple[Object, list[Recording]]]:
    """Each group with conditions that hold for its question and for no other group's; groups that cannot be told apart become one."""
    whens: list[tuple[Object, list[Recording]]] = []
    merged: set[int] = set()
    for index, group in enumerate(groups):
        if index in merged:
            continue
        question, takes = group[0].question, list(group)
        when = _about(question)
        for number, other in enumerate(groups):
            if number == index or number in merged or not _holds(when, other[0].question):
                continue
            further = _telling(question, other[0].question)
            more = next((one for one in further if not _holds({**when, **one}, other[0].question)), None)
            if more is not None:
                when |= more
            elif number > index:
                merged.add(number)
                takes.extend(other)
                if [_part(one) for one in other] == [_part(group[0])] * len(other):
                    continue
                problems.append((other[0].name, f"rules cannot tell its question from {group[0].name}: they answer in the recorded order"))
        whens.append((when, takes))
    return whens


def _about(question: Question) -> Object:
    """The least that a rule for this question says."""
    when: Object = {} if question.operation == match.CREATE else {"operation": question.operation}
    if question.model:
        when["model"] = question.model
    if question.newest_user_text is not None:
        return {**when, "input": question.newest_user_text}
    when["input__exists"] = False
    if question.tool_texts:
        when["tool_output"] = question.tool_texts[0]
    return when


def _telling(question: Question, other: Question) -> Iterator[Object]:
    """Further conditions that hold for the one question and may not for the other, the plainest first."""
    if question.turn:
        yield {"turn": question.turn}
    for name, texts in (("input", question.user_texts), ("tool_output", question.tool_texts), ("after", question.texts_before)):
        yield {name: texts[-1]} if texts else {f"{name}__exists": False}
    if question.tools != other.tools:
        yield {"tools": sorted(question.tools)}
    if question.operation != match.CREATE:
        return  # a chat's parameters have other names than those that rules read
    for name in {**question.request, **other.request}:
        value = question.request.get(name)
        if name in asked.ASIDE or name in ("input", "model", "tools") or value == other.request.get(name):
            continue
        condition = {f"{name}__exists": False} if value is None else {name: value}
        if _readable(condition):
            yield condition


def _readable(when: Object) -> bool:
    try:
        match.read(when)
    except Wrong:
        return False
    return True


def _holds(when: Object, question: Question) -> bool:
    return all(condition.holds(question) for condition in match.read(when))


# ---- sequences --------------------------------------------------------------------------------------------------------------------------


def _sequence(when: Object, takes: Sequence[Recording], problems: list[Problem]) -> Iterator[Object]:
    """One rule for each answer. The newest rule speaks first, so the first answer comes last, to be used once; the last one stays."""
    parts = [_part(take) for take in takes]
    for index, (take, part) in enumerate(zip(takes, parts, strict=True)):
        if "fault" in part and index and "fault" not in parts[0]:
            problems.append((take.name, f"goes wrong only after {takes[0].name}: a rule's fault strikes the first time"))
        elif "fault" in part and index and part != parts[index - 1]:
            problems.append((take.name, f"goes wrong in another way than {takes[0].name} before it: a rule would do both at once"))
    yield from reversed([*_rules(when, takes, parts)])


def _part(take: Recording) -> Object:
    """What a recording answers, as a rule says it."""
    return {name: part for name, part in take.rule.given.items() if name != "name"}


def _rules(when: Object, takes: Sequence[Recording], parts: Sequence[Object]) -> Iterator[Object]:
    """In the order in which they are used. Only a failure that comes first can be told as one."""
    count = 0
    while count < len(parts) and "fault" in parts[count] and parts[count] == parts[0]:
        count += 1
    told = [(take, part) for take, part in zip(takes[count:], parts[count:], strict=True) if "fault" not in part]
    while len(told) > 1 and told[-1][1] == told[-2][1]:
        told.pop()
    if count:
        silent: Object = {"say": []} if told else {}  # so that it speaks for itself, and no other answer is used up meanwhile
        yield _rule(takes[0].name, when, {**silent, **parts[0]}, count if told else None)
    for index, (take, part) in enumerate(told):
        yield _rule(take.name, when, part, 1 if index < len(told) - 1 else None)


def _rule(name: str, when: Object, part: Object, times: int | None) -> Object:
    say = part.get("say")
    short = {"say": say[0]} if isinstance(say, list) and len(say) == 1 and isinstance(say[0], str) else {}
    return {"name": name, "when": when, **part, **short, **({"times": times} if times is not None else {})}


# ---- the file ---------------------------------------------------------------------------------------------------------------------------


def as_yaml(rules: Sequence[Object], remarks: Iterable[str] = ()) -> str:
    """A rules file, the remarks in front as comments. What is a text there stays one when it is read."""
    import yaml

    lines = [f"# {line}" for line in remarks]
    text: str = yaml.dump(list(rules), Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=10**6)
    return "\n".join([*lines, "", text] if lines else [text])


def as_json(rules: Sequence[Object]) -> str:
    """The same as JSON, which has no remarks."""
    return json.pretty(list(rules)).decode() + "\n"


PLAIN = re.compile(r"[A-Za-zÀ-ɏ].*\Z")
"""Texts that no reader of YAML takes for a number."""


def _dumper() -> type[yaml.SafeDumper]:
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            """Written out each time: a rule is read by itself."""
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        lines = "\n" in value and all(sign.isprintable() or sign == "\n" for sign in value) and " \n" not in value
        style = "|" if lines else '"' if not value.isprintable() else None if PLAIN.match(value) else "'"
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper
