"""The claims: named checks in families, and `judge`, which holds a run to all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from . import chains, chats, clients, doors, embeddings, errors, events, files, headers, lists, responses, resuming, structured
from .check import Check, Objection, Run

__all__ = ["FAMILIES", "Check", "Objection", "Run", "judge", "named"]

FAMILIES: Final[Mapping[str, Mapping[str, Check]]] = {
    "grammar": events.CHECKS,
    "response": responses.CHECKS,
    "chaining": chains.CHAINING,
    "storing": chains.STORING,
    "deletion": chains.DELETION,
    "pagination": lists.CHECKS,
    "resume": resuming.RESUMING,
    "background": resuming.BACKGROUND,
    "structured": structured.CHECKS,
    "chat": chats.CHECKS,
    "embeddings": embeddings.CHECKS,
    "files": files.CHECKS,
    "gating": doors.GATING,
    "auth": doors.AUTH,
    "errors": errors.CHECKS,
    "headers": headers.CHECKS,
    "client": clients.CHECKS,
}
"""Every check there is: family -> claim -> check."""


def named(families: Iterable[str] = ()) -> Iterator[tuple[str, str, Check]]:
    """Family, claim and check of everything in these families, of all where none is named. Raises LookupError for an unknown family."""
    wanted = tuple(families)
    unknown = set(wanted) - set(FAMILIES)
    if unknown:
        raise LookupError(f"no family of checks {', '.join(sorted(unknown))}: there are {', '.join(FAMILIES)}")
    for family, claims in FAMILIES.items():
        if not wanted or family in wanted:
            yield from ((family, claim, check) for claim, check in claims.items())


def judge(run: Run, families: Iterable[str] = ()) -> list[Objection]:
    """Everything that any check objects to in this run."""
    return [Objection(family, claim, exchange, why) for family, claim, check in named(families) for exchange, why in check.look(run)]
