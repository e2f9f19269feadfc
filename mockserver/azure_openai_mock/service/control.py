"""What the control API, the command line and the fixture can do to a running server; one vocabulary for all doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import __version__
from ..azure import errors, inputs, profiles
from ..azure.profiles import Profile
from ..azure.tables import nearest
from ..store.protocol import Store, StoreUnavailable
from ..wire.duration import seconds
from ..wire.refusal import Refusal
from ..wire.types import Object
from ..world import instant_of
from . import access, chains, copies, disorder, exports, limits
from .inspection import Inspection, question_of
from .journals import Journals, counted, recount, uses
from .making import seeded
from .scope import NAME_LENGTH, PUBLIC_SETTINGS, Scope, Scopes
from .stored import KIND as RESPONSE

EXPORTED = 100
"""Responses on a page of an export."""


class Wrong(ValueError):
    """A control request that makes no sense; the message says what would."""


class Commands:
    """The commands over all scopes of a server.

    They raise Wrong for a body that makes no sense, and a Refusal with `control_not_found` for a name that is not there.
    """

    def __init__(self, scopes: Scopes, store: Store, *, load_profile: Callable[[str], Profile], profile: str) -> None:
        self.scopes = scopes
        self._store = store
        self._load_profile = load_profile
        self._profile = profile
        self._journals = Journals(store)
        self._inspection = Inspection(store)

    def health(self, problem: StoreUnavailable | None = None) -> Object:
        """Whether the server is ready, what it is, and what its store lacks."""
        told = {"version": __version__, "profile": self._profile, "store": self._store.name}
        return {"status": "ok", **told} if problem is None else {"status": "unavailable", **told, "problem": str(problem)}

    async def reset(self, name: str) -> None:
        """Empty the scope, as at start."""
        await self.scopes.reset(name)

    async def scope_names(self) -> list[str]:
        """The scopes that hold something or are at hand."""
        return sorted({*await self._store.scopes(), *(scope.name for scope in self.scopes.known())})

    async def change_settings(self, scope: Scope, change: Any) -> Object:
        """Change any of the scope's settings; all of them or none."""
        if not isinstance(change, dict):
            raise Wrong("the body is an object with any of: " + ", ".join(PUBLIC_SETTINGS))
        for name in change:
            if name not in PUBLIC_SETTINGS:
                raise Wrong(f"{name}: no such setting{nearest(str(name), PUBLIC_SETTINGS)}")
        profile = self.profile_of(change.get("profile", scope.settings.profile))
        for name, value in change.items():
            _CHECKS.get(name, _anything)(value, profile)
        try:
            disorder.read(change.get("chaos"), change.get("latency"))
        except ValueError as problem:
            raise Wrong(str(problem)) from None

        def act() -> None:
            scope.settings = scope.settings.changed(change)

        await self.scopes.change(scope, act)
        if "chaos" in change:
            await disorder.restart(self._store, scope.name)
        return scope.settings.public()

    def profile_of(self, name: Any) -> Profile:
        """The profile of that name. Raises Wrong."""
        try:
            return self._load_profile(name)
        except (LookupError, ValueError, TypeError) as problem:
            raise Wrong(f"profile: {problem}") from None

    def clock(self, scope: Scope) -> Object:
        """The scope's time."""
        return {"now": scope.now(), "frozen": scope.world.clock.frozen}

    async def move_clock(self, scope: Scope, move: Any) -> Object:
        """Advance, set or freeze the scope's clock; what expired by then is swept. With `tokens` the age of tokens moves as far."""
        if not isinstance(move, dict) or not move or set(move) - {"advance", "set", "freeze", "tokens"}:
            raise Wrong('the body is {"advance": "30d"}, {"set": unix seconds or ISO 8601} or {"freeze": true}')
        clock = scope.world.clock
        try:
            by = seconds(move["advance"]) if "advance" in move else None
            to = instant_of(move["set"]) if "set" in move else None
        except ValueError as problem:
            raise Wrong(str(problem)) from None
        if "freeze" in move and not isinstance(move["freeze"], bool):
            raise Wrong("freeze is true or false")
        if not isinstance(move.get("tokens", False), bool):
            raise Wrong("tokens is true or false")

        def act() -> None:
            if move.get("freeze") is True:
                clock.freeze()
            further = (to - clock.now() if to is not None else 0.0) + (by or 0.0)
            clock.advance(further)
            if move.get("tokens"):
                scope.aged += further
            if move.get("freeze") is False:
                clock.thaw()

        await self.scopes.change(scope, act)
        await self._store.sweep(scope.name, scope.now())
        return self.clock(scope)

    async def rules(self, scope: Scope) -> list[Object]:
        """The rules with how often each was used, newest last."""
        return scope.book.listing(await uses(self._store, scope))

    async def add_rules(self, scope: Scope, given: Any) -> list[Object]:
        """Add a rule or a list of them; all or none."""
        from ..behaviour.rule import read_all
        from ..faults import Wrong as WrongRule

        try:
            rules = read_all(given)
        except WrongRule as problem:
            raise Wrong(str(problem)) from None
        ids = await self.scopes.change(scope, lambda: scope.book.add(rules))
        return [{"id": ident} for ident in ids]

    async def try_rules(self, scope: Scope, given: Any) -> Object:
        """Read rules from a text, in YAML or JSON, add none of them, and say whether they would match a request of the journal.

        `{"given": the rules as JSON, "request", "rules": as Inspection.tried}`.
        """
        if not isinstance(given, dict) or not isinstance(given.get("text"), str) or not isinstance(given.get("request"), (str, type(None))):
            raise Wrong('the body is {"text": rules as YAML or JSON}, perhaps with "request": an id of the journal')
        from ..behaviour.script import ScriptError, parse

        try:
            rules = parse(given["text"].encode(), "rules")
        except ScriptError as problem:
            raise Wrong(str(problem)) from None
        return {"given": [rule.given for rule in rules], **await self._inspection.tried(scope, rules, given.get("request"))}

    async def remove_rules(self, scope: Scope, ident: str | None) -> None:
        """Remove one rule, or all."""

        def act() -> None:
            if ident is None:
                scope.book.clear()
            elif not scope.book.remove(ident):
                raise Refusal("control_not_found", message=f"no rule has the id {ident!r}")

        await self.scopes.change(scope, act)

    async def seed(self, scope: Scope, given: Any) -> Object:
        """Keep a response that was given whole: retrievable, chainable and deletable under its id."""
        if not isinstance(given, dict) or not isinstance(given.get("response"), dict):
            raise Wrong('the body is {"response": {a Response object with its id}, "input": [items]}')
        response = given["response"]
        if not isinstance(response.get("id"), str) or not response["id"] or not isinstance(response.get("output", []), list):
            raise Wrong("response.id is a string, response.output a list")
        if not all(isinstance(item, dict) and isinstance(item.get("type"), str) for item in response.get("output", [])):
            raise Wrong("response.output holds items, each with its type")
        try:
            items = inputs.check(given.get("input") or [], profile=self.profile_of(scope.settings.profile))
            kept = seeded(self.profile_of(scope.settings.profile), scope.now(), response, items)
        except Refusal as refusal:
            raise Wrong(str(refusal)) from None
        kept = await exports.under_its_parent(self._store, scope, kept, response.get("previous_response_id"))
        await self._store.put(kept.row(scope.name))
        return {"id": kept.id}

    async def chains(self, scope: Scope) -> Object:
        """Conversations as trees of turns: see `chains.of_scope`."""
        return await chains.of_scope(self._store, scope)

    async def forget_response(self, scope: Scope, ident: str) -> None:
        """Delete a response, as a client would."""
        if not await self._store.delete(scope.name, RESPONSE, ident):
            raise Refusal("control_not_found", message=f"no response has the id {ident!r}")

    async def export(self, scope: Scope, *, within: str | None, after: str | None) -> Object:
        """A page of stored responses with their input, those that expire within a duration or all."""
        try:
            wanted = seconds(within) if within is not None else None
        except ValueError as problem:
            raise Wrong(f"expiring_within: {problem}") from None
        return await exports.page(self._store, scope, within=wanted, after=after, limit=EXPORTED)

    async def snapshot(self, scope: Scope, given: Any) -> Object:
        """Keep a copy of the scope under a name."""
        name = _named(given, "name")
        kept = copies.snapshot_name(scope.name, name)
        await self.scopes.save(scope)
        rows = await copies.copy(self._store, scope.name, kept)
        await copies.keep_uses(self._store, kept, await counted(self._store, scope))
        return {"name": name, "rows": rows}

    async def restore(self, scope: Scope, given: Any) -> Object:
        """Make the scope as it was when the snapshot was taken."""
        name = _named(given, "name")
        kept = copies.snapshot_name(scope.name, name)
        if kept not in await self._store.scopes():
            raise Refusal("control_not_found", message=f"scope {scope.name!r} has no snapshot {name!r}")
        ids = scope.book.ids()
        rows = await copies.copy(self._store, kept, scope.name)
        await self.scopes.follow(scope.name)
        await recount(self._store, scope, await copies.kept_uses(self._store, kept), {*ids, *scope.book.ids()})
        return {"name": name, "rows": rows}

    async def fork(self, scope: Scope, given: Any) -> Object:
        """Copy what led to one response (without `at`: everything, as far as its rules are used) into another scope."""
        target = _named(given, "scope", optional=("at",))
        at = given.get("at")
        if target == scope.name:
            raise Wrong("scope: a scope is forked into another one")
        if at is not None and (not isinstance(at, str) or await self._store.get(scope.name, RESPONSE, at) is None):
            raise Refusal("control_not_found", message=f"no response has the id {at!r}")
        await self.scopes.save(scope)
        rows = await copies.copy(self._store, scope.name, target, until=at)
        await self.scopes.follow(target)
        if at is None:
            forked = await self.scopes.get(target)
            await recount(self._store, forked, await counted(self._store, scope), forked.book.ids())
        return {"scope": target, "rows": rows}

    async def requests(self, scope: Scope) -> list[Object]:
        """The journal, oldest first."""
        return await self._journals.shown(scope)

    async def new_requests(self, scope: Scope, cursor: str) -> Object:
        """What is new in the journal since an earlier look, in brief: see `Inspection.since`."""
        return await self._inspection.since(scope, cursor)

    async def request(self, scope: Scope, ident: str) -> Object:
        """One request in full, with its answer and why rules matched or not: see `Inspection.one`."""
        found = await self._inspection.one(scope, ident)
        if found is None:
            raise Refusal("control_not_found", message=f"the journal has no request {ident!r}")
        return found

    async def forget_requests(self, scope: Scope) -> None:
        """Empty the journal."""
        await self._journals.forget(scope)

    async def unused(self, scope: Scope) -> list[Object]:
        """Rules that nothing used, each with the request that came closest to it and the conditions that failed there."""
        rules = [rule for rule in await self.rules(scope) if not rule["used"] and rule.get("times") != 0]
        if not rules:
            return []
        told: list[Object] = [{"rule": rule, "closest": None} for rule in rules]
        for number, entry in enumerate(await self._journals.shown(scope)):
            question = question_of(entry)
            explained = {row["id"]: row["failed"] for row in scope.book.explain(question)}
            for row in told:
                failed = explained.get(row["rule"]["id"])
                if failed is not None and (row["closest"] is None or len(failed) < len(row["closest"]["failed"])):
                    row["closest"] = {"request": number, "path": entry["path"], "failed": failed}
        return told

    async def gauges(self, scope: Scope) -> list[Object]:
        """How full the rate limits of the deployments are that were asked for."""
        asked = {entry["model"] for entry in await self._journals.shown(scope) if entry["model"]} if scope.settings.limits else set()
        return await limits.gauges(self._store, scope, asked)

    def profiles(self) -> list[Object]:
        """The profiles that ship, with their regions."""
        shipped = [self.profile_of(name) for name in profiles.names()]
        return [{"name": profile.name, "title": profile.title, "regions": sorted(profile.regions)} for profile in shipped]

    def faults(self) -> list[Object]:
        """The catalogue of faults."""
        from ..faults import catalogue

        return catalogue()

    def errors(self) -> list[Object]:
        """The catalogue of errors."""
        return [_public(row) for row in errors.catalogue()]


def _named(given: Any, key: str, *, optional: Sequence[str] = ()) -> str:
    """The name that a body of this one key gives. Raises Wrong."""
    name = given.get(key) if isinstance(given, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= NAME_LENGTH // 2 or set(given) - {key, *optional}:
        more = "".join(f', perhaps "{each}"' for each in optional)
        raise Wrong(f'the body is {{"{key}": a name of at most {NAME_LENGTH // 2} characters}}{more}')
    return name


SHOWN_OF_ERRORS = ("key", "status", "code", "type", "param", "message", "forms", "trigger", "source", "confidence")


def _public(row: errors.ErrorRow) -> Object:
    return {name: getattr(row, name) for name in SHOWN_OF_ERRORS}


def _anything(value: Any, profile: Profile) -> None:
    """Checked where it is used."""


def _region(value: Any, profile: Profile) -> None:
    try:
        profile.located(value if value is None else str(value))
    except LookupError as problem:
        raise Wrong(str(problem)) from None


def _one_of(name: str, options: Sequence[Any]) -> Callable[[Any, Profile], None]:
    def check(value: Any, profile: Profile) -> None:
        if not any(value is option or (isinstance(option, str) and value == option) for option in options):
            raise Wrong(f"{name}: expected one of {', '.join(map(str, options))}, not {value!r}")

    return check


def _deployments(value: Any, profile: Profile) -> None:
    if value in ("open", "strict"):
        return
    if not isinstance(value, dict) or not all(isinstance(name, str) and isinstance(model, str) for name, model in value.items()):
        raise Wrong('deployments: "open", "strict", or {"name": "model" or "model@version"}')


def _limits(value: Any, profile: Profile) -> None:
    problem = limits.check(value)
    if problem is not None:
        raise Wrong(problem)


def _access(value: Any, profile: Profile) -> None:
    try:
        access.read(value)
    except ValueError as problem:
        raise Wrong(str(problem)) from None


_CHECKS: Mapping[str, Callable[[Any, Profile], None]] = {
    "region": _region,
    "gate": _one_of("gate", ("strict", "warn", "off")),
    "registered": _one_of("registered", (True, False)),
    "deployments": _deployments,
    "limits": _limits,
    "access": _access,
}
