"""The pure-ASGI front: one request in, through the gates to its operation, and its answer out. No framework on this path.

`/_mock/health` is answered here so that readiness costs nothing; the control API is a table of handlers of the same form as the
service's; whatever else lies under `/_mock` (the inspector, the OpenAPI page) is a FastAPI application that is imported when first
asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from ..azure import files
from ..azure import headers as azure_headers
from ..azure.errors import Rendered
from ..azure.models import Deployment
from ..azure.profiles import Profile, Region
from ..behaviour.book import Decision
from ..behaviour.question import ENTRA
from ..entra import headers as entra_headers
from ..service.call import FAULT_HEADER, Answer, Call, Operation, Plan, Streamed, Told, Whole
from ..service.deciding import decide
from ..service.journal import Entry, safe_headers, safe_query
from ..service.journals import Journals
from ..service.responses import Responses
from ..service.scope import Scope, Scopes
from ..service.uploads import Form
from ..store.protocol import StoreUnavailable
from ..wire import json
from ..wire.frames import Frames, Head, Headers
from ..wire.refusal import Refusal
from ..wire.types import Object
from ..world import monotonic, uuid_of
from . import respond
from .control import Control
from .gate import Knock, pass_gates
from .names import scope_name
from .routes import UPLOADS, NoRoute, match, socket_served
from .socket import Socket
from .tape import Tape, taped

log = logging.getLogger("azure_openai_mock.requests")

FORM = "multipart/form-data"

Asgi = Callable[[MutableMapping[str, Any], respond.Receive, respond.Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Door:
    """What the front needs to know of the settings."""

    keys: frozenset[str] = frozenset()
    hosts: tuple[str, ...] = ()
    max_body: int = 8 * 1024 * 1024
    load_profile: Callable[[str], Profile] = lambda name: _no_profile(name)


def _no_profile(name: str) -> Profile:
    raise LookupError(name)


class Front:
    """The ASGI application."""

    def __init__(
        self,
        *,
        scopes: Scopes,
        operations: Mapping[str, Operation],
        responses: Responses,
        journals: Journals,
        control: Control,
        door: Door,
        behind: Callable[[], Asgi],
    ) -> None:
        self._scopes = scopes
        self._operations = operations
        self._control = control
        self._door = door
        self._behind = behind
        self.responses = responses
        self.journals = journals
        self.served = 0

    async def __call__(self, scope: MutableMapping[str, Any], receive: respond.Receive, send: respond.Send) -> None:
        """Serve one HTTP request."""
        path: str = scope["path"]
        if path == "/_mock" or path.startswith("/_mock/"):
            await self._mock(scope, receive, send)
        else:
            self.served += 1
            await _Exchange(self, scope, receive, send).serve()

    async def websocket(self, scope: MutableMapping[str, Any], receive: respond.Receive, send: respond.Send) -> None:
        """Serve one WebSocket connection."""
        await _Exchange(self, {**scope, "method": "GET"}, receive, send).connect()

    async def _mock(self, scope: MutableMapping[str, Any], receive: respond.Receive, send: respond.Send) -> None:
        if not await self._control.serve(scope, receive, send):
            await self._behind()(scope, receive, send)


class _Exchange:
    """One request under `/openai` and its answer."""

    def __init__(self, front: Front, scope: MutableMapping[str, Any], receive: respond.Receive, send: respond.Send) -> None:
        self._front = front
        self._asgi = scope
        self._receive = receive
        self._began = monotonic()
        self._tape = Tape(send, self._began)
        self._send = self._tape.send
        self._wire = taped((scope.get("extensions") or {}).get("azure_openai_mock"), self._tape)
        self._headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self._entry: Entry | None = None
        self._call: Call | None = None
        self._scope: Scope
        self._profile: Profile
        self._query: Mapping[str, list[str]] = {}
        self._request_id = ""
        self._hints: list[str] = []

    async def serve(self) -> None:
        """Answer; whatever goes wrong in here is the service's own 500, told whole in the log and not at all to the client."""
        try:
            await self._serve()
        except StoreUnavailable as problem:
            log.error("the store cannot answer: %s", problem)
            if self._entry is not None:
                raise
            await self._refuse_bare(respond.unavailable(problem))
        except Exception:
            log.exception("%s %s failed", self._asgi["method"], self._asgi["path"])
            if self._entry is not None:
                raise
            await self._refuse_bare(Refusal("server_error"))
        finally:
            if self._form is not None:
                self._form.close()

    async def connect(self) -> None:
        """Let a WebSocket in through the same gates, or refuse it as the service would, and serve its frames."""
        await self._receive()
        try:
            await self._enter()
        except StoreUnavailable as problem:
            head, body = respond.refused(respond.unavailable(problem), respond.bare, hint_in_message=True, request_id="")
            await respond.refuse_socket(self._send, self._asgi, head, body)
            return
        try:
            if not socket_served(self._asgi["path"], self._profile.month):
                raise Refusal("resource_not_found", hint="WebSocket mode is on /openai/v1/responses of the ga profile")
            call = await self._let_in()
        except Refusal as refusal:
            head, body = self._rendered(refusal)
            await respond.refuse_socket(self._send, self._asgi, head, body)
            return
        await self._send({"type": "websocket.accept"})

        async def turn(request: Object, operation: Operation, send: respond.Send, wire: respond.Wire) -> None:
            await _Turn(self, call, request, operation, send, wire).serve()

        await Socket(self._front.responses, turn, self._scope.world.clock, self._receive, self._send).serve()

    async def _serve(self) -> None:
        await self._enter()
        try:
            call = await self._let_in()
        except Refusal as refusal:
            await self._refuse(refusal)
            return
        await self._perform(call, self._front._operations[call.operation])

    async def _perform(self, call: Call, operation: Operation) -> None:
        self._call = call
        try:
            plan = await operation(call)
        except Refusal as refusal:
            if call.decision is None:
                await decide(self._front.responses.store, call)
            await self._answer(call, _refusing(refusal, call.notes.get("deployment")))
        except StoreUnavailable as problem:
            await self._refuse(respond.unavailable(problem))
        else:
            await self._answer(call, plan)

    async def _enter(self) -> None:
        """Find the scope and profile that the request lives in."""
        raw = self._asgi.get("query_string", b"")
        if raw:
            self._query = parse_qs(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=200) if raw.count(b"&") < 200 else {}
        self._scope = await self._front._scopes.enter(scope_name(self._headers))
        self._profile = self._front._door.load_profile(self._scope.settings.profile)
        self._request_id = uuid_of(self._scope.world.dice.bits(16))

    async def _let_in(self) -> Call:
        path, method = self._asgi["path"], self._asgi["method"]
        operation: str | None
        try:
            operation, surface, ids = match("POST" if self._asgi["type"] == "websocket" else method, path)
        except NoRoute as missed:
            operation, surface, ids = None, missed.surface, {}
        self._entra = (operation or "").startswith(ENTRA)
        uploading = operation in UPLOADS and self._headers.get("content-type", "").lower().startswith(FORM)
        knock = Knock(
            method=method,
            path=path,
            query=self._query,
            headers=self._headers,
            scope=self._scope,
            profile=self._profile,
            surface=surface,
            operation=operation,
            keys=self._front._door.keys,
            hosts=self._front._door.hosts,
            body=b"" if self._asgi["type"] == "websocket" or uploading else await self._body(),
        )
        try:
            pass_gates(knock)
        finally:
            self._hints = knock.hints
            self._body_bytes = knock.body
        return Call(
            method=method,
            path=path,
            query=self._query,
            headers=self._headers,
            body=knock.body,
            operation=operation or "",
            surface=surface,
            ids=ids,
            scope=self._scope,
            profile=self._profile,
            region=self._region,
            request_id=self._request_id,
            at=self._scope.now(),
            json=knock.json,
            form=self._read_form if uploading else None,
        )

    async def _read_form(self) -> Form:
        """The form that is being uploaded, read to its end."""
        from . import multipart  # only an upload pays for the parser's import

        self._form = await multipart.read(self._headers["content-type"], self._pieces(files.limit("form_bytes")))
        return self._form

    _form: Form | None = None
    _body_bytes = b""
    _entra = False
    """Whether Entra ID answers, not the service."""

    async def _body(self) -> bytes:
        """The whole body. Raises the refusal of one that is too large without reading the rest."""
        pieces = [piece async for piece in self._pieces(self._front._door.max_body)]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _pieces(self, limit: int) -> AsyncIterator[bytes]:
        """The body as it arrives, `limit` bytes at most."""
        promised = self._headers.get("content-length", "")
        if promised.isdecimal() and int(promised) > limit:
            raise _too_large(limit)
        size, more = 0, True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Refusal("request_timeout")
            piece: bytes = message.get("body", b"")
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            more = message.get("more_body", False)
            yield piece

    def _of_entra(self) -> Headers:
        return entra_headers.of_answer(self._request_id, self._headers.get("client-request-id"))

    def _common(self, plan: Plan, call: Call) -> Headers:
        if self._entra:
            return self._of_entra()
        return azure_headers.answer(
            self._profile,
            self._region,
            plan.deployment,
            streaming=plan.streaming,
            request_id=uuid_of(self._scope.world.dice.bits(16)),
            apim_request_id=self._request_id,
            client_request_id=self._headers.get("x-ms-client-request-id"),
            limits=call.notes.get("limits"),
        )

    async def _answer(self, call: Call, plan: Plan) -> None:
        """Answer through the faults that were decided, or straight where there are none."""
        decision = call.decision
        if (decision is None or not decision.faults) and FAULT_HEADER not in self._headers:
            await self._straight(call, plan)
            return
        from .troubles import faulted  # only an exchange in trouble pays for the faults' import

        try:
            faults = faulted(call, decision, plan.deployment)
        except Refusal as bad:
            await self._refuse(bad)
            return
        frames: Frames = self._frames(call, plan)
        for fault in faults:
            frames = fault(frames)
        work = respond.send_frames(self._send, self._wire, frames, began=self._note, bare=call.method == "HEAD")
        try:
            await respond.until_gone(self._receive, work)
        finally:
            if self._entry is None:
                await self._note(None)
            self._done()

    async def _straight(self, call: Call, plan: Plan) -> None:
        answer = await _outcome(plan)
        if isinstance(answer, Refusal):
            await self._refuse(answer)
            return
        headers = self._common(plan, call)
        if isinstance(answer, (Told, Streamed)) or (isinstance(answer, Whole) and answer.due is not None and answer.due > call.scope.now()):
            await self._timed(call, answer, headers)
        else:
            head, body = respond.head_of(answer, headers)
            await self._note(head)
            await respond.send_whole(self._send, self._wire, head, body or b"")
        self._done()

    async def _timed(self, call: Call, answer: Answer, headers: Headers) -> None:
        clock = call.scope.world.clock
        if isinstance(answer, Told):
            head, _ = respond.head_of(answer, headers)
            await self._note(head)
            work = respond.send_told(self._send, self._wire, head, answer, clock)
            if answer.log.started + answer.log.end <= clock.now():
                await work
                return
        else:
            work = self._late(answer, headers, call)
        await respond.until_gone(self._receive, work)
        if self._entry is None:
            await self._note(None)

    async def _late(self, answer: Answer, headers: Headers, call: Call) -> None:
        frames = respond.frames_of(answer, headers, call.scope.world.clock)
        await respond.send_frames(self._send, self._wire, frames, began=self._note)

    async def _frames(self, call: Call, plan: Plan) -> Frames:
        """The whole exchange as frames: nothing is stored until the first is pulled."""
        answer = await _outcome(plan)
        if isinstance(answer, Refusal):
            head, body = self._rendered(answer)
            async for frame in respond.frames_of_refusal(head, body):
                yield frame
            return
        async for frame in respond.frames_of(answer, self._common(plan, call), call.scope.world.clock):
            yield frame

    def _rendered(self, refusal: Refusal) -> tuple[Head, bytes]:
        notes = self._call.notes if self._call is not None else {}

        def headers(rendered: Rendered) -> Headers:
            if self._entra:
                return self._of_entra()
            return azure_headers.refusal(
                rendered,
                self._profile,
                self._region,
                notes.get("deployment"),
                request_id=uuid_of(self._scope.world.dice.bits(16)),
                apim_request_id=self._request_id,
                client_request_id=self._headers.get("x-ms-client-request-id"),
                limits=notes.get("limits"),
            )

        return respond.refused(refusal, headers, hint_in_message=not self._scope.settings.chosen, request_id=self._request_id)

    @property
    def _region(self) -> Region:
        """The scope's region, or the profile's own where that is none."""
        regions = self._profile.regions
        return regions.get(self._scope.settings.region or "") or regions[self._profile.default_region]

    async def _refuse(self, refusal: Refusal) -> None:
        head, body = self._rendered(refusal)
        if refusal.hint:
            self._hints.append(refusal.hint)
        await self._note(head)
        await respond.send_whole(self._send, self._wire, head, b"" if self._asgi["method"] == "HEAD" else body)
        self._done()

    async def _refuse_bare(self, refusal: Refusal) -> None:
        head, body = respond.refused(refusal, respond.bare, hint_in_message=True, request_id="")
        await respond.send_whole(self._send, self._wire, head, body)

    async def _note(self, head: Head | None) -> None:
        """Write the journal's entry as the head leaves; None says that none ever will."""
        call = self._call
        notes = call.notes if call is not None else {}
        decision: Decision | None = call.decision if call is not None else None
        fields: dict[str, Any] = {
            "id": self._request_id,
            "method": self._asgi["method"],
            "path": self._asgi["path"],
            "query": safe_query(self._asgi.get("query_string", b"").decode("latin-1")),
            "headers": safe_headers(self._headers),
            "status": head.status if head is not None else None,
            "response_id": notes.get("response_id"),
            "rule": decision.rules[0] if decision is not None and decision.rules else None,
            "rules": list(decision.rules) if decision is not None else [],
            "faults": notes.get("faults", []),
            "at": self._scope.now(),
            "operation": call.operation if call is not None else None,
            "model": notes.get("model"),
            "profile": self._profile.name,
            "region": self._region.name,
            "turn": notes.get("turn"),
            "tokens": notes.get("tokens"),
            "hints": self._hints + [notes[key] for key in ("not_stitched", "ignored") if key in notes],
            "ms": None,
        }
        self._entry = Entry(notes.get("asked", self._body_bytes), fields, self._tape.recording)
        try:
            await self._front.journals.add(self._scope, self._entry)
        except StoreUnavailable as problem:  # what was done is done, and its answer leaves
            log.error("the journal lacks %s %s: %s", fields["method"], fields["path"], problem)

    def _done(self) -> None:
        if self._entry is None:
            return
        fields = self._entry.fields
        fields["ms"] = round((monotonic() - self._began) * 1000, 3)
        self._tape.recording.finish(self._tape.now(), "left")
        self._front.journals.finish(self._scope, self._entry)
        if log.isEnabledFor(logging.INFO):
            more = {"exchange": fields, "mock_scope": self._scope.name}
            log.info("%s %s %s", fields["method"], fields["path"], fields["status"], extra=more)


class _Turn(_Exchange):
    """One `response.create` on a connection: an exchange of its own, through the same faults and into the same journal."""

    def __init__(
        self, connection: _Exchange, call: Call, request: Object, operation: Operation, send: respond.Send, wire: respond.Wire
    ) -> None:
        asgi = {**connection._asgi, "method": "POST", "extensions": {"azure_openai_mock": wire}}
        super().__init__(connection._front, asgi, _silence, send)
        self._scope, self._profile, self._query = connection._scope, connection._profile, connection._query
        self._request_id = uuid_of(self._scope.world.dice.bits(16))
        self._body_bytes = json.compact(request)
        self._hints.append("a frame on a WebSocket")
        self._operation = operation
        self._asked = replace(
            call,
            method="POST",
            body=self._body_bytes,
            json=request,
            request_id=self._request_id,
            at=self._scope.now(),
            notes={},
            decision=None,
        )

    async def _serve(self) -> None:
        await self._perform(self._asked, self._operation)


async def _silence() -> MutableMapping[str, Any]:
    """What is received while a turn is answered: nothing; that the client has left ends the whole connection."""
    nothing: asyncio.Future[MutableMapping[str, Any]] = asyncio.get_running_loop().create_future()
    return await nothing


def _refusing(refusal: Refusal, deployment: Deployment | None) -> Plan:
    """The plan of a call for which none could be made."""

    async def run() -> Answer:
        raise refusal

    return Plan(run, deployment)


async def _outcome(plan: Plan) -> Answer | Refusal:
    """What running the plan comes to."""
    try:
        return await plan.run()
    except Refusal as refusal:
        return refusal
    except StoreUnavailable as problem:
        return respond.unavailable(problem)


def _too_large(limit: int) -> Refusal:
    return Refusal("request_too_large", limit=limit, hint=f"bodies may have {limit} bytes; of JSON, raise it with --max-body")
