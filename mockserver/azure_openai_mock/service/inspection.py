"""Requests for people to look at: what is new of them, in brief; and one of them in full, with its answer and why each rule matched or
did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..behaviour.book import explained
from ..behaviour.question import ENTRA, Question
from ..store.protocol import Store
from ..wire.types import Object
from .context import gone
from .journal import Entry, gist_of, safe
from .journals import Journals, uses
from .scope import Scope
from .stored import KIND as RESPONSE
from .stored import stored

if TYPE_CHECKING:
    from ..behaviour.rule import Rule

PAGE = 1000
"""Entries of one look at what is new."""


def question_of(entry: Object) -> Question:
    """What the rules were asked about, as far as the journal's entry tells it."""
    return Question(
        operation=entry["operation"] or "",
        model=entry["model"] or "",
        request=entry["body"] if isinstance(entry["body"], dict) else {},
        turn=entry["turn"] or 1,
        headers=entry["headers"],
        region=entry.get("region") or "",
        profile=entry.get("profile") or "",
    )


def in_brief(entry: Object) -> Object:
    """A line of a list: the entry without headers and body, but with the body's gist."""
    line = {name: value for name, value in entry.items() if name not in ("headers", "body")}
    return line if entry["body"] is None and "asked" in entry else {**line, **gist_of(entry["body"])}


def _end(entry: Entry) -> str | None:
    """How its answer ended; None where it has not, or nobody knows."""
    return entry.recording.end[1] if entry.recording is not None and entry.recording.end is not None else None


class Inspection:
    """Looks at the journals of all scopes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._journals = Journals(store)

    async def since(self, scope: Scope, cursor: str) -> Object:
        """What is new since an earlier look (`""`: everything), in brief.

        `{"data": [entries], "cursor": for the next look, "anew": whether it begins from the start, "more": whether there is more already}`.
        An entry comes again when its answer has left: it has the same `number`. Entries have neither headers nor body, but `asked`, and
        `end` (how the answer ended, None while it has not).
        """
        return await (self._shared_since(scope, cursor) if self._store.shared else self._own_since(scope, cursor))

    async def _own_since(self, scope: Scope, cursor: str) -> Object:
        mark, _, revision = cursor.partition(".")
        anew = mark != scope.journal.mark or not revision.isdecimal()
        last = 0 if anew else int(revision)
        entries = scope.journal.since(last, PAGE)
        data = [{**in_brief({**entry.shown(), "number": entry.number}), "end": _end(entry)} for entry in entries]
        cursor = f"{scope.journal.mark}.{entries[-1].revision if entries else last}"
        return {"data": data, "cursor": cursor, "anew": anew, "more": len(entries) == PAGE}

    async def _shared_since(self, scope: Scope, cursor: str) -> Object:
        """The processes' journal has no revisions: its entries are told once, those behind the last one that was told."""
        entries = await self._journals.shown(scope)
        seen, _, last = cursor.rpartition(".")
        place = next((index for index in range(len(entries) - 1, -1, -1) if entries[index]["id"] == seen), None)
        first = 0 if place is None else place + 1
        number = 0 if place is None else int(last)
        new = entries[first : first + PAGE]
        data = [{**in_brief({**entry, "number": number + index}), "end": None} for index, entry in enumerate(new, 1)]
        cursor = f"{new[-1]['id']}.{number + len(new)}" if new else cursor
        return {"data": data, "cursor": cursor, "anew": place is None, "more": first + PAGE < len(entries)}

    async def one(self, scope: Scope, ident: str) -> Object | None:
        """One request in full; None where the journal has none of that id.

        The journal's entry, and `answer` (what left and when; None where several processes answer), `stored` (the response under its id as
        it stands now, None where there is none), `rules_now` (why each of the rules as they stand matches or does not, the closest first).
        """
        found = await self._found(scope, ident)
        if found is None:
            return None
        shown, entry = found
        answer = entry.recording.shown() if entry is not None and entry.recording is not None else None
        if answer is not None and (shown["operation"] or "").startswith(ENTRA) and "body" in answer:
            answer["body"] = safe(answer["body"])
        return {
            **shown,
            "answer": answer,
            "stored": await self._stored(scope, shown["response_id"]),
            "rules_now": await self._rules(scope, shown),
        }

    async def tried(self, scope: Scope, rules: Sequence[Rule], ident: str | None) -> Object:
        """Whether rules that are in no book would match a request of the journal (None: the last one).

        `{"request": its id or None, "rules": [{"name", "matches", "failed"}]}`, in the order of the rules.
        """
        entries = await self._journals.shown(scope)
        entry = next((each for each in reversed(entries) if ident is None or each["id"] == ident), None)
        if entry is None:
            return {"request": None, "rules": []}
        question = question_of(entry)
        told = [{"name": rule.name, **explained(rule, question)} for rule in rules]
        return {"request": entry["id"], "rules": told}

    async def _found(self, scope: Scope, ident: str) -> tuple[Object, Entry | None] | None:
        if not self._store.shared:
            entry = scope.journal.find(ident)
            return None if entry is None else ({**entry.shown(), "number": entry.number}, entry)
        entries = await self._journals.shown(scope)
        shown = next((entry for entry in reversed(entries) if entry["id"] == ident), None)
        return None if shown is None else (shown, None)

    async def _stored(self, scope: Scope, ident: str | None) -> Object | None:
        row = await self._store.get(scope.name, RESPONSE, ident) if ident is not None else None
        if row is None or gone(row, scope.now()):
            return None
        return stored(row).log(coarse=True).body(scope.now())

    async def _rules(self, scope: Scope, shown: Object) -> list[Object]:
        told = scope.book.explain(question_of(shown), await uses(self._store, scope))
        return [{**row, "used_here": (row["name"] or row["id"]) in shown["rules"]} for row in told]
