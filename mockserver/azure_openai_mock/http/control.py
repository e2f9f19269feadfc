"""The control API under `/_mock`: what tests and people drive the mock with. JSON in, JSON out; shapes are fixed by its documentation.

No credentials on loopback, `x-mock-admin-token` elsewhere. A web page cannot use it: bodies must be `application/json` (no simple
request), the Host must be ours, and a foreign Origin is refused.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from ..service.control import Commands, Wrong
from ..service.scope import NAME_LENGTH, Scope
from ..store.protocol import StoreUnavailable
from ..wire import json
from ..wire.refusal import Refusal
from . import respond
from .hosts import LOOPBACK, allowed, name_of
from .names import scope_name

PREFIX = "/_mock/"
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a command."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One control request: its scope, its JSON and the rest of its path."""

    scope: Scope
    json: Any
    tail: str
    query: str


Handler = Callable[[Commands, Ask], Awaitable[Any]]


class Created:
    """A value that answers with 201."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


async def _health(commands: Commands, ask: Ask) -> Any:
    return commands.health()


async def _reset(commands: Commands, ask: Ask) -> Any:
    given = ask.json if ask.json is not None else {}
    if not isinstance(given, dict) or not isinstance(given.get("scope", ""), str):
        raise Wrong('the body is {} or {"scope": name}')
    await commands.reset(given.get("scope") or ask.scope.name)
    return None


async def _settings(commands: Commands, ask: Ask) -> Any:
    return ask.scope.settings.public()


async def _change_settings(commands: Commands, ask: Ask) -> Any:
    return await commands.change_settings(ask.scope, ask.json)


async def _clock(commands: Commands, ask: Ask) -> Any:
    return commands.clock(ask.scope)


async def _move_clock(commands: Commands, ask: Ask) -> Any:
    return await commands.move_clock(ask.scope, ask.json)


async def _rules(commands: Commands, ask: Ask) -> Any:
    return {"rules": await commands.rules(ask.scope)}


async def _add_rules(commands: Commands, ask: Ask) -> Any:
    return Created({"rules": await commands.add_rules(ask.scope, ask.json)})


async def _remove_rules(commands: Commands, ask: Ask) -> Any:
    await commands.remove_rules(ask.scope, ask.tail or None)
    return None


async def _seed(commands: Commands, ask: Ask) -> Any:
    return Created(await commands.seed(ask.scope, ask.json))


async def _forget_response(commands: Commands, ask: Ask) -> Any:
    await commands.forget_response(ask.scope, ask.tail)
    return None


async def _chains(commands: Commands, ask: Ask) -> Any:
    return await commands.chains(ask.scope)


async def _try_rules(commands: Commands, ask: Ask) -> Any:
    return await commands.try_rules(ask.scope, ask.json)


async def _gauges(commands: Commands, ask: Ask) -> Any:
    return {"data": await commands.gauges(ask.scope)}


async def _profiles(commands: Commands, ask: Ask) -> Any:
    return {"data": commands.profiles()}


async def _export(commands: Commands, ask: Ask) -> Any:
    given = parse_qs(ask.query)
    within, after = (given.get(name, [None])[0] for name in ("expiring_within", "after"))
    return await commands.export(ask.scope, within=within, after=after)


async def _snapshot(commands: Commands, ask: Ask) -> Any:
    return Created(await commands.snapshot(ask.scope, ask.json))


async def _restore(commands: Commands, ask: Ask) -> Any:
    return await commands.restore(ask.scope, ask.json)


async def _fork(commands: Commands, ask: Ask) -> Any:
    return Created(await commands.fork(ask.scope, ask.json))


async def _requests(commands: Commands, ask: Ask) -> Any:
    since = parse_qs(ask.query, keep_blank_values=True).get("since")
    if since is not None:
        return await commands.new_requests(ask.scope, since[0])
    return {"data": await commands.requests(ask.scope)}


async def _request(commands: Commands, ask: Ask) -> Any:
    return await commands.request(ask.scope, ask.tail)


async def _unused(commands: Commands, ask: Ask) -> Any:
    return {"data": await commands.unused(ask.scope)}


async def _forget_requests(commands: Commands, ask: Ask) -> Any:
    await commands.forget_requests(ask.scope)
    return None


async def _faults(commands: Commands, ask: Ask) -> Any:
    return {"data": commands.faults()}


async def _errors(commands: Commands, ask: Ask) -> Any:
    return {"data": commands.errors()}


async def _scopes(commands: Commands, ask: Ask) -> Any:
    return {"data": await commands.scope_names()}


HANDLERS: Mapping[str, Handler] = {
    "GET health": _health,
    "POST reset": _reset,
    "GET settings": _settings,
    "PUT settings": _change_settings,
    "GET clock": _clock,
    "POST clock": _move_clock,
    "GET rules": _rules,
    "POST rules": _add_rules,
    "POST rules/try": _try_rules,
    "DELETE rules": _remove_rules,
    "DELETE rules/*": _remove_rules,
    "GET responses": _export,
    "POST responses": _seed,
    "DELETE responses/*": _forget_response,
    "GET chains": _chains,
    "POST snapshot": _snapshot,
    "POST restore": _restore,
    "POST fork": _fork,
    "GET unused": _unused,
    "GET requests": _requests,
    "GET requests/*": _request,
    "DELETE requests": _forget_requests,
    "GET faults": _faults,
    "GET errors": _errors,
    "GET limits": _gauges,
    "GET profiles": _profiles,
    "GET scopes": _scopes,
}
"""`METHOD path` under `/_mock/` -> handler."""


class Control:
    """Serves what is in `HANDLERS`; anything else is left to whoever is behind."""

    def __init__(self, commands: Commands, *, admin_token: str | None, hosts: tuple[str, ...], loopback: bool) -> None:
        self._commands = commands
        self._token = admin_token
        self._hosts = hosts
        self._loopback = loopback

    async def serve(self, scope: MutableMapping[str, Any], receive: respond.Receive, send: respond.Send) -> bool:
        """Answer the request if it is one of ours; False leaves it alone (after the same checks).

        A refusal of its own is answered here, never raised.
        """
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        tail = scope["path"][len(PREFIX) :]
        method = scope["method"]
        handler = HANDLERS.get(f"{method} {tail}")
        name = ""
        if handler is None and tail.count("/") == 1:
            start, _, name = tail.partition("/")
            handler = HANDLERS.get(f"{method} {start}/*")
        wire = (scope.get("extensions") or {}).get("azure_openai_mock")
        try:
            self._admit(headers, page=handler is None)
            if handler is None:
                if any(known.split(" ")[1] in (tail, f"{tail.partition('/')[0]}/*") for known in HANDLERS if tail):
                    raise Refusal("control_not_found", message=f"{method} is not one of this path's methods")
                return False
            if tail != "health":
                self._authorize(scope, headers)
            value = await handler(self._commands, await self._ask(headers, scope, name, receive))
        except Wrong as wrong:
            await _send_refusal(send, wire, Refusal("control_bad_request", message=str(wrong)))
        except Refusal as refusal:
            await _send_refusal(send, wire, refusal)
        except StoreUnavailable as problem:
            if tail == "health":
                await respond.send_control(send, wire, self._commands.health(problem), ready=False)
            else:
                await _send_refusal(send, wire, respond.unavailable(problem))
        else:
            await respond.send_control(send, wire, value.value if isinstance(value, Created) else value, created=isinstance(value, Created))
        return True

    def _admit(self, headers: Mapping[str, str], *, page: bool) -> None:
        """Refuse what another site's page sends; a link there may open a page of ours."""
        if not allowed(headers.get("host", ""), self._hosts):
            raise Refusal("host_refused", host=headers.get("host", "")[:100])
        origin = headers.get("origin")
        if origin is not None and not allowed(origin.partition("://")[2], self._hosts):
            raise Refusal("browser_refused")
        followed = page and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if headers.get("sec-fetch-site") == "cross-site" and not followed:
            raise Refusal("browser_refused")

    def _authorize(self, scope: MutableMapping[str, Any], headers: Mapping[str, str]) -> None:
        """Refuse who neither is on this machine nor has the token. Pages hold no data, so that anyone may load them."""
        client = (scope.get("client") or ("127.0.0.1", 0))[0]
        if self._loopback or name_of(client) in LOOPBACK or client.startswith("127."):
            return
        given = headers.get("x-mock-admin-token", "")
        if self._token is None or not hmac.compare_digest(given.encode(), self._token.encode()):
            raise Refusal("control_forbidden", message="not on loopback: start with --admin-token and send it as x-mock-admin-token")

    async def _ask(self, headers: Mapping[str, str], scope: MutableMapping[str, Any], tail: str, receive: respond.Receive) -> Ask:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > MAX_BODY:
                raise Refusal("request_too_large", limit=MAX_BODY)
            if not message.get("more_body"):
                break
        value = None
        if body:
            if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                raise Refusal("control_bad_request", message="the control API takes content-type: application/json only")
            if json.depth_exceeds(body):
                raise Refusal("control_bad_request", message="the body nests too deep")
            try:
                value = json.loads(body)
            except ValueError as problem:
                raise Refusal("control_bad_request", message=f"the body is not JSON: {problem}") from None
        named = await self._commands.scopes.get(scope_name(headers)[:NAME_LENGTH])
        return Ask(named, value, tail, scope.get("query_string", b"").decode("latin-1"))


async def _send_refusal(send: respond.Send, wire: respond.Wire | None, refusal: Refusal) -> None:
    head, body = respond.refused(refusal, respond.bare, hint_in_message=True, request_id="")
    await respond.send_whole(send, wire, head, body)
