"""Files: uploaded as a form, listed, shown, read and deleted. Whoever deletes one takes it out of every vector store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from mimetypes import guess_type
from typing import Any

from ..azure import files
from ..store.protocol import Row, Store
from ..wire import json
from ..wire.refusal import Refusal
from ..wire.types import Object
from ..world import alphanumeric
from . import blobs, paging
from .call import Answer, Call, Plan, Streamed, Whole
from .context import gone
from .deciding import decide
from .links import unlink
from .scope import Scope
from .uploads import Form, Upload

KIND = "file"
MOST_LISTED = 10_000
"""Files in a page, and without `limit` (documented)."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as its row keeps it; its bytes are pieces under its id."""

    id: str
    bytes: int
    created_at: int
    filename: str
    purpose: str
    expires_at: int | None = None

    def shown(self) -> Object:
        """As the API shows it. Nothing is left to be processed once the row is there."""
        expiry = {} if self.expires_at is None else {"expires_at": self.expires_at}
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.bytes,
            "created_at": self.created_at,
            **expiry,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
        }

    def row(self, scope: str) -> Row:
        """The row that keeps it."""
        body = json.compact([self.bytes, self.created_at, self.filename, self.purpose, self.expires_at])
        return Row(scope, KIND, self.id, body, group=self.purpose, expires=self.expires_at)


def _file(row: Row) -> File:
    return File(row.id, *json.loads(row.body))


async def held(store: Store, scope: Scope, ident: str) -> File | None:
    """The file of that id, unless it never was, was deleted or has expired."""
    row = await store.get(scope.name, KIND, ident)
    return None if row is None or gone(row, scope.now()) else _file(row)


async def known(store: Store, scope: Scope, idents: Iterable[str]) -> list[File]:
    """The files of these ids, each once. Raises the refusal of one that is not there."""
    found = []
    for ident in dict.fromkeys(idents):
        file = await held(store, scope, ident)
        if file is None:
            raise Refusal("file_id_not_found", id=ident)
        found.append(file)
    return found


class Files:
    """The operations on files, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def create(self, call: Call) -> Plan:
        """`POST /files`: a form with `file`, `purpose` and perhaps `expires_after`."""
        form = await form_of(call)
        await decide(self.store, call, dict(form.fields))
        purpose = files.purpose(form.fields.get("purpose"), call.profile)
        upload = upload_of(form)
        now = int(call.scope.now())
        lifetime = _lifetime(form, purpose.least)
        ident = purpose.prefix + alphanumeric(call.scope.world.dice.bits(32), purpose.signs)
        expires_at = None if lifetime is None else now + lifetime
        made = File(ident, upload.size, now, upload.filename, form.fields["purpose"], expires_at)
        call.notes["asked"] = json.compact({**form.fields, "file": {"filename": upload.filename, "bytes": upload.size}})

        async def run() -> Answer:
            await blobs.write(self.store, call.scope.name, made.id, upload.pieces(), expires=expires_at)
            await self.store.put(made.row(call.scope.name), expect=0)
            return Whole(made.shown())

        return Plan(run)

    async def listing(self, call: Call) -> Plan:
        """`GET /files`: newest first, perhaps of one purpose."""
        await decide(self.store, call)
        rows = await self.store.page(call.scope.name, KIND, group=call.first("purpose"), limit=1_000_000)
        now = call.scope.now()
        shown = [_file(row).shown() for row in rows if not gone(row, now)]
        return plain(paging.page(call, shown, most=MOST_LISTED, default=MOST_LISTED))

    async def retrieve(self, call: Call) -> Plan:
        """`GET /files/{id}`."""
        await decide(self.store, call)
        return plain((await self._held(call)).shown())

    async def delete(self, call: Call) -> Plan:
        """`DELETE /files/{id}`: its bytes go, and vector stores lose it (documented)."""
        await decide(self.store, call)
        file = await self._held(call)

        async def run() -> Answer:
            if not await self.store.delete(call.scope.name, KIND, file.id):
                raise Refusal("file_not_found", id=file.id)
            await unlink(self.store, call.scope, file.id)
            await blobs.drop(self.store, call.scope.name, file.id, file.bytes)
            return Whole({"id": file.id, "object": "file", "deleted": True})

        return Plan(run)

    async def content(self, call: Call) -> Plan:
        """`GET /files/{id}/content`: the bytes as they were uploaded."""
        await decide(self.store, call)
        file = await self._held(call)
        return sent(self.store, call, file.id, file.bytes, file.filename)

    async def _held(self, call: Call) -> File:
        ident = call.ids["file_id"]
        file = await held(self.store, call.scope, ident)
        if file is None:
            raise Refusal("file_not_found", id=ident)
        return file


def plain(value: Any) -> Plan:
    """The plan of an answer that is known."""

    async def run() -> Answer:
        return Whole(value)

    return Plan(run)


def sent(store: Store, call: Call, owner: str, size: int, filename: str) -> Plan:
    """The plan of an answer that is a file's bytes."""

    def pieces() -> AsyncIterator[bytes]:
        return blobs.read(store, call.scope.name, owner, size)

    async def run() -> Answer:
        return Streamed(size, guess_type(filename)[0] or "application/octet-stream", pieces)

    return Plan(run)


async def form_of(call: Call) -> Form:
    """The form that the request is. Raises where it is none."""
    if call.form is None:
        raise Refusal("form_required", hint="send multipart/form-data with a part named file")
    return await call.form()


def upload_of(form: Form) -> Upload:
    """The part named `file`, within its limits. Refuses one that is missing, empty or too large."""
    upload = form.files.get("file")
    if upload is None:
        raise Refusal("missing_required_parameter", param="file")
    if upload.size == 0:
        raise Refusal("file_empty")
    if upload.size > files.limit("file_bytes"):
        raise Refusal("file_too_large", limit=files.limit("file_bytes"))
    if len(upload.filename) > files.limit("filename"):
        raise Refusal("string_above_max_length", param="file", maximum=files.limit("filename"), length=len(upload.filename))
    return upload


def _lifetime(form: Form, least: int) -> int | None:
    """Seconds after which the file expires; None for never."""
    given = form.nested("expires_after")
    if not given:
        return None
    for name in ("anchor", "seconds"):
        if name not in given:
            raise Refusal("missing_required_parameter", param=f"expires_after.{name}")
    if given["anchor"] != "created_at":
        raise Refusal("invalid_value", param="expires_after.anchor", got=given["anchor"], supported=("created_at",))
    text = given["seconds"]
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise Refusal("invalid_type", param="expires_after.seconds", expected="an integer", got="a string")
    seconds, most = int(text), files.limit("expires_after_most")
    if seconds < least:
        raise Refusal("integer_below_min_value", param="expires_after.seconds", minimum=least, got=seconds)
    if seconds > most:
        raise Refusal("integer_above_max_value", param="expires_after.seconds", maximum=most, got=seconds)
    return seconds
