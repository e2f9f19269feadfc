"""What is published of Azure: exchanges written from facts, which whoever stands in for it must meet.

A file of `cassettes/documented/` is a cassette with two keys more in its one interaction, which vcrpy passes over:

    known: bytes | json | error | last event      how much of the answer the facts tell, see `KNOWN`
    stage:                                        how a mock is brought to give this answer, where the request alone does not
      key: wrong                                  the request's key is not the resource's
      settings: {…}                               settings of the scope
      rule: {…}                                   a rule
      <name of a fault>: {…}                      a fault with its settings
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import cassette, catalogue
from .case import Client
from .cassette import CassetteProblem, Provenance
from .clock import fresh_name
from .drive import Reply
from .exchange import Answer, Exchange
from .target import Control


@dataclass(frozen=True)
class Published:
    """One exchange as it is published."""

    name: str
    exchange: Exchange
    provenance: Provenance
    known: str
    stage: Mapping[str, Any]

    @property
    def about_keys(self) -> bool:
        """Whether a wrong key must be told from a right one."""
        return self.stage.get("key") == "wrong"


def all_files() -> list[Path]:
    """The cassettes of what is published."""
    return cassette.files_under(catalogue.cassettes("documented"))


def read(path: Path) -> Published:
    """One of them. Raises CassetteProblem, also for one without a source, a profile, or a word on what of it is known."""
    loaded = cassette.load(path)
    [one] = cassette.data_at(path)["interactions"]
    given = loaded.provenance
    if not (given.source == "documented" and given.facts and given.profile and given.confidence and one.get("known") in KNOWN):
        raise CassetteProblem(path, "an exchange that is written from facts names them, their confidence, a profile, and what is known")
    return Published(path.stem, loaded.exchanges[0], given, one["known"], one.get("stage") or {})


def bring_about(published: Published, control: Control) -> None:
    """Bring a mock to where it gives this answer."""
    control.settings(profile=published.provenance.profile, **published.stage.get("settings", {}))
    if "rule" in published.stage:
        control.rule(**published.stage["rule"])
    faults = {name: how for name, how in published.stage.items() if name not in ("key", "settings", "rule")}
    if faults:
        control.rule(fault=[{name: how} for name, how in faults.items()])


def ask(published: Published, client: Client) -> Reply:
    """Send the request as it is written, with the resource's key, or with another where the exchange is about one."""
    request = published.exchange.request
    where = request.url.removeprefix(f"https://{request.url.split('/')[2]}")
    sent = dict(request.headers)
    if "api-key" in sent:
        sent["api-key"] = fresh_name("wrong") if published.about_keys else client.connection.api_key
    return client.send(request.method, where, request.body or None, sent)


def differences(published: Published, answer: Answer) -> Iterator[str]:
    """How an answer differs from the published one, in what of that is known."""
    wanted = published.exchange.answer
    assert wanted is not None
    if answer.status != wanted.status:
        yield f"the status is {answer.status}, not {wanted.status}: {answer.body[:200]!r}"
    if wanted.reason and answer.reason != wanted.reason:
        yield f"the reason is {answer.reason!r}, not {wanted.reason!r}"
    if (wait := wanted.header("retry-after")) and answer.header("retry-after") != wait:
        yield f"retry-after is {answer.header('retry-after')!r}, not {wait!r}"
    expected, found = (KNOWN[published.known](one) for one in (wanted, answer))
    if found != expected:
        yield f"{published.known}: {found!r}, not {expected!r}"


_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WAIT: Final = re.compile(r"(?<=Try again in )\d+")


def _told(value: Any) -> str:
    """A value with its members in their order, but for the ids of requests."""
    return _ID.sub("…", json.dumps(value, ensure_ascii=False))


def _last_event(answer: Answer) -> Any:
    """The event as values, but for ids of requests and the seconds that one is told to wait: no fault says how long."""
    return json.loads(_WAIT.sub("…", _told(answer.events[-1]))) if answer.events else None


def _error(answer: Answer) -> Any:
    return {name: value for name, value in (answer.error or {}).items() if isinstance(value, str)}


KNOWN: Final[Mapping[str, Callable[[Answer], Any]]] = {
    "bytes": lambda answer: answer.body,
    "json": lambda answer: _told(answer.json),
    "error": _error,
    "last event": _last_event,
}
"""What is held to: every byte of the body, its values and their order, the texts of its error, or the event that ends its stream."""
